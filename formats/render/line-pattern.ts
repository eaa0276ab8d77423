import { type LogFormat, mandatoryFieldsOf } from "../log-format";
import { TOKEN_KINDS, type TokenPattern } from "../tokens";

/** Fields that AWS may append later: each is one token, quoted or not, and is ignored. */
const UNKNOWN_FIELDS: Readonly<Record<LogFormat["separator"], string>> = {
  " ": '(?: (?:"[^"]*"|[^ "]*))*',
  "\t": "(?:\\t[^\\t]*)*",
};
const SEPARATOR_PATTERN: Readonly<Record<LogFormat["separator"], string>> = { " ": " ", "\t": "\\t" };

/**
 * The regular expression of one whole line, with exactly one capturing group per column, in order. It is what makes a
 * line a row: what does not match as a whole is unparsed, on every engine.
 *
 * Every optional field is nested in the one before it, so a line that ends early leaves NULLs and a line that goes
 * on is accepted, but a line whose tokens do not line up is refused instead of shifting its columns.
 *
 * @returns pattern text to be matched against the whole line; runs unchanged in Java and JavaScript
 */
export const renderLinePattern = (format: LogFormat): string =>
  renderLine(format, ({ captures }) => captures);

/**
 * The same lines without capturing groups and lookarounds, for SQL functions: which library reads their patterns is the
 * engine's choice, and RE2 knows no lookarounds.
 */
export const renderLineForm = (format: LogFormat): string => renderLine(format, ({ form }) => form);

function renderLine(format: LogFormat, patternOf: (token: TokenPattern) => string): string {
  const separator = SEPARATOR_PATTERN[format.separator];
  const firstOptional = mandatoryFieldsOf(format);
  const patterned = format.fields.map(({ token, orUnknown }) => ({
    pattern: patternOf(TOKEN_KINDS[token]),
    orUnknown,
  }));
  const unknown = UNKNOWN_FIELDS[format.separator];
  const mandatory = patterned.slice(0, firstOptional).map(({ pattern }) => pattern);
  const optional = patterned
    .slice(firstOptional)
    .reduceRight(
      (inner, { pattern, orUnknown }) =>
        orUnknown ? `(?:${separator}${pattern}${inner}|${unknown})` : `(?:${separator}${pattern}${inner})?`,
      unknown,
    );
  return mandatory.join(separator) + optional;
}
