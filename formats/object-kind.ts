import type { Hour } from "./hour";

/**
 * Why an object in the landing prefix is not moved. Its message is acknowledged and it is counted under this name.
 *
 * - `access-log`, `connection-log`, `health-check-log`: a log of an Application Load Balancer, if no source with this
 *   prefix has its format
 * - `other-load-balancer`: the same for a log of a Network or Classic Load Balancer
 * - `test-file`: the file that AWS writes to test the bucket's permissions
 * - `folder-marker`: a key that ends with a slash
 * - `empty-object`: zero bytes
 * - `read-as-delivered`: a file of a source whose files are read where AWS delivers them
 * - `unmatched-key`: a key of no configured source, an object of another bucket, a name that AWS does not give to access logs, or
 *   a Parquet file that cannot be read
 */
export const SKIP_REASONS = [
  "access-log",
  "connection-log",
  "health-check-log",
  "other-load-balancer",
  "test-file",
  "folder-marker",
  "empty-object",
  "read-as-delivered",
  "unmatched-key",
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** What an object key says about its object. */
export type ObjectKind =
  | { readonly kind: "access-log"; readonly hour: Hour }
  | { readonly kind: "skip"; readonly reason: SkipReason };

export const accessLog = (hour: Hour): ObjectKind => ({ kind: "access-log", hour });
export const skip = (reason: SkipReason): ObjectKind => ({ kind: "skip", reason });

/** True if the name says that it is a Parquet file; others can be one, too. */
export const isParquetName = (key: string): boolean => key.endsWith(".parquet");

/** The part of a key after its last slash. */
export const fileNameOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1);
