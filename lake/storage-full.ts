import { codeOf, messageOf } from "../handlers/core/errors";

const CODES: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS"]);
/** DuckDB's errors have the system's texts. */
const TEXTS = /No space left on device|Disk quota exceeded|Read-only file system/;

/** True if no file can be written: the cause is not a file that is being read. */
export const isStorageFull = (error: unknown): boolean =>
  CODES.has(codeOf(error) ?? "") || TEXTS.test(messageOf(error));
