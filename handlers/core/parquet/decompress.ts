import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { decompress as decompressZstd } from "fzstd";
import type { Compressors } from "hyparquet";
// Its own entry also has Brotli and gzip in JavaScript, which Node has.
import { decompressLz4, decompressLz4Raw } from "hyparquet-compressors/src/lz4.js";

/** The codecs of Parquet. The reader knows Snappy. */
export const DECOMPRESSORS: Compressors = {
  GZIP: (bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength }),
  BROTLI: (bytes, maxOutputLength) => brotliDecompressSync(bytes, { maxOutputLength }),
  ZSTD: (bytes) => decompressZstd(bytes),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
};
