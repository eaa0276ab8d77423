import { MONTHS_OF_30, MONTHS_OF_31 } from "./time-form";

/** Years from 1000 to 2999: no log is older, and every engine reads them the same way. */
const YEAR = "[12][0-9]{3}";
const LEAP_YEAR = "(?:[12][0-9](?:0[48]|[2468][048]|[13579][26])|(?:1[26]|2[048])00)";
const MONTH_OF_31 = "(?:0[13578]|1[02])";
const MONTH_OF_30 = "(?:0[469]|11)";
/** A valid day. */
const DATE = `(?:${YEAR}-(?:${MONTH_OF_31}-(?:0[1-9]|[12][0-9]|3[01])|${MONTH_OF_30}-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|${LEAP_YEAR}-02-29)`;
/** A valid time of day; SQL has no leap seconds. */
const TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
/** ISO 8601 in UTC with up to microseconds; some logs leave the zone out. */
const ZONELESS_INSTANT = `${DATE}T${TIME}(?:[.][0-9]{1,6})?`;
const INSTANT = `${ZONELESS_INSTANT}Z`;

/** The same as `DATE`, as `23/Nov/2026`. */
const DAY_MONTH_YEAR = `(?:(?:(?:0[1-9]|[12][0-9]|3[01])/(?:${MONTHS_OF_31.join("|")})|(?:0[1-9]|[12][0-9]|30)/(?:${MONTHS_OF_30.join("|")})|(?:0[1-9]|1[0-9]|2[0-8])/Feb)/${YEAR}|29/Feb/${LEAP_YEAR})`;

/** Milliseconds since 1970, from 1973 to 2286. */
export const MILLISECONDS = "[1-9][0-9]{11,12}";

/** A kind of field as two regular expressions for the same texts. */
export interface TokenPattern {
  /** With one capturing group per column. */
  readonly captures: string;
  /** Without groups and lookarounds, so that RE2 also accepts it. */
  readonly form: string;
}

