import { printableLines } from "./printable";

// A reader that stops early (`... | head`) is not an error here; the callback of the write reports it to the caller.
process.stdout.on("error", () => undefined);

/**
 * Writes JSON, CSV or SQL to standard output, and waits until it is written, so that a slow reader does not fill the
 * memory.
 */
export const write = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });

/** Writes text for people. */
export const writeText = (text: string): Promise<void> => write(printableLines(text));
