import { isUtf8 } from "node:buffer";
import { writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { LogFormat } from "../formats/log-format";
import { splitLines } from "../formats/read-line";
import { COLUMN_SEPARATOR } from "../formats/scan-line";
import { codeOf, messageOf } from "../handlers/core/errors";
import { rowWriter } from "./row-writer";

/** Outcome of spooling one file. */
export type Spooled =
  | {
      readonly kind: "spooled" /** Lines that can hold a request: rows, and lines that are none. */;
      readonly lines: number;
    }
  | { readonly kind: "corrupt"; readonly reason: string };

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
const CHUNK_BYTES = 1 << 18;
const MIN_CHUNK_BYTES = 1 << 12;
/** How much larger the text of a log file is than its gzip. */
const USUAL_RATIO = 8;
/** A longer line is cut here. Real lines stay below 64 KiB: only binary rubbish is longer. */
export const MAX_LINE_BYTES = 4 << 20;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from("\uFEFF");
const REPLACEMENT = "\uFFFD";

/**
 * Writes the lines of a log file, plain or gzip, as separated columns that DuckDB can load.
 *
 * DuckDB itself takes a truncated gzip for a shorter file and drops lines that are not UTF-8, so the file is inflated
 * here, where its checksum is verified, and bytes that are no UTF-8 are replaced. Memory does not grow with the file.
 *
 * @returns `corrupt` if the gzip cannot be read to its end; what was written until then must not be used
 */
export async function spoolFile(format: LogFormat, source: string, target: string): Promise<Spooled> {
  const output = await open(target, "w");
  const writer = rowWriter(format);
  const writeRows = async (chunks: AsyncIterable<Buffer>) => {
    for await (const block of plainText(chunks)) {
      // A write to the page cache is quicker than handing it to another thread.
      for (const piece of writer.rowsOf(block)) writeFileSync(output.fd, piece);
    }
  };
  try {
    const file = await open(source);
    // Most files are small: a buffer that is larger than the file costs more than the work on it.
    const { size } = await file.stat();
    const isGzip = await startsWith(file, GZIP_MAGIC);
    const input = file.createReadStream({ start: 0, highWaterMark: chunkBytes(size) });
    if (isGzip) await pipeline(input, createGunzip({ chunkSize: chunkBytes(size * USUAL_RATIO) }), writeRows);
    else await pipeline(input, writeRows);
  } catch (error) {
    // Node's zlib names its errors Z_DATA_ERROR, Z_BUF_ERROR ...
    if (!codeOf(error)?.startsWith("Z_")) throw error;
    return { kind: "corrupt", reason: messageOf(error) };
  } finally {
    await output.close();
  }
  return { kind: "spooled", lines: writer.lines };
}

const chunkBytes = (needed: number): number => Math.min(CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, needed));

async function startsWith(file: FileHandle, start: Buffer): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(start.length), 0, start.length, 0);
  return bytesRead === start.length && buffer.equals(start);
}

/** Blocks of whole lines in UTF-8, each line ended by a line feed alone. */
export async function* plainText(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
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
    // Only the line that the last chunk began is copied; the others are taken where they are.
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

/** Halves a block until only the lines that are not plain text are decoded one by one: they are few. */
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
