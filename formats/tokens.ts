/**
 * The kinds of field a log line is made of. Each is a piece of the line's regular expression, with one capturing group
 * per column. The syntax is the common ground of Java (Athena's SerDe), RE2 and JavaScript: no lookaround, no
 * backreference, no group inside a repetition.
 *
 * A reader treats `-` and the empty text as NULL.
 */
export const TOKEN_KINDS = {
  /** One word without a quote, e.g. `app/my-lb/50dc6c495c0c9188`. */
  word: '([^ "]*)',
  /** ISO 8601 in UTC with up to microseconds. Mandatory: a line without it is no log line. */
  instant: "([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,6})?Z)",
  /** The same, or `-`. */
  optionalInstant: "([-0-9T:.]*Z|-)",
  /** At most 15 digits, so that JavaScript's numbers and a BIGINT hold it exactly. */
  integer: "(-?[0-9]{0,15})",
  decimal: "(-?[0-9]{0,15}[.]?[0-9]{0,17})",
  /** HTTP status; text, because `000` is one. */
  status: "([0-9]{1,3}|-)",
  /** `ip:port`, split at the last colon because ALB writes IPv6 without brackets; brackets are dropped. */
  hostPort: '\\[?([^ "\\]]*)\\]?:([0-9]{1,5})',
  /** The same, or `-`. */
  optionalHostPort: '(?:-|\\[?([^ "\\]]*)\\]?:([0-9]{1,5}))',
  /** Text inside double quotes. ALB writes a quote sent by a client as the four characters \x22. */
  quoted: '"([^"]*)"',
  /** Method, URL and protocol inside double quotes, split at the first and the last space: a URL can hold spaces. */
  request: '"([^ "]*)(?: ([^"]*?))?(?: ([^ "]*))?"',
  /** Space-separated `ip:port` in double quotes; older files have one item without quotes. */
  hostPortList: '"?((?:[^ "]+ )*?[^ "]+|)"?',
  /** Space-separated status codes in double quotes; older files have one item without quotes. */
  statusList: '"?((?:[-0-9]+ )*?[-0-9]+|)"?',
  /** `TID_...`, and whatever an unknown quoted field in its place holds. */
  connectionTraceId: '"?(TID_[^ "]*|-|[^ "]+(?: [^ "]+)*)"?',
  /** One word that is normally quoted. */
  quotedWord: '"?([^ "]*)"?',
  /** Text that is normally quoted. */
  quotedText: '"?(-|[^"]*)"?',
  /** Text between tabs. */
  tabbed: "([^\\t]*)",
  tabbedDate: "([0-9]{4}-[0-9]{2}-[0-9]{2})",
  tabbedTime: "([0-9]{2}:[0-9]{2}:[0-9]{2})",
  tabbedInteger: " ?(-?[0-9]{0,15})",
  /** For columns of 32 bits. */
  tabbedShort: " ?(-?[0-9]{0,9})",
  tabbedDecimal: " ?(-?[0-9]{0,15}[.]?[0-9]{0,17})",
} as const;
export type TokenKind = keyof typeof TOKEN_KINDS;
