/**
 * Kinds of personal data in a column.
 *
 * - `address`, `addresses`: the client's IP address, or a list of addresses that forwarded a request
 * - `url`: a URL with its query string, and perhaps with a name and a password before the host
 * - `query`, `cookie`: a query string, a Cookie header
 * - `identity`: a value that identifies the client: its certificate, or the user or session that sent the request
 * - `request`: method, URL and protocol in one text
 * - `labels`: labels of a request, some of which identify the client's browser
 * - `everything`: the whole line as logged
 * - `method`, `protocol`: parts of a request line; if it is malformed, they contain parts of the URL
 */
export type PersonalKind =
  | "address"
  | "addresses"
  | "identity"
  | "url"
  | "query"
  | "cookie"
  | "request"
  | "labels"
  | "everything"
  | "method"
  | "protocol";

export const ADDRESS_MODES = ["keep", "truncate", "hash"] as const;
export const TEXT_MODES = ["keep", "drop", "hash"] as const;

/** What the typed tables contain instead of personal data. */
export interface Privacy {
  /**
   * `truncate`: IPv4 to 24 bits, IPv6 to 48; `hash`: 32 hexadecimal digits, the same for the same address and salt.
   * Applies to the client's certificate and to the requester, too: `truncate` leaves them out.
   */
  readonly clientIps: (typeof ADDRESS_MODES)[number];
  /** For query strings, also in URLs. Unless they are kept, names and passwords before the host are also left out. */
  readonly queryStrings: (typeof TEXT_MODES)[number];
  readonly cookies: (typeof TEXT_MODES)[number];
}

/** A rule for the rows of one source, or for all rows if the table is not partitioned by source. */
export interface TablePrivacy extends Privacy {
  readonly source?: string | undefined;
}

/** Some of the options; the others are `keep`. */
export type PrivacyOptions = { readonly [Name in keyof Privacy]?: Privacy[Name] | undefined };

export const withDefaults = ({
  clientIps = "keep",
  queryStrings = "keep",
  cookies = "keep",
}: PrivacyOptions): Privacy => ({ clientIps, queryStrings, cookies });

/** The rules for rows, and the secret for hashes. */
export interface PrivacyRule {
  readonly privacy: Privacy;
  /** At least 16 characters if a value is hashed. */
  readonly salt: string;
}

export const MIN_SALT_LENGTH = 16;

export const keepsAll = (privacy: Privacy): boolean => modesOf(privacy).every((mode) => mode === "keep");
export const needsSalt = (privacy: Privacy): boolean => modesOf(privacy).includes("hash");

const modesOf = ({ clientIps, queryStrings, cookies }: Privacy) => [clientIps, queryStrings, cookies];
