import type { LogFormat } from "../log-format";
import { TOKEN_KINDS } from "../tokens";

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
export function renderLinePattern(format: LogFormat): string {
  const separator = SEPARATOR_PATTERN[format.separator];
  const firstOptional = format.fields.findIndex((field) => field.optional);
  const patterns = format.fields.map(({ token }) => TOKEN_KINDS[token]);
  const mandatory = patterns.slice(0, firstOptional).join(separator);
  const optional = patterns
    .slice(firstOptional)
    .reduceRight<string>(
      (inner, pattern) => `(?:${separator}${pattern}${inner})?`,
      UNKNOWN_FIELDS[format.separator],
    );
  return mandatory + optional;
}
