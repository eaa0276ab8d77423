import { printable, printableData, printableLines } from "./printable";

// A reader that stops early (`... | head`) is not an error here; the callback of the write reports it to the caller.
process.stdout.on("error", () => undefined);

/**
 * Writes JSON, CSV or SQL to standard output, and waits until it is written, so that a slow reader does not fill the
 * memory. A file or a program gets every byte, and a terminal none that it would interpret.
 */
export const write = (text: string): Promise<void> =>
  writeTable(process.stdout.isTTY ? printableData(text) : text);

/** Writes a table, whose cells are printable. */
export const writeTable = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });

/** Writes text for people. */
export const writeText = (text: string): Promise<void> => writeTable(printableLines(text));

/** Writes lines for people to standard error. */
export const writeErrors = (...lines: readonly string[]): void => {
  for (const line of lines) process.stderr.write(`${printable(line)}\n`);
};

/** Writes a warning to standard error: the command goes on. */
export const warn = (text: string): void => writeErrors(`warning: ${text}`);
