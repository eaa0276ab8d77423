import type { Hash } from "node:crypto";
import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { codeOf, messageOf } from "../handlers/core/errors";
import { contentDigest, contentHash } from "./content-hash";
import { CorruptFileError, isCorruptFile } from "./corrupt-file";
import { freeMemory } from "./free-memory";
import {
  checkEnd,
  declaredLength,
  inflated,
  isGzip,
  LARGE_CHUNKS,
  NOT_THE_END,
  requireText,
} from "./inflate";
import { peek } from "./peek";
import { plainText, plainTextOf } from "./plain-text";
import type { RowWriter } from "./row-writer";
import type { SmallText } from "./small-texts";

/** Outcome of spooling one file. */
export type Spooled =
  | {
      readonly kind: "spooled";
      /** Rows and unparsed lines. */
      readonly lines: number;
      /** Unparsed lines among them. */
      readonly unparsed: number;
      /** Hash of the file's bytes. */
      readonly hash: string;
    }
  | { readonly kind: "corrupt"; readonly reason: string };

const CHUNK_BYTES = 1 << 18;
/** Files up to this size are read whole, unless their text is too large. */
const WHOLE_BYTES = 4 << 20;

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
    const isGzipped = isGzip(start);
    const text = isWhole ? wholeText(start, isGzipped, hash) : undefined;
    if (text) {
      if (isGzipped) requireText(text);
      addText(text, writer);
      if (isGzipped) freeMemory(text);
    } else {
      await streamText(source, isGzipped, hash, async (chunks) => {
        const { start, all } = await peek(chunks);
        if (isGzipped) requireText(start);
        for await (const block of plainText(all)) writer.add(block);
      });
    }
    if (!isGzipped && source.endsWith(".gz") && writer.lines === writer.unparsed) {
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
  const { lines, unparsed } = writer;
  return { kind: "spooled", lines, unparsed, hash: contentDigest(hash) };
}

/** The same of a file whose text is known. */
export function spoolText({ text, hash }: SmallText, writer: RowWriter): Spooled {
  addText(text, writer);
  const { lines, unparsed } = writer;
  return { kind: "spooled", lines, unparsed, hash };
}

function addText(text: Buffer, writer: RowWriter): void {
  for (const block of plainTextOf(text)) writer.add(block);
}

async function streamText(
  source: string,
  isGzipped: boolean,
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
  if (!isGzipped) return pipeline(chunks, hashed, useRows);
  const gunzip = createGunzip(LARGE_CHUNKS);
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

/**
 * The text of a small file, as most are: passing a few hundred kilobytes to other threads and back takes
 * longer than inflating them.
 *
 * @param bytes the whole file
 * @returns nothing if its text is large
 */
function wholeText(bytes: Buffer, isGzipped: boolean, hash: Hash): Buffer | undefined {
  try {
    const text = isGzipped ? inflated(bytes, declaredLength(bytes)) : bytes;
    hash.update(bytes);
    return text;
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw error;
  }
}

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
