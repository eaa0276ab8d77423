import { createHash } from "node:crypto";
import { type Hour, hourText } from "./hour";
import type { LogFormat } from "./log-format";
import { fileNameOf, isParquetName } from "./object-kind";
import { RAW_PREFIX } from "./partition-layout";

/** Digits of the hash of the original bucket and key. */
export const HASH_DIGITS = 8;
/** Start of the names of moved files that begin with a time. It sorts after the hashes that older names begin with. */
export const STAMPED = "log-";
/**
 * Regular expression for the end of a moved file's path, with one group, the identity: `<hash>-<name>`, which is the
 * complete name, or follows `log-<time>-`.
 */
export const MOVED_IDENTITY = `/(?:${STAMPED}[^-/]+-)?([0-9a-f]{${HASH_DIGITS}}-[^/]*)$`;

/** True if the name of a moved file begins with a time. */
export const isStampedKey = (key: string): boolean => fileNameOf(key).startsWith(STAMPED);

/**
 * The beginning of a key up to the minute in its name; the key if its name has none. Keys with the same beginning are
 * next to each other in a listing.
 */
export const upToMinute = (key: string): string => /^.*?\d{8}T\d{4}Z/.exec(key)?.[0] ?? key;

/**
 * The identity of a file, wherever it is read: hash of the bucket and key that AWS delivered it to, and its name. A Parquet file is
 * only read after its move: below `raw/`, its rows are packed text, which engines know by the end of the name.
 */
export function identityOf({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  const hash = createHash("sha256").update(`${bucket}/${key}`).digest("hex").slice(0, HASH_DIGITS);
  return `${hash}-${fileNameOf(key)}${isParquetName(key) ? ".gz" : ""}`;
}

/** Digits of a content's hash in a file's name: 128 bits. */
const CONTENT_DIGITS = 32;

/**
 * The identity of a file that has no bucket and key of AWS: its content. It has the form of other identities.
 *
 * @param hash of the content, in at least 32 digits
 * @param name rest of the name
 */
export const identityOfContent = (hash: string, name: string): string =>
  `${hash.slice(0, HASH_DIGITS)}-${hash.slice(HASH_DIGITS, CONTENT_DIGITS)}${name}`;

/** The identity of lines of an hour, from a file without AWS's name. @param hash of their text */
export const identityOfLines = (hash: string): string => identityOfContent(hash, LINES_END);
const LINES_END = ".log.gz";

const LINES_NAME = new RegExp(
  `^[0-9a-f]{${HASH_DIGITS}}-[0-9a-f]{${CONTENT_DIGITS - HASH_DIGITS}}${LINES_END.replaceAll(".", "[.]")}$`,
);
/** True for the result of `identityOfLines`. */
export const isNameOfLines = (name: string): boolean => LINES_NAME.test(name);

const IDENTITY_START = new RegExp(
  `^[0-9a-f]{${HASH_DIGITS}}-(?:[0-9a-f]{${CONTENT_DIGITS - HASH_DIGITS}}-)?`,
);
/** The name of a file in its identity, without the hash of where it was or of its content. */
export const loggedNameOf = (identity: string): string => identity.replace(IDENTITY_START, "");

/**
 * The identity of a file by its path in a typed table.
 *
 * @param movedTo bucket of the moved files
 * @param path `s3://<bucket>/<key>`
 */
export function identityOfPath(movedTo: string, path: string): string {
  if (path.startsWith(`s3://${movedTo}/${RAW_PREFIX}`))
    return new RegExp(MOVED_IDENTITY).exec(path)?.[1] ?? path;
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(path) ?? [];
  return identityOf({ bucket, key });
}

/**
 * `log-<time>-<identity>`: a name of a moved file. New files are next to each other in a listing of their partition, so
 * few ranges of names cover them. The time is the stamp of the original name, or the hour if its names have no stamp.
 */
export const stampedName = (format: LogFormat, file: Parameters<typeof identityOf>[0], hour: Hour): string =>
  `${STAMPED}${stampOf(format, file.key, hour)}-${identityOf(file)}`;

function stampOf({ delivered }: LogFormat, key: string, hour: Hour): string {
  const pattern = delivered.kind === "folders" ? new RegExp(delivered.stamp.pattern) : undefined;
  const stamp = pattern?.exec(`/${key}`)?.[1] ?? hourText(hour);
  return `${stamp.replaceAll(/[^0-9T]/g, "")}Z`;
}
