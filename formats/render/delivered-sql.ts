import type { NameStamp } from "../delivered-layout";
import { HASH_DIGITS, MOVED_IDENTITY } from "../file-identity";
import { RAW_PREFIX } from "../partition-layout";
import { sqlString } from "./sql-text";

/** SQL of the day and the hour of the requests, from the path of a file as delivered. NULL for other files. */
export function renderKeysOf(stamp: NameStamp, path: string): { readonly dt: string; readonly hour: string } {
  const { pattern, form, isEnd } = stamp;
  // TRY: the digits of other files' names may be no time.
  const instant = `TRY(date_parse(regexp_extract(${path}, ${sqlString(pattern)}, 1), ${sqlString(form)}))`;
  const time = isEnd ? `${instant} - INTERVAL '1' MINUTE` : instant;
  return { dt: `date_format(${time}, '%Y-%m-%d')`, hour: `date_format(${time}, '%H')` };
}

/** SQL of the identity of a file below `raw/`. */
export const renderMovedIdentity = (path: string): string =>
  // Never NULL: NOT IN a list with a NULL is never true.
  `COALESCE(regexp_extract(${path}, ${sqlString(MOVED_IDENTITY)}, 1), ${path})`;

/** SQL of the identity of a file as delivered. The path without `s3://` is the text that the hash is of. */
export const renderDeliveredIdentity = (path: string): string =>
  `lower(substr(to_hex(sha256(to_utf8(substr(${path}, ${"s3://".length + 1})))), 1, ${HASH_DIGITS})) || '-' || regexp_extract(${path}, '[^/]*$')`;

/** SQL of the identity of the file of a row in the typed table. @param bucket bucket of the moved files */
export const renderIdentity = (bucket: string, path: string): string =>
  `CASE WHEN starts_with(${path}, ${sqlString(`s3://${bucket}/${RAW_PREFIX}`)}) THEN ${renderMovedIdentity(path)} ELSE ${renderDeliveredIdentity(path)} END`;
