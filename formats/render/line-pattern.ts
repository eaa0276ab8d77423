import type { Field, LogFormat } from "../log-format";
import { tokenOf } from "../tokens";

/** Fields that AWS may append later: each is one token, quoted or not, and is ignored. */
const UNKNOWN_FIELDS: Readonly<Record<LogFormat["separator"], string>> = {
  " ": '(?: (?:"[^"]*"|[^ "]*))*',
  "\t": "(?:\\t[^\\t]*)*",
};
const SEPARATOR_PATTERN: Readonly<Record<LogFormat["separator"], string>> = { " ": " ", "\t": "\\t" };

/**
 * The regular expression of one whole line, with exactly one capturing group per column, in order.
 *
 * Every optional field is nested in the one before it, so a line that ends early leaves NULLs and a line that goes
 * on is accepted, but a line whose tokens do not line up is refused instead of shifting its columns.
 *
 * @returns pattern text to be matched against the whole line; runs unchanged in Java, RE2 and JavaScript
 */
export const renderLinePattern = (format: LogFormat): string =>
  renderPattern(format, ({ token }) => tokenOf(token).pattern);

/**
 * The same without groups, narrowed to the form in which AWS writes every field today. A line that matches can be
 * split at its separators and quotes; the values are those that the line pattern's groups would capture.
 */
export const renderUsualLinePattern = (format: LogFormat): string => renderPattern(format, usualPatternOf);

/** One field in the form in which AWS writes it today, without capturing groups. */
export function usualPatternOf({ token }: Field): string {
  const { pattern, usual } = tokenOf(token);
  return usual ?? pattern.replaceAll(/(?<!\\)\((?!\?)/g, "(?:");
}

/** Patterns of which each may follow only the ones before it; `innermost` may follow the last. */
export const nestOptional = (patterns: readonly string[], innermost: string): string =>
  patterns.reduceRight((inner, pattern) => `(?:${pattern}${inner})?`, innermost);

function renderPattern(format: LogFormat, patternOf: (field: Field) => string): string {
  const separator = SEPARATOR_PATTERN[format.separator];
  const firstOptional = format.fields.findIndex((field) => field.optional);
  const mandatory = format.fields.slice(0, firstOptional).map(patternOf);
  const optional = format.fields.slice(firstOptional).map((field) => separator + patternOf(field));
  return mandatory.join(separator) + nestOptional(optional, UNKNOWN_FIELDS[format.separator]);
}
