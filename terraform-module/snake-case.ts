/** `scanLimitGiB` is `scan_limit_gib`. */
export const snakeCase = (name: string): string =>
  name
    .replaceAll("iB", "ib")
    .replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/^_/, "");
