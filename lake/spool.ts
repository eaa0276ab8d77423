import type { Hash } from "node:crypto";
import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip, type Gunzip, gunzipSync } from "node:zlib";
import { codeOf, messageOf } from "../handlers/core/errors";
import { contentDigest, contentHash } from "./content-hash";
import { CorruptFileError, isCorruptFile } from "./corrupt-file";
import { freeMemory } from "./free-memory";
import { plainText, plainTextOf } from "./plain-text";
import type { RowWriter } from "./row-writer";

/** Outcome of spooling one file. */
export type Spooled =
  | {
      readonly kind: "spooled";
      /** Rows and unparsed lines. */
      readonly lines: number;
      /** Hash of the file's bytes. */
      readonly hash: string;
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

/**
 * Reads a log file, plain or gzip.
 *
 * The file is inflated here, its checksum is verified, and invalid UTF-8 is replaced. Memory does not grow with the file.
 *
 * @param writer gets the lines
 * @returns `corrupt` if the file is not complete; the rows so far must not be used
 */
export async function spoolFile(source: string, writer: RowWriter): Promise<Spooled> {
  const hash = contentHash();
  const input = openSync(source, "r");
  try {
    const start = readStart(input);
    // It would have filled the memory otherwise.
    const isWhole = start.length < memory.length;
    const isGzip = start.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC);
    const text = isWhole ? wholeText(start, isGzip, hash) : undefined;
    if (text) {
      for (const block of plainTextOf(text)) writer.add(block);
      if (isGzip) freeMemory(text);
    } else {
      await streamText(source, isGzip, hash, async (chunks) => {
        for await (const block of plainText(chunks)) writer.add(block);
      });
    }
    if (!isGzip && source.endsWith(".gz") && writer.lines === writer.unparsed) {
      throw new CorruptFileError("the file is not a gzip, and no line of it is a row");
    }
  } catch (error) {
    if (isCorruptFile(error)) {
      return { kind: "corrupt", reason: messageOf(error) };
    }
    throw error;
  } finally {
    closeSync(input);
  }
  return { kind: "spooled", lines: writer.lines, hash: contentDigest(hash) };
}

async function streamText(
  source: string,
  isGzip: boolean,
  hash: Hash,
  useRows: (chunks: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  let size = 0;
  async function* hashed(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  // The stream has its own handle, and closes it when it stops reading.
  const chunks = createReadStream(source, { highWaterMark: CHUNK_BYTES });
  if (!isGzip) return pipeline(chunks, hashed, useRows);
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  try {
    await pipeline(chunks, hashed, gunzip, useRows);
  } catch (error) {
    // Without another error, a stream is given up only because zlib takes no more bytes.
    if (GIVEN_UP.has(codeOf(error) ?? "")) throw new CorruptFileError(NOT_THE_END);
    throw error;
  }
  checkEnd(gunzip, size);
}

const GIVEN_UP: ReadonlySet<string> = new Set(["ABORT_ERR", "ERR_STREAM_PREMATURE_CLOSE"]);
const NOT_THE_END = "the file goes on after the end of the gzip";

/** zlib ignores zeros after a gzip: a file that is not complete may have them in place of its rest. */
function checkEnd(gunzip: Gunzip, size: number): void {
  if (gunzip.bytesWritten < size) throw new CorruptFileError(NOT_THE_END);
}

/**
 * The text of a small file, as most are: passing a few hundred kilobytes to other threads and back takes
 * longer than inflating them.
 *
 * @param bytes the whole file
 * @returns nothing if its text is large
 */
function wholeText(bytes: Buffer, isGzip: boolean, hash: Hash): Buffer | undefined {
  try {
    const text = isGzip ? inflated(bytes) : bytes;
    hash.update(bytes);
    return text;
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw error;
  }
}

function inflated(gzip: Buffer): Buffer {
  // A chunk as long as the text: the text then does not share its memory, which can be freed.
  const chunkSize = Math.min(Math.max(declaredLength(gzip), MIN_CHUNK_BYTES), WHOLE_TEXT_BYTES);
  // With `info`, the result has the engine, too, of which the types do not know.
  const { buffer, engine } = gunzipSync(gzip, {
    chunkSize,
    maxOutputLength: WHOLE_TEXT_BYTES,
    info: true,
  }) as unknown as { readonly buffer: Buffer; readonly engine: Gunzip };
  checkEnd(engine, gzip.length);
  return buffer;
}

/** Length of the text of a gzip, by its last four bytes. It is only a hint: they may be missing. */
const declaredLength = (gzip: Buffer): number =>
  gzip.length < GZIP_TRAILER_BYTES ? 0 : gzip.readUInt32LE(gzip.length - 4);

/** The first bytes of a file, or all of them, until those of another one are read. */
function readStart(file: number): Buffer {
  const length = readSync(file, memory, 0, memory.length, 0);
  if (length < memory.length) return memory.subarray(0, length);
  // The size of a small file is not asked for, which takes as long as to read it.
  const { size } = fstatSync(file);
  if (size < memory.length || size > WHOLE_BYTES) return memory;
  freeMemory(memory);
  memory = Buffer.allocUnsafeSlow(size + 1);
  return readStart(file);
}

/** Of one file at a time: to get memory for each small file, and to free it, takes a part of the time to read it. */
let memory = Buffer.allocUnsafeSlow(1 << 16);
