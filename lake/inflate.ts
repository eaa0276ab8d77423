import { type Gunzip, gunzipSync } from "node:zlib";
import { CorruptFileError } from "./corrupt-file";

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** Checksum and length of the text, four bytes each. */
const GZIP_TRAILER_BYTES = 8;
const MIN_CHUNK_BYTES = 1 << 12;
/** Most text that is inflated at once. */
const MOST_TEXT_BYTES = 32 << 20;

/** Options of a stream: in Node's chunks of 16 KiB, a text takes twice the time, most of which is spent between them. */
export const LARGE_CHUNKS = { chunkSize: 1 << 18 };

export const NOT_THE_END = "the file goes on after the end of the gzip";

export const isGzip = (start: Buffer): boolean => start.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC);

/**
 * The text of a gzip, with its checksum verified.
 *
 * @param length expected length of the text
 * @throws CorruptFileError, or an error of Node's zlib, also if the text is too large
 */
export function inflated(gzip: Buffer, length: number): Buffer {
  // A chunk as long as the text: the text then does not share its memory, which can be freed.
  const chunkSize = Math.min(Math.max(length, MIN_CHUNK_BYTES), MOST_TEXT_BYTES);
  // With `info`, the result has the engine, too, of which the types do not know.
  const { buffer, engine } = gunzipSync(gzip, {
    chunkSize,
    maxOutputLength: MOST_TEXT_BYTES,
    info: true,
  }) as unknown as { readonly buffer: Buffer; readonly engine: Gunzip };
  checkEnd(engine, gzip.length);
  return buffer;
}

/** zlib ignores zeros after a gzip: a file that is not complete may have them in place of its rest. */
export function checkEnd(gunzip: Gunzip, size: number): void {
  if (gunzip.bytesWritten < size) throw new CorruptFileError(NOT_THE_END);
}

/** @param text of a gzip, or its start. The bytes of another gzip would be unparsed lines. */
export function requireText(text: Buffer): void {
  if (isGzip(text)) throw new CorruptFileError("it was packed twice: unpack it once, and keep its name");
}

/** Length of the text of a gzip, by its last four bytes. It is only a hint: they may be missing. */
export const declaredLength = (gzip: Buffer): number =>
  gzip.length < GZIP_TRAILER_BYTES ? 0 : gzip.readUInt32LE(gzip.length - 4);
