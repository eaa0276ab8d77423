import { isUtf8 } from "node:buffer";
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeFileSync,
  writevSync,
} from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import type { LogFormat } from "../formats/log-format";
import { splitLines } from "../formats/read-line";
import { COLUMN_SEPARATOR } from "../formats/scan-line";
import { codeOf, messageOf } from "../handlers/core/errors";
import { sum } from "../terminal/quantities";
import { freeMemory } from "./free-memory";
import { rowWriter } from "./row-writer";

/** Outcome of spooling one file. */
export type Spooled =
  | {
      readonly kind: "spooled" /** Rows and unparsed lines. */;
      readonly lines: number;
    }
  | { readonly kind: "corrupt"; readonly reason: string };

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** Checksum and length of the text, four bytes each. */
const GZIP_TRAILER_BYTES = 8;
const CHUNK_BYTES = 1 << 18;
const MIN_CHUNK_BYTES = 1 << 12;
/** Files up to this size whose text is not larger, either, are read whole. */
const WHOLE_BYTES = 4 << 20;
const WHOLE_TEXT_BYTES = 32 << 20;
/** A longer line is cut here. Real lines are below 64 KiB: only binary garbage is longer. */
export const MAX_LINE_BYTES = 4 << 20;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from("\uFEFF");
const REPLACEMENT = "\uFFFD";

/**
 * Writes the lines of a log file, plain or gzip, as separated columns that DuckDB can load.
 *
 * DuckDB itself reads a truncated gzip as a shorter file and drops lines that are not UTF-8. So the file is
 * inflated here, its checksum is verified, and invalid UTF-8 is replaced. Memory does not grow with the file.
 *
 * @returns `corrupt` if the gzip cannot be read to its end; the text written so far must not be used
 */
export async function spoolFile(format: LogFormat, source: string, target: string): Promise<Spooled> {
  const writer = rowWriter(format);
  const input = openSync(source, "r");
  // Not truncated: overwriting an earlier text is faster than allocating new pages.
  const output = openSync(target, constants.O_WRONLY | constants.O_CREAT);
  let bytes = 0;
  const writeRows = async (chunks: Iterable<Buffer> | AsyncIterable<Buffer>) => {
    for await (const block of plainText(chunks)) bytes += writePieces(output, writer.rowsOf(block));
  };
  try {
    const isGzip = readStart(input, GZIP_MAGIC.length).equals(GZIP_MAGIC);
    const text = wholeText(input, isGzip);
    // A stream has its own handle, and closes it when it stops reading.
    const chunks = () => createReadStream(source, { highWaterMark: CHUNK_BYTES });
    if (text) {
      await writeRows([text]);
      freeMemory(text);
    } else if (isGzip) await pipeline(chunks(), createGunzip({ chunkSize: CHUNK_BYTES }), writeRows);
    else await pipeline(chunks(), writeRows);
  } catch (error) {
    // Node's zlib names its errors Z_DATA_ERROR, Z_BUF_ERROR ...
    if (!codeOf(error)?.startsWith("Z_")) throw error;
    return { kind: "corrupt", reason: messageOf(error) };
  } finally {
    if (fstatSync(output).size > bytes) ftruncateSync(output, bytes);
    closeSync(output);
    closeSync(input);
  }
  return { kind: "spooled", lines: writer.lines };
}

/**
 * The text of a small file, as most are: passing a few hundred kilobytes to other threads and back takes
 * longer than inflating them.
 *
 * @returns nothing if the file or its text is large
 */
function wholeText(file: number, isGzip: boolean): Buffer | undefined {
  const { size } = fstatSync(file);
  if (size > WHOLE_BYTES) return undefined;
  const bytes = readStart(file, size);
  if (!isGzip) return bytes;
  // A chunk as long as the text: the text then does not share its memory, which can be freed.
  const chunkSize = Math.min(Math.max(declaredLength(bytes), MIN_CHUNK_BYTES), WHOLE_TEXT_BYTES);
  try {
    return gunzipSync(bytes, { chunkSize, maxOutputLength: WHOLE_TEXT_BYTES });
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw error;
  } finally {
    freeMemory(bytes);
  }
}

/** Length of the text of a gzip, by its last four bytes. It is only a hint: they may be missing. */
const declaredLength = (gzip: Buffer): number =>
  gzip.length < GZIP_TRAILER_BYTES ? 0 : gzip.readUInt32LE(gzip.length - 4);

function readStart(file: number, length: number): Buffer {
  // In unshared memory, so that it can be freed.
  const bytes = Buffer.allocUnsafeSlow(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
}

/** @returns number of bytes written */
function writePieces(file: number, pieces: readonly Buffer[]): number {
  const length = sum(pieces.map((piece) => piece.length));
  if (length === 0) return 0;
  const written = writevSync(file, pieces);
  // Fewer bytes are written only on an error, e.g. a full disk, which the next attempt reports.
  if (written < length) writeFileSync(file, Buffer.concat(pieces).subarray(written));
  return length;
}

/** Blocks of whole lines in UTF-8, each line ended by a line feed alone. */
export async function* plainText(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    const first = chunk.indexOf(LINE_FEED) + 1;
    if (first === 0 && restBytes + chunk.length < MAX_LINE_BYTES) {
      rest.push(chunk);
      restBytes += chunk.length;
      continue;
    }
    const last = first === 0 ? chunk.length : chunk.lastIndexOf(LINE_FEED) + 1;
    // Only the line that the last chunk began is copied; the other lines are used in place.
    const joined = first === 0 ? chunk.length : first;
    if (rest.length > 0) yield* wholeLines(Buffer.concat([...rest, chunk.subarray(0, joined)]));
    const start = rest.length > 0 ? joined : 0;
    if (last > start) yield* wholeLines(chunk.subarray(start, last));
    rest = last < chunk.length ? [chunk.subarray(last)] : [];
    restBytes = chunk.length - last;
  }
  if (restBytes > 0) yield* wholeLines(Buffer.concat(rest));
}

const wholeLines = (block: Buffer): Buffer[] =>
  plainParts(block.at(-1) === LINE_FEED ? block : Buffer.concat([block, Buffer.of(LINE_FEED)]));

/**
 * Halves a block until only the lines that are not plain text are decoded one by one. Such lines are rare.
 */
function plainParts(block: Buffer): Buffer[] {
  if (isPlainText(block)) return [block];
  const middle = block.indexOf(LINE_FEED, block.length >> 1) + 1;
  const split = middle < block.length ? middle : block.lastIndexOf(LINE_FEED, -2) + 1;
  if (split === 0) return [decoded(block)];
  return [...plainParts(block.subarray(0, split)), ...plainParts(block.subarray(split))];
}

const isPlainText = (block: Buffer): boolean =>
  isUtf8(block) &&
  !block.includes(CARRIAGE_RETURN) &&
  !block.includes(COLUMN_SEPARATOR) &&
  !block.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);

function decoded(block: Buffer): Buffer {
  const text = new TextDecoder().decode(block).replaceAll(String.fromCharCode(COLUMN_SEPARATOR), REPLACEMENT);
  return Buffer.from(splitLines(text).join("\n"));
}
