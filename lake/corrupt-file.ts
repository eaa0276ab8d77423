import { codeOf } from "../handlers/core/errors";

/** A file that is not complete, or not what its first bytes say. */
export class CorruptFileError extends Error {}

/** Node's zlib names its errors Z_DATA_ERROR, Z_BUF_ERROR ...; those of zstd begin with ZSTD_. */
const ZLIB_ERROR = /^(?:Z|ZSTD)_/;

/** True if the error is about the bytes of a file. */
export const isCorruptFile = (error: unknown): boolean =>
  error instanceof CorruptFileError || ZLIB_ERROR.test(codeOf(error) ?? "");
