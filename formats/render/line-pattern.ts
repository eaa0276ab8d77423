import { type Field, fieldsByName, isJsonOnly, type LogFormat, mandatoryFieldsOf } from "../log-format";
import { aloneToken, TOKEN_KINDS, type TokenPattern } from "../tokens";

/** Fields that AWS may add later: each is one token, quoted or not, and is ignored. */
const UNKNOWN_FIELDS: Readonly<Record<LogFormat["separator"], string>> = {
  " ": '(?: (?:"[^"]*"|[^ "]*))*',
  "\t": "(?:\\t[^\\t]*)*",
};
/** Where clients write bare quotes, a quoted field after the last one can be what is left of a field that they forged. */
const UNKNOWN_WORDS = '(?: [^ "]*)*';
const SEPARATOR_PATTERN: Readonly<Record<LogFormat["separator"], string>> = { " ": " ", "\t": "\\t" };

/**
 * The regular expression of one complete line, with exactly one capturing group per column, in order. A line that
 * does not match it is an unparsed line, on every engine.
 *
 * Every optional field is nested in the field before it. So a shorter line has NULLs and a longer line is accepted,
 * but a line with a wrong token does not match, instead of a shift of its columns.
 *
 * @returns pattern to match against the complete line; the same in Java and JavaScript
 */
export const renderLinePattern = (format: LogFormat): string =>
  renderLine(format, ({ captures }) => captures);

/**
 * Matches the same lines without capturing groups and lookarounds, for SQL functions: the engine chooses the library
 * for their patterns, and RE2 supports no lookarounds.
 */
export const renderLineForm = (format: LogFormat): string => renderLine(format, ({ form }) => form);

/**
 * The pattern of the raw table: it has one more group if a line may be JSON or have tabs, the whole line if it begins so.
 * Whether it is a row, and which fields it has, the statements decide.
 */
export const renderRawPattern = (format: LogFormat): string =>
  [
    ...(isJsonOnly(format) ? [] : [renderLinePattern(format)]),
    ...(format.json ? [`(${renderNamedStart(format)}[\\s\\S]*)`] : []),
  ].join("|");

/**
 * Start of a line that is not read by position: an object, or a first word with tabs after it. No line that is read by
 * position begins so.
 */
export const renderNamedStart = ({ tabs }: LogFormat): string =>
  tabs ? `(?:[{]|[^ \\t#][^ \\t]*(?:\\t[^\\t]*){${tabs.fields - 1}})` : "[{]";

/**
 * The regular expression of a line whose fields were found by name: it has all of them, and then those with names only, with
 * tabs between them.
 */
export const renderNamedLinePattern = (format: LogFormat): string =>
  renderNamedLine(format, ({ captures }) => captures);

/** Matches the same lines without groups, for SQL functions. */
export const renderNamedLineForm = (format: LogFormat): string => renderNamedLine(format, ({ form }) => form);

const renderNamedLine = (format: LogFormat, patternOf: (token: TokenPattern) => string): string =>
  fieldsByName(format)
    .map((field) => patternOf(namedToken(field)))
    .join(SEPARATOR_PATTERN["\t"]);

/** The pattern of a field that was found by name: the name shows what an unusual text is. */
export const namedToken = ({ token, orUnknown }: Field): TokenPattern =>
  aloneToken(orUnknown ? "tabbed" : token);

/** True if quotes of clients are in the lines as they are. */
export const hasBareQuotes = ({ fields }: LogFormat): boolean =>
  fields.some(({ token }) => token === "unescapedQuoted");

function renderLine(format: LogFormat, patternOf: (token: TokenPattern) => string): string {
  const separator = SEPARATOR_PATTERN[format.separator];
  const firstOptional = mandatoryFieldsOf(format);
  const patterned = format.fields.map(({ token, ...field }) => ({
    ...field,
    pattern: patternOf(TOKEN_KINDS[token]),
  }));
  const unknown = hasBareQuotes(format) ? UNKNOWN_WORDS : UNKNOWN_FIELDS[format.separator];
  const mandatory = patterned.slice(0, firstOptional).map(({ pattern }) => pattern);
  const optional = patterned
    .slice(firstOptional)
    .reduceRight((inner, { pattern, orUnknown, addedWithPrevious, endsIfNull }) => {
      const rest = `${separator}${endsIfNull ? `(?:${pattern}${inner}|-?)` : `${pattern}${inner}`}`;
      if (addedWithPrevious) return rest;
      return orUnknown ? `(?:${rest}|${unknown})` : `(?:${rest})?`;
    }, unknown);
  return mandatory.join(separator) + optional;
}
