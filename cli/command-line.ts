import { InvalidArgumentError } from "commander";
import { BYTE_UNITS } from "../terminal/quantities";

/** Parses an option's integer. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    const to = max === Number.MAX_SAFE_INTEGER ? "" : ` to ${max}`;
    throw new InvalidArgumentError(`Expected a whole number from ${min}${to}.`);
  };
}

/** Parses an option's number of bytes, e.g. `500MB`; units are decimal. */
export function byteCount(text: string): number {
  const [, digits, unit = "B"] = /^(\d+(?:\.\d+)?) ?([kMGT]?B)?$/i.exec(text) ?? [];
  const power = BYTE_UNITS.findIndex((name) => name.toUpperCase() === unit.toUpperCase());
  const bytes = Math.round(Number(digits) * 1000 ** power);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new InvalidArgumentError('Expected a number of bytes, e.g. "500MB" or "2GB".');
}

/** Parses an option's text, which must match a pattern. */
export function matching(pattern: RegExp, expected: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new InvalidArgumentError(`Expected ${expected}.`);
  };
}

/** The end of a command's help. */
export function examples(...commands: readonly string[]): string {
  return `\nExamples:\n${commands.map((command) => `  $ ${command}`).join("\n")}\n`;
}
