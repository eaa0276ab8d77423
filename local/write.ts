/** Writes to standard output and waits until it took the text, so that a slow reader does not fill the memory. */
export const write = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
