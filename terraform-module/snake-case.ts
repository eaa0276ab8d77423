/** `scanLimitGiB` is `scan_limit_gib`. */
export const snakeCase = (name: string): string =>
  name
    .replaceAll("iB", "ib")
    .replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/^_/, "");

/** A message about settings with the names of variables. */
export const inHcl = (sentence: string): string =>
  sentence.replaceAll(/"([a-z]+[A-Z]\w*)"/g, (_, option: string) => `"${snakeCase(option)}"`);
