import { codeOf, messageOf } from "../handlers/core/errors";

const CODES: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS"]);
/** The system's texts, which DuckDB's errors have, too. */
const TEXTS = /no space left on device|disk quota exceeded|read-only file system/i;

/** True if no file can be written: the cause is not a file that is being read. */
export const isStorageFull = (error: unknown): boolean =>
  CODES.has(codeOf(error) ?? "") || TEXTS.test(messageOf(error));

/** Ends a run whose copies failed because the disk is full. @param reasons of the copies that failed */
export function throwIfFull(reasons: readonly string[]): void {
  const reason = reasons.find(isStorageFull);
  if (reason !== undefined) throw new Error(reason);
}
