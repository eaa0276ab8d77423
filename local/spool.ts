import { isUtf8 } from "node:buffer";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { fieldOrderer, hasFieldHeader, isOwnOrder } from "../formats/field-order";
import type { LogFormat } from "../formats/log-format";
import { splitLines } from "../formats/read-line";
import { codeOf, messageOf } from "../handlers/core/errors";

/** Outcome of spooling one file. */
export type Spooled =
  | { readonly kind: "spooled" /** Lines that are neither empty nor a header. */; readonly lines: number }
  | { readonly kind: "corrupt"; readonly reason: string };

/** Cannot occur in text (it is a noncharacter), so DuckDB's reader can be told to split columns there. */
export const NEVER_IN_TEXT = "\uFFFF";

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
const CHUNK_BYTES = 1 << 20;
/** A longer line is cut here. Real lines stay below 64 KiB: only binary rubbish is longer. */
export const MAX_LINE_BYTES = 4 << 20;
const NEVER_IN_TEXT_BYTES = Buffer.from(NEVER_IN_TEXT);
const BYTE_ORDER_MARK = Buffer.from("\uFEFF");
const REPLACEMENT = "\uFFFD";
const [LINE_FEED, CARRIAGE_RETURN, HASH, BRACE] = [0x0a, 0x0d, 0x23, 0x7b];

/**
 * Writes the text of a log file, plain or gzip, where DuckDB can read it.
 *
 * DuckDB itself takes a truncated gzip for a shorter file and drops lines that are not UTF-8, so the file is inflated
 * here, where its checksum is verified, and bytes that are no UTF-8 are replaced. Memory does not grow with the file.
 *
 * @returns `corrupt` if the gzip cannot be read to its end; what was written until then must not be used
 */
export async function spoolFile(format: LogFormat, source: string, target: string): Promise<Spooled> {
  const cleaner = new LineCleaner(format);
  const input = createReadStream(source, { highWaterMark: CHUNK_BYTES });
  const output = createWriteStream(target, { highWaterMark: CHUNK_BYTES });
  const clean = (chunks: AsyncIterable<Buffer>) => cleaner.clean(chunks);
  if (!(await isGzip(source))) {
    await pipeline(input, clean, output);
    return { kind: "spooled", lines: cleaner.lines };
  }
  try {
    await pipeline(input, createGunzip({ chunkSize: CHUNK_BYTES }), clean, output);
  } catch (error) {
    // Node's zlib names its errors Z_DATA_ERROR, Z_BUF_ERROR ...
    if (!codeOf(error)?.startsWith("Z_")) throw error;
    return { kind: "corrupt", reason: messageOf(error) };
  }
  return { kind: "spooled", lines: cleaner.lines };
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.equals(GZIP_MAGIC);
  } finally {
    await file.close();
  }
}

/** Passes whole lines on, unchanged where it can, and counts those that can hold a request. */
class LineCleaner {
  lines = 0;
  private readonly inOwnOrder;
  private needsOrder = false;

  constructor(private readonly format: LogFormat) {
    this.inOwnOrder = fieldOrderer(format);
  }

  async *clean(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let rest: Buffer[] = [];
    let restBytes = 0;
    for await (const chunk of chunks) {
      const end = chunk.lastIndexOf(LINE_FEED) + 1;
      if (end === 0 && restBytes + chunk.length < MAX_LINE_BYTES) {
        rest.push(chunk);
        restBytes += chunk.length;
        continue;
      }
      yield this.cleanLines(Buffer.concat([...rest, end === 0 ? chunk : chunk.subarray(0, end)]));
      rest = end === 0 ? [] : [chunk.subarray(end)];
      restBytes = end === 0 ? 0 : chunk.length - end;
    }
    if (restBytes > 0) yield this.cleanLines(Buffer.concat(rest));
  }

  /** @param block whole lines; the last may lack its line feed */
  private cleanLines(block: Buffer): Buffer {
    const lines = this.isReordered(block) ? this.rewritten(block) : this.repaired(block);
    this.lines += countLogLines(lines);
    return lines.at(-1) === LINE_FEED ? lines : Buffer.concat([lines, Buffer.of(LINE_FEED)]);
  }

  /** Halves a block until only the lines that are not plain text are decoded one by one: they are few. */
  private repaired(block: Buffer): Buffer {
    if (isPlainText(block)) return block;
    const middle = block.indexOf(LINE_FEED, block.length >> 1) + 1 || block.lastIndexOf(LINE_FEED, -2) + 1;
    if (middle === 0 || middle === block.length) return this.rewritten(block);
    return Buffer.concat([this.repaired(block.subarray(0, middle)), this.repaired(block.subarray(middle))]);
  }

  /** True from the first line on whose fields stand in another order than the format's. */
  private isReordered(block: Buffer): boolean {
    if (this.needsOrder || !hasFieldHeader(this.format)) return this.needsOrder;
    for (const start of lineStarts(block)) {
      if (block[start] === BRACE) this.needsOrder = true;
      if (block[start] !== HASH) continue;
      const end = block.indexOf(LINE_FEED, start);
      if (!isOwnOrder(this.format, block.toString("utf8", start, end < 0 ? block.length : end)))
        this.needsOrder = true;
    }
    return this.needsOrder;
  }

  private rewritten(block: Buffer): Buffer {
    const text = new TextDecoder().decode(block).replaceAll(NEVER_IN_TEXT, REPLACEMENT);
    return Buffer.from(splitLines(text).map(this.inOwnOrder).join("\n"));
  }
}

/** True for text that DuckDB reads as it is: UTF-8, lines that end with LF alone, and no column separator. */
const isPlainText = (block: Buffer): boolean =>
  isUtf8(block) && !block.includes(CARRIAGE_RETURN) && !holdsSeparator(block) && !hasByteOrderMark(block);

/** A search for one byte is many times faster than one for three, and the first is rare. */
const holdsSeparator = (block: Buffer): boolean =>
  block.includes(NEVER_IN_TEXT_BYTES[0] ?? 0) && block.includes(NEVER_IN_TEXT_BYTES);

const hasByteOrderMark = (block: Buffer): boolean =>
  block.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);

function countLogLines(block: Buffer): number {
  let count = 0;
  for (const start of lineStarts(block)) {
    if (block[start] !== LINE_FEED && block[start] !== HASH) count++;
  }
  return count;
}

function* lineStarts(block: Buffer): Generator<number> {
  let start = 0;
  while (start < block.length) {
    yield start;
    const end = block.indexOf(LINE_FEED, start);
    if (end < 0) return;
    start = end + 1;
  }
}
