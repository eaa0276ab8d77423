import { MIN_SALT_LENGTH, type PersonalKind, type PrivacyRule } from "../privacy";
import { sqlString } from "./sql-text";

/** Functions with different names in the engines. */
interface Dialect {
  /** SHA-256 of a text, as lower-case hexadecimal digits. */
  sha256(text: string): string;
  /** A list separated by commas, with each item replaced; items that become NULL are left out. */
  each(list: string, replaced: (item: string) => string): string;
}

const DIALECTS = {
  trino: {
    sha256: (text) => `lower(to_hex(sha256(to_utf8(${text}))))`,
    each: (list, replaced) => `array_join(transform(split(${list}, ','), i -> ${replaced("i")}), ',')`,
  },
  duckdb: {
    sha256: (text) => `sha256(${text})`,
    each: (list, replaced) =>
      `array_to_string(list_transform(string_split(${list}, ','), lambda i: ${replaced("i")}), ',')`,
  },
} as const satisfies Readonly<Record<string, Dialect>>;
export type DialectName = keyof typeof DIALECTS;

/** 128 bits: enough that two values never have the same hash. */
const HASH_DIGITS = 32;

const GROUP = "[0-9A-Fa-f]{1,4}:";
/** Text before an address in a list: encoded or plain spaces, brackets. After it, a port may follow. */
const BEFORE = "^(?:%20| )*(?:\\[|%5B)?";
const AFTER_V6 = "[0-9A-Fa-f:.]*(?:(?:\\]|%5D)(?::[0-9]+)?)?(?:%20| )*$";
const FIRST_THREE_BYTES = `${BEFORE}((?:[0-9]{1,3}[.]){3})[0-9]{1,3}(?::[0-9]+)?(?:%20| )*$`;
/** Up to three groups: `::` means zeros, so after fewer groups the rest of the kept part is zero. */
const FIRST_SIX_BYTES = `${BEFORE}((?:${GROUP}){1,3})${AFTER_V6}`;
const NO_FIRST_GROUP = `${BEFORE}(:):${AFTER_V6}`;

const SCHEME = "(?:[A-Za-z][A-Za-z0-9+.-]*:)?//";
const METHOD = "^([A-Za-z-]{1,32})$";
const PROTOCOL = "^(HTTP/[0-9.]{1,8})$";

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
  const droppedOrHashed = (mode: "drop" | "hash"): string =>
    mode === "drop" ? "CAST(NULL AS varchar)" : hashed(value);
  const { clientIps, queryStrings, cookies } = privacy;
  switch (kind) {
    case "address":
      if (clientIps === "keep") return value;
      return clientIps === "truncate" ? truncated(value) : hashed(value);
    case "addresses": {
      if (clientIps === "keep") return value;
      const replaced = clientIps === "truncate" ? truncated : (item: string) => hashed(trimmed(item));
      return `NULLIF(${dialect.each(value, replaced)}, '')`;
    }
    case "certificate":
      return clientIps === "keep" ? value : droppedOrHashed(clientIps === "hash" ? "hash" : "drop");
    case "url":
      if (queryStrings === "keep") return value;
      return queryStrings === "drop"
        ? withoutQuery(value)
        : `${withoutQuery(value)} || COALESCE('?' || ${hashed(found(value, "^[^?#]*[?#](.*)$"))}, '')`;
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

const trimmed = (item: string): string => found(item, "^(?:%20| )*(.*?)(?:%20| )*$");

/** Scheme, host and path, without the name and password before the host. */
const withoutQuery = (url: string): string =>
  `COALESCE(${found(url, `^(${SCHEME})`)}, '') || ${found(url, `^(?:${SCHEME}(?:[^/?#]*@)?)?([^?#]*)`)}`;
