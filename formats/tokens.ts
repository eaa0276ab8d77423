/** How one kind of field looks in a line, and how a column reader may take it apart. */
interface Token {
  /** Piece of the line's regular expression, with one capturing group per column. */
  readonly pattern: string;
  /**
   * The form in which AWS writes it today, without groups, where `pattern` accepts other forms, too. Lines whose
   * fields all have this form can be split at spaces and quotes instead of being matched group by group.
   */
  readonly usual?: string;
  /** True if the usual form stands inside double quotes. */
  readonly quoted?: true;
  /** How the text between the separators becomes the columns; default: it is the column. */
  readonly parts?: "hostPort" | "request";
}

/**
 * The kinds of field a log line is made of. The syntax is the common ground of Java (Athena's SerDe), RE2 (DuckDB)
 * and JavaScript: no lookaround, no backreference, no group inside a repetition.
 *
 * A reader treats `-` and the empty text as NULL.
 */
export const TOKEN_KINDS = {
  /** One word without a quote, e.g. `app/my-lb/50dc6c495c0c9188`. */
  word: { pattern: '([^ "]*)' },
  /** ISO 8601 in UTC with up to microseconds. Mandatory: a line without it is no log line. */
  instant: {
    pattern: "([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,6})?Z)",
  },
  /** The same, or `-`. */
  optionalInstant: { pattern: "([-0-9T:.]*Z|-)" },
  /** At most 15 digits, so that JavaScript's numbers and a BIGINT hold it exactly. */
  integer: { pattern: "(-?[0-9]{0,15})" },
  decimal: { pattern: "(-?[0-9]{0,15}[.]?[0-9]{0,17})" },
  /** HTTP status; text, because `000` is one. */
  status: { pattern: "([0-9]{1,3}|-)" },
  /** `ip:port`, split at the last colon because ALB writes IPv6 without brackets; brackets are dropped. */
  hostPort: { pattern: '\\[?([^ "\\]]*)\\]?:([0-9]{1,5})', parts: "hostPort" },
  /** The same, or `-`. */
  optionalHostPort: { pattern: '(?:-|\\[?([^ "\\]]*)\\]?:([0-9]{1,5}))', parts: "hostPort" },
  /** Text inside double quotes. ALB writes a quote sent by a client as the four characters \x22. */
  quoted: { pattern: '"([^"]*)"', quoted: true },
  /** Method, URL and protocol inside double quotes, split at the first and the last space: a URL can hold spaces. */
  request: {
    pattern: '"([^ "]*)(?: ([^"]*?))?(?: ([^ "]*))?"',
    quoted: true,
    parts: "request",
  },
  /** Space-separated `ip:port` in double quotes; older files have one item without quotes. */
  hostPortList: { pattern: '"?((?:[^ "]+ )*?[^ "]+|)"?', usual: '"[^ "]+"', quoted: true },
  /** Space-separated status codes in double quotes; older files have one item without quotes. */
  statusList: { pattern: '"?((?:[-0-9]+ )*?[-0-9]+|)"?', usual: '"[-0-9]+"', quoted: true },
  /** `TID_...`, and whatever an unknown quoted field in its place holds. */
  connectionTraceId: { pattern: '"?(TID_[^ "]*|-|[^ "]+(?: [^ "]+)*)"?', usual: '(?:TID_[^ "]*|-)' },
  /** One word that is normally quoted. */
  quotedWord: { pattern: '"?([^ "]*)"?', usual: '"[^ "]*"', quoted: true },
  /** Text that is normally quoted. */
  quotedText: { pattern: '"?(-|[^"]*)"?', usual: '"[^"]*"', quoted: true },
  /** Text between tabs. */
  tabbed: { pattern: "([^\\t]*)" },
  tabbedDate: { pattern: "([0-9]{4}-[0-9]{2}-[0-9]{2})" },
  tabbedTime: { pattern: "([0-9]{2}:[0-9]{2}:[0-9]{2})" },
  tabbedInteger: { pattern: " ?(-?[0-9]{0,15})" },
  tabbedDecimal: { pattern: " ?(-?[0-9]{0,15}[.]?[0-9]{0,17})" },
} as const satisfies Record<string, Token>;
export type TokenKind = keyof typeof TOKEN_KINDS;

export const tokenOf = (kind: TokenKind): Token => TOKEN_KINDS[kind];
