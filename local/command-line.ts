import { InvalidArgumentError } from "commander";

/** Reads an option's whole number. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    const to = max === Number.MAX_SAFE_INTEGER ? "" : ` to ${max}`;
    throw new InvalidArgumentError(`Expected a whole number from ${min}${to}.`);
  };
}

const BYTE_UNITS: Readonly<Record<string, number>> = { "": 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Reads an option's number of bytes, e.g. `500MB`; units are decimal. */
export function byteCount(text: string): number {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?) ?([kMGT]?B)?$/i.exec(text) ?? [];
  const bytes = Math.round(Number(digits) * (BYTE_UNITS[unit.toUpperCase()] ?? 1));
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new InvalidArgumentError('Expected a number of bytes, e.g. "500MB" or "2GB".');
}

/** Bytes for people, e.g. `1.2 GB`. */
export function byteText(bytes: number): string {
  const [unit, size] = Object.entries(BYTE_UNITS).findLast(([, least]) => bytes >= least) ?? ["", 1];
  return unit === "" ? `${bytes} bytes` : `${(bytes / size).toFixed(1)} ${unit}`;
}

/** Reads an option's text of a certain form. */
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
