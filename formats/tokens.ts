/** Years from 1000 to 2999: no log is older, and every engine reads them alike. */
const YEAR = "[12][0-9]{3}";
const LEAP_YEAR = "(?:[12][0-9](?:0[48]|[2468][048]|[13579][26])|(?:1[26]|2[048])00)";
const MONTH_OF_31 = "(?:0[13578]|1[02])";
const MONTH_OF_30 = "(?:0[469]|11)";
/** A day that exists. */
const DATE = `(?:${YEAR}-(?:${MONTH_OF_31}-(?:0[1-9]|[12][0-9]|3[01])|${MONTH_OF_30}-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|${LEAP_YEAR}-02-29)`;
/** A time of day that exists; there are no leap seconds in SQL. */
const TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
/** ISO 8601 in UTC with up to microseconds. */
const INSTANT = `${DATE}T${TIME}(?:[.][0-9]{1,6})?Z`;

/** A kind of field as two regular expressions for the same texts. */
export interface TokenPattern {
  /** With one capturing group per column. */
  readonly captures: string;
  /** Without groups and lookarounds, so that RE2 reads it, too. */
  readonly form: string;
}

const token = (captures: string): TokenPattern => ({
  captures,
  form: captures.replaceAll(/\((?!\?)/g, "(?:"),
});

/**
 * A field that stands in quotes in some files and without in others. Both quotes are there, or none: what stands next to
 * the group's text decides, because one group cannot tell in any other way. A line that is cut inside the quotes has no
 * such text.
 */
const maybeQuoted = (quoted: string, bare: string): TokenPattern => ({
  captures: `"?((?<=")${quoted}(?=")|(?<= )${bare}(?![^ ]))"?`,
  form: `(?:"${quoted}"|${bare})`,
});

/**
 * The kinds of field a log line is made of, each a piece of the line's regular expression. The syntax is what Java
 * (Athena's SerDe) and JavaScript read alike: no backreference, no group inside a repetition.
 *
 * A reader treats `-` and the empty text as NULL.
 */
export const TOKEN_KINDS = {
  /** One word without a quote, e.g. `app/my-lb/50dc6c495c0c9188`. */
  word: token('([^ "]*)'),
  /** The word that a line begins with; a `#` would make a comment of it. */
  firstWord: token('([^ "#][^ "]*)'),
  /** An instant that exists. Mandatory: a line without it is no log line. */
  instant: token(`(${INSTANT})`),
  /** The same, or `-`. */
  optionalInstant: token(`(${INSTANT}|-)`),
  /** At most 15 digits, so that JavaScript's numbers and a BIGINT hold it exactly. */
  integer: token("(-?[0-9]{0,15})"),
  decimal: token("(-?[0-9]{0,15}[.]?[0-9]{0,17})"),
  /** HTTP status; text, because `000` is one. */
  status: token("([0-9]{1,3}|-)"),
  /** `ip:port`, split at the last colon because ALB writes IPv6 without brackets; brackets are dropped. */
  hostPort: token('\\[?([^ "\\]]*)\\]?:([0-9]{1,5})'),
  /** The same, or `-`. */
  optionalHostPort: token('(?:-|\\[?([^ "\\]]*)\\]?:([0-9]{1,5}))'),
  /** Text inside double quotes. ALB writes a quote sent by a client as the four characters \x22. */
  quoted: token('"([^"]*)"'),
  /**
   * Method, URL and protocol inside double quotes: the first word, the last of three or more, and what stands between
   * them, because a URL can hold spaces. Spaces before the closing quote separate nothing. Each run of spaces is read
   * once, however long a client makes it.
   */
  request: token('"([^ "]*)(?: +([^ "](?:[^"]*?[^ "])??))?(?: +([^ "]+))? *"'),
  /** Text that is normally quoted; older files have one item of a list without quotes. */
  quotedOrBare: maybeQuoted('[^"]*', '[^ "]*'),
  /** Text that is normally not quoted; an unknown field in its place may be. */
  bareOrQuoted: maybeQuoted('[^"]*', '[^ "]*'),
  /** Space-separated status codes in double quotes; older files have one item without quotes. */
  statusList: maybeQuoted("[-0-9 ]*", "[-0-9]*"),
  /** Text between tabs. */
  tabbed: token("([^\\t]*)"),
  tabbedDate: token(`(${DATE})`),
  tabbedTime: token(`(${TIME})`),
  /** Nothing else but the status has three digits where it stands: a line that lacks a field before it is refused. */
  tabbedStatus: token("([0-9]{3}|)"),
  /** A name without digits, for the same reason. */
  tabbedLetters: token("([A-Za-z]*|-)"),
  tabbedTenant: token("(dt_[^\\t]*|-|)"),
  tabbedInteger: token(" ?(-?[0-9]{0,15})"),
  /** For columns of 32 bits. */
  tabbedShort: token(" ?(-?[0-9]{0,9})"),
  tabbedDecimal: token(" ?(-?[0-9]{0,15}[.]?[0-9]{0,17})"),
} as const satisfies Readonly<Record<string, TokenPattern>>;
export type TokenKind = keyof typeof TOKEN_KINDS;
