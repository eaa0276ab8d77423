import { keepsAll, MIN_SALT_LENGTH, type PersonalKind, type PrivacyRule } from "../privacy";
import { sqlString } from "./sql-text";

/** Functions with different names in the engines. */
interface Dialect {
  /** SHA-256 of a text, as lower-case hexadecimal digits. */
  sha256(text: string): string;
  /** A list separated by commas, with each item replaced; items that become NULL are left out. */
  each(list: string, replaced: (item: string) => string): string;
  /** A text with every match of a pattern replaced. */
  replaced(text: string, pattern: string, by: string): string;
}

const DIALECTS = {
  trino: {
    sha256: (text) => `lower(to_hex(sha256(to_utf8(${text}))))`,
    each: (list, replaced) => `array_join(transform(split(${list}, ','), i -> ${replaced("i")}), ',')`,
    replaced: (text, pattern, by) => `regexp_replace(${text}, ${sqlString(pattern)}, ${sqlString(by)})`,
  },
  duckdb: {
    sha256: (text) => `sha256(${text})`,
    each: (list, replaced) =>
      `array_to_string(list_transform(string_split(${list}, ','), lambda i: ${replaced("i")}), ',')`,
    replaced: (text, pattern, by) => `regexp_replace(${text}, ${sqlString(pattern)}, ${sqlString(by)}, 'g')`,
  },
} as const satisfies Readonly<Record<string, Dialect>>;
export type DialectName = keyof typeof DIALECTS;

/** 128 bits: enough that two values never have the same hash. */
const HASH_DIGITS = 32;

/** What stands before the two digits of an escaped character: CloudFront writes `%20` or `%2520`, ALB `\x20`. */
const ESCAPE = "(?:%(?:25)*|\\\\x)";
const COMMA = `${ESCAPE}2[Cc]`;
const SPACES = `(?:${ESCAPE}(?:20|09)|[ +\\t])*`;

const GROUP = "[0-9A-Fa-f]{1,4}:";
/** Text before an address in a list: spaces, a bracket. After it, a port may follow. */
const BEFORE = `^${SPACES}(?:\\[|${ESCAPE}5[Bb])?`;
const PORT = "(?::[0-9]+)?";
const AFTER_V6 = `[0-9A-Fa-f:.]*(?:(?:\\]|${ESCAPE}5[Dd])${PORT})?${SPACES}$`;
const FIRST_THREE_BYTES = `${BEFORE}((?:[0-9]{1,3}[.]){3})[0-9]{1,3}${PORT}${SPACES}$`;
/**
 * Up to three groups: `::` means zeros, so after fewer groups the rest of the kept part is zero. The groups after
 * `2002:` are an IPv4 address, of which two bytes stay.
 */
const FIRST_SIX_BYTES = `${BEFORE}(2002:${GROUP}|(?:${GROUP}){1,3})${AFTER_V6}`;
const NO_FIRST_GROUP = `${BEFORE}(:):${AFTER_V6}`;

const QUERY_START = `(?:[?#]|${ESCAPE}(?:3[Ff]|23))`;
const BEFORE_QUERY = `^([^\\n]*?)(?:${QUERY_START}|$)`;
const QUERY = `^[^\\n]*?${QUERY_START}([^\\n]*)$`;
const AT = `(?:@|${ESCAPE}40)`;
/** A name and a password, wherever they are: before a malformed URL's host, in a URL inside of a path. */
const CREDENTIALS = `[^/]*(?::|${ESCAPE}3[Aa])[^/]*${AT}`;
/** A name without a password. */
const USER = `(?:/|${ESCAPE}2[Ff]){2}[^/]*${AT}`;
/** A name or an address with a port; a dash or an asterisk is the path of a request without one. */
const HOST = "(?:[^/\\\\@:% \\n]+|(?:\\[|%5[Bb])[0-9A-Fa-f:.]+(?:\\]|%5[Dd]))(?::[0-9]{1,5})?[*-]?";
/** Two slashes may start another URL: no name may follow them. */
const PATH_REST = "(?:/[^/\\n]+)*(?:/[^@\\n]*)?";
const WITH_HOST = `^((?:[A-Za-z][A-Za-z0-9+.-]*:)?//${HOST}${PATH_REST})$`;
/** A path, or the host and port of a tunnel. A browser reads two slashes or backslashes as the start of a host. */
const WITHOUT_HOST = `^(/(?:[^/\\\\\\n][^/\\n]*${PATH_REST})?|[A-Za-z0-9.-]+:[0-9]{1,5})$`;

