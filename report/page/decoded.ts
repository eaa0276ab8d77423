import { MAX_VALUE } from "../model";
import { isPrintable } from "./node";
import { OTHER } from "./panel";
import { valueText } from "./text";

/**
 * How values that are percent-encoded once are shown: decoded, unless two of them would look the same. Then they stay as logged, as
 * does what is no text that can be seen.
 */
export function decodedTexts(values: readonly string[]): (value: string) => string {
  const logged = new Set([...values, OTHER, valueText("", "text")].map(look));
  const times = new Map<string, number>();
  for (const value of values) {
    const text = look(decoded(value));
    times.set(text, (times.get(text) ?? 0) + 1);
  }
  return (value) => {
    const text = decoded(value);
    return logged.has(look(text)) || times.get(look(text)) !== 1 ? value : text;
  };
}

function decoded(value: string): string {
  // Of a value that was cut, the last character can be incomplete.
  if (value.length >= MAX_VALUE) return value;
  try {
    const text = decodeURIComponent(value);
    return isPrintable(text) ? text : value;
  } catch {
    return value;
  }
}

/** What a browser shows in the same way is the same. */
const look = (text: string): string => text.normalize().replaceAll(/\s+/g, " ").trim();