const token = (captures: string): TokenPattern => ({
  captures,
  form: captures.replaceAll(/\((?!\?)/g, "(?:"),
});

/**
 * A field that is quoted in some files and not in others. Both quotes are there, or none: the lookarounds check the
 * characters next to the group, because one group cannot match both forms. A line that ends inside the quotes does
 * not match.
 */
const maybeQuoted = (quoted: string, bare: string): TokenPattern => ({
  captures: `"?((?<=")${quoted}(?=")|(?<= )${bare}(?![^ ]))"?`,
  form: `(?:"${quoted}"|${bare})`,
});

/**
 * Text inside double quotes, where a backslash is before each quote of the client. A lookbehind checks each character,
 * because a repeated group of variable length exhausts the stack in Java.
 */
const [ESCAPED, ESCAPED_WORD] = ['(?:[^\\n](?<![^\\\\]"))', '(?:[^ \\n](?<![^\\\\]"))'];
const ESCAPED_END = '(?<!\\\\)"';
/**
 * Text inside double quotes, where quotes of the client have nothing before them. A quote inside is read as such if no
 * space is next to it: so there is one way to read a line, and no text of a client can be mistaken for other fields.
 */
const UNESCAPED = '(?:[^\\n](?:[^\\n](?<!" | "))*)?';
const UNESCAPED_WORD = '[^" ](?:[^ ]*[^" ])?';
const UNESCAPED_FORM = `(?:"*| +|(?:"*| +)${UNESCAPED_WORD}(?: +${UNESCAPED_WORD})*(?:"*| +))`;
/** After a URL that ends with a quote; no field begins like it. */
const QUOTE_AND_PROTOCOL = '(?:" HTTP/[0-9.]{1,8})?';
const ESCAPED_FORM = '"(?:[^"\\\\]|\\\\+[^\\\\])*"';

/**
 * The kinds of fields of a log line, each a part of the line's regular expression. The syntax has the same meaning in
 * Java (Athena's SerDe) and JavaScript: no backreference, no group inside a repetition.
 *
 * A reader treats `-` and the empty text as NULL.
 */
export const TOKEN_KINDS = {
  /** One word without a quote, e.g. `app/my-lb/50dc6c495c0c9188`. */
  word: token('([^ "]*)'),
  /** The first word of a line. With a `#`, the line would be a comment, with a brace, JSON; a tab would separate fields. */
  firstWord: token('([^ "#{\\t][^ "\\t]*)'),
  /** A valid instant. Mandatory: a line without it is unparsed. */
  instant: token(`(${INSTANT})`),
  /** The same, or `-`. */
  optionalInstant: token(`(${INSTANT}|-)`),
  /** A valid time in UTC, usually without the letter for it. */
  zonelessInstant: token(`(${ZONELESS_INSTANT}Z?)`),
  optionalZonelessInstant: token(`(${ZONELESS_INSTANT}Z?|-)`),
  /** At most 15 digits, so that a JavaScript number and a BIGINT represent it exactly. */
  integer: token("(-?[0-9]{0,15})"),
  /** For columns of 32 bits. */
  shortInteger: token("(-?[0-9]{0,9})"),
  decimal: token("(-?[0-9]{0,15}[.]?[0-9]{0,17})"),
  port: token("([0-9]{1,5}|-)"),
  /** HTTP status; text, because `000` is a status. */
  status: token("([0-9]{1,3}|-)"),
  /** `ip:port`, split at the last colon because ALB writes IPv6 without brackets; brackets are dropped. */
  hostPort: token('\\[?([^ "\\]]*)\\]?:([0-9]{1,5})'),
  /** The same, or `-`. */
  optionalHostPort: token('(?:-|\\[?([^ "\\]]*)\\]?:([0-9]{1,5}))'),
  /** Text inside double quotes. ALB writes a quote sent by a client as the four characters \x22. */
  quoted: token('"([^"]*)"'),
  /**
   * Method, URL and protocol inside double quotes: the first word, the last of three or more, and the text between
   * them, because a URL can contain spaces. Spaces before the closing quote separate nothing. Each run of spaces is
   * read only once, however long a client makes it.
   */
  request: token('"([^ "]*)(?: +([^ "](?:[^"]*?[^ "])??))?(?: +([^ "]+))? *"'),
  /** Both with quotes inside, each after a backslash. */
  escapedQuoted: { captures: `"(${ESCAPED}*)${ESCAPED_END}`, form: ESCAPED_FORM },
  escapedRequest: {
    captures: `"(${ESCAPED_WORD}*)(?: +(${ESCAPED_WORD}(?:${ESCAPED}*?${ESCAPED_WORD})??))?(?: +(${ESCAPED_WORD}+))? *${ESCAPED_END}`,
    form: ESCAPED_FORM,
  },
  /** The same with quotes inside as the client sent them, or a dash without quotes. */
  unescapedQuoted: {
    captures: `(?:"(${UNESCAPED})"|-)`,
    form: `(?:"${UNESCAPED_FORM}"|-)`,
  },
  /** A request line with such quotes, or a dash without quotes. */
  unescapedRequest: {
    captures: `(?:"(${UNESCAPED}${QUOTE_AND_PROTOCOL})"|-)`,
    form: `(?:"${UNESCAPED_FORM}${QUOTE_AND_PROTOCOL}"|-)`,
  },
  /** A valid time in UTC, as `[23/Nov/2026:07:05:12 +0000]`. */
  bracketedTime: token(`\\[(${DAY_MONTH_YEAR}:${TIME} [+]0000)\\]`),
  /** Words in quotes, separated by commas: quoted are the items, not the field, which may be cut anywhere. */
  quotedList: token('("[^ ]*|[^ "]*)'),
  /** Text that is normally quoted; older files have one item of a list without quotes. */
  quotedOrBare: maybeQuoted('[^"]*', '[^ "]*'),
  /** Text that is normally not quoted; an unknown field at its position may be quoted. */
  bareOrQuoted: maybeQuoted('[^"]*', '[^ "]*'),
  /** Space-separated status codes in double quotes; older files have one item without quotes. */
  statusList: maybeQuoted("[-0-9 ]*", "[-0-9]*"),
  /** Text between tabs. */
  tabbed: token("([^\\t]*)"),
  /** An ARN. Mandatory. */
  tabbedArn: token("(arn:[^\\t]+)"),
  /** Mandatory. */
  tabbedMilliseconds: token(`(${MILLISECONDS})`),
  tabbedDate: token(`(${DATE})`),
  tabbedTime: token(`(${TIME})`),
  /** Only the status has three digits at its position: a line that lacks a field before it does not match. */
  tabbedStatus: token("([0-9]{3}|)"),
  /** A name without digits, for the same reason. */
  tabbedLetters: token("([A-Za-z]*|-)"),
  /** Text that is no number, for the same reason. */
  tabbedNoNumber: token("([^\\t]*[^0-9\\t][^\\t]*|)"),
  tabbedTenant: token("(dt_[^\\t]*|-|)"),
  tabbedInteger: token(" ?(-?[0-9]{0,15})"),
  /** For columns of 32 bits. */
  tabbedShort: token(" ?(-?[0-9]{0,9})"),
  tabbedDecimal: token(" ?(-?[0-9]{0,15}[.]?[0-9]{0,17})"),
} as const satisfies Readonly<Record<string, TokenPattern>>;
export type TokenKind = keyof typeof TOKEN_KINDS;

const TEXT = TOKEN_KINDS.tabbed;
const HOST_PORT = '\\[?([^ "\\]\\t]*)\\]?:([0-9]{1,5})';
const REQUEST = token("([^ \\t]*)(?: +([^ \\t](?:[^\\t]*?[^ \\t])??))?(?: +([^ \\t]+))? *");

/** Kinds whose text is another one if it is alone, as in JSON: it can contain spaces, no quotes are around it, and it may be empty. */
const ALONE: Readonly<Partial<Record<TokenKind, TokenPattern>>> = {
  word: TEXT,
  firstWord: TEXT,
  optionalInstant: token(`(${INSTANT}|-?)`),
  port: token("([0-9]{1,5}|-?)"),
  status: token("([0-9]{1,3}|-?)"),
  hostPort: token(HOST_PORT),
  optionalHostPort: token(`(?:-?|${HOST_PORT})`),
  quoted: TEXT,
  request: REQUEST,
  escapedQuoted: TEXT,
  escapedRequest: REQUEST,
  unescapedQuoted: TEXT,
  unescapedRequest: TEXT,
  quotedList: TEXT,
  quotedOrBare: TEXT,
  bareOrQuoted: TEXT,
  statusList: token("([-0-9 ]*)"),
  tabbedStatus: token("([0-9]{3}|-?)"),
};

/** A kind of field where its text is alone. It contains no tab. */
export const aloneToken = (kind: TokenKind): TokenPattern => ALONE[kind] ?? TOKEN_KINDS[kind];
