// A reader that stops early (`... | head`) is no failure; the write's own callback tells who is writing.
process.stdout.on("error", () => undefined);

/** Writes to standard output and waits until it took the text, so that a slow reader does not fill the memory. */
export const write = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
