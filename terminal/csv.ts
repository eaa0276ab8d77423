/** Texts that RFC 4180 puts in quotes, and the empty text, which would be NULL. */
export const NEEDS_QUOTES = /[",\r\n]|^$/;
/** Text that a spreadsheet runs as a formula. @see https://owasp.org/www-community/attacks/CSV_Injection */
export const FORMULA = /^[=+\-@\t\r\n]/;

/** A text as a field. */
export const csvText = (text: string): string =>
  NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** A text that no spreadsheet runs. */
export const withoutFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);
