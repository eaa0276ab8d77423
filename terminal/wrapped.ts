import { printable } from "./printable";

/** A width that fits in every terminal, and in mails and tickets. */
export const SCREEN_WIDTH = 80;

/** Breaks a line between words; a word that is too long, e.g. a path, is not broken, so that it can be copied. */
export function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  const start = /^ */.exec(text)?.[0] ?? "";
  let line = start;
  for (const word of printable(text.slice(start.length)).split(" ")) {
    const isFirst = line === start || line === indent;
    if (!isFirst && line.length + 1 + word.length > SCREEN_WIDTH) {
      lines.push(line);
      line = indent + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}