const METHOD = "^([A-Za-z-]{1,32})$";
const PROTOCOL = "^(HTTP/[0-9.]{1,8})$";
/** Parts of a request line: a URL can contain spaces. */
const REQUEST_METHOD = "^([A-Za-z-]{1,32}) ";
const REQUEST_URL = "^[^ \\n]+ ([^\\n]*?)(?: HTTP/[0-9.]{1,8})?$";
const REQUEST_PROTOCOL = "( HTTP/[0-9.]{1,8})$";

const NOTHING = "CAST(NULL AS varchar)";
/**
 * A label with the id of a browser's session, or with its fingerprint.
 *
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-tokens-labeling.html
 */
const BROWSER_LABEL = "^awswaf:managed:token:(id|fingerprint):.*$";

/** Without a match, Trino returns NULL and DuckDB an empty text: both become NULL. */
const found = (value: string, pattern: string): string =>
  `NULLIF(regexp_extract(${value}, ${sqlString(pattern)}, 1), '')`;

/**
 * SQL of the text that a typed table contains instead of a value.
 *
 * Both engines return the same text for the same value and salt. A value of an unexpected form becomes NULL.
 *
 * @param value SQL of the value; NULL if there is no value
 * @throws Error if a hash is needed and there is no salt
 */
export function renderPrivate(
  dialectName: DialectName,
  { privacy, salt }: PrivacyRule,
  kind: PersonalKind,
  value: string,
): string {
  const dialect: Dialect = DIALECTS[dialectName];
  const hashed = (text: string): string => {
    if (salt.length < MIN_SALT_LENGTH)
      throw new Error(`hashes need a salt of at least ${MIN_SALT_LENGTH} characters`);
    return `substr(${dialect.sha256(`${sqlString(salt)} || ${text}`)}, 1, ${HASH_DIGITS})`;
  };
  const droppedOrHashed = (mode: "drop" | "hash"): string => (mode === "drop" ? NOTHING : hashed(value));
  const urlWith = (mode: "drop" | "hash", url: string): string =>
    mode === "drop"
      ? withoutQuery(dialect, url)
      : `${withoutQuery(dialect, url)} || COALESCE('?' || ${hashed(found(url, QUERY))}, '')`;
  const { clientIps, queryStrings, cookies } = privacy;
  switch (kind) {
    case "address":
      if (clientIps === "keep") return value;
      return clientIps === "truncate" ? truncated(value) : hashed(value);
    case "addresses": {
      if (clientIps === "keep") return value;
      const replaced = clientIps === "truncate" ? truncated : (item: string) => hashed(trimmed(item));
      return `NULLIF(${dialect.each(dialect.replaced(value, COMMA, ","), replaced)}, '')`;
    }
    case "identity":
      return clientIps === "keep" ? value : droppedOrHashed(clientIps === "hash" ? "hash" : "drop");
    case "url":
      return queryStrings === "keep" ? value : urlWith(queryStrings, value);
    case "request":
      if (queryStrings === "keep") return value;
      return `${found(value, REQUEST_METHOD)} || ' ' || ${urlWith(queryStrings, found(value, REQUEST_URL))} || COALESCE(${found(value, REQUEST_PROTOCOL)}, '')`;
    case "labels": {
      if (clientIps === "keep") return value;
      const others = (label: string) => `NULLIF(${dialect.replaced(label, BROWSER_LABEL, "")}, '')`;
      return `NULLIF(${dialect.each(value, others)}, '')`;
    }
    case "everything":
      return keepsAll(privacy) ? value : NOTHING;
    case "query":
      return queryStrings === "keep" ? value : droppedOrHashed(queryStrings);
    case "cookie":
      return cookies === "keep" ? value : droppedOrHashed(cookies);
    case "method":
      return queryStrings === "keep" ? value : found(value, METHOD);
    case "protocol":
      return queryStrings === "keep" ? value : found(value, PROTOCOL);
  }
}

const truncated = (address: string): string =>
  `COALESCE(${found(address, FIRST_THREE_BYTES)} || '0', ${found(address, FIRST_SIX_BYTES)} || ':', ${found(address, NO_FIRST_GROUP)} || ':')`;

const trimmed = (item: string): string => found(item, `^${SPACES}([^\\n]*?)${SPACES}$`);

/** Scheme, host and path, without the name and password before the host; NULL for any other form of URL. */
function withoutQuery(dialect: Dialect, url: string): string {
  const plain = dialect.replaced(dialect.replaced(found(url, BEFORE_QUERY), CREDENTIALS, ""), USER, "//");
  return `COALESCE(${found(plain, WITH_HOST)}, ${found(plain, WITHOUT_HOST)})`;
}
