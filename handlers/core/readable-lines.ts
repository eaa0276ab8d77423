import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createGzip, gunzipSync } from "node:zlib";
import pLimit from "p-limit";
import { isOwnOrder, lineNamer } from "../../formats/field-order";
import type { LogFormat } from "../../formats/log-format";
import { codeOf } from "./errors";
import type { ObjectBytes, ObjectLocation } from "./ports";

/** What the raw table can read of a file. */
export type ReadableLines =
  /** The file as it is; also if it is missing, or cannot be unpacked. */
  | { readonly kind: "as-they-are" }
  /** These bytes, packed if the file is. */
  | { readonly kind: "named"; readonly bytes: Uint8Array }
  /** Nothing: it is a Parquet file. */
  | { readonly kind: "none" };

const AS_THEY_ARE: ReadableLines = { kind: "as-they-are" };
/** First bytes of a Parquet file. */
const PARQUET = Buffer.from("PAR1");
/** Bytes at the start of a file that contain its header: CloudFront's has less than a fourth of them, before it is packed. */
const START_BYTES = 4096;
const LINE_END = /\r\n|[\r\n]/;
/** One file at a time: it is in the memory of the function until it is written. */
const oneByOne = pLimit(1);

/**
 * The lines of a file as the raw table can read them. If a header names fields in another order than the table's, they are JSON
 * objects: the same rows, by name.
 */
export async function readableLines(
  bytes: ObjectBytes,
  format: LogFormat,
  file: ObjectLocation,
): Promise<ReadableLines> {
  const isPacked = file.key.endsWith(".gz");
  const start = await bytes.start(file, START_BYTES);
  if (!start) return AS_THEY_ARE;
  if (isParquet(start)) return { kind: "none" };
  try {
    const text = isPacked ? unpackStart(start) : start;
    if (isParquet(text)) return { kind: "none" };
    if (!hasOtherOrder(format, text)) return AS_THEY_ARE;
    return { kind: "named", bytes: await oneByOne(() => withNames(format, bytes.all(file), isPacked)) };
  } catch (error) {
    // The engine will say that it is broken, and it is rejected then.
    if (codeOf(error)?.startsWith("Z_")) return AS_THEY_ARE;
    throw error;
  }
}

const isParquet = (start: Uint8Array): boolean => PARQUET.equals(start.subarray(0, PARQUET.length));

async function withNames(
  format: LogFormat,
  file: AsyncIterable<Uint8Array>,
  isPacked: boolean,
): Promise<Uint8Array> {
  const named = (chunks: AsyncIterable<Uint8Array>) => namedLines(format, chunks);
  const written: Uint8Array[] = [];
  if (!isPacked) for await (const text of named(file)) written.push(Buffer.from(text));
  else
    await pipeline(file, createGunzip(), named, createGzip(), async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) written.push(chunk);
    });
  return Buffer.concat(written);
}

/** The start of a packed file ends in the middle of it. */
const unpackStart = (start: Uint8Array): Uint8Array =>
  gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH });

/** True if a line before all others is a header with another order. */
function hasOtherOrder(format: LogFormat, start: Uint8Array): boolean {
  const lines = new TextDecoder().decode(start).split(LINE_END);
  const end = lines.findIndex((line) => line !== "" && !line.startsWith("#"));
  return lines.slice(0, end < 0 ? lines.length : end).some((line) => !isOwnOrder(format, line));
}

async function* namedLines(format: LogFormat, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const nameLine = lineNamer(format);
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(LINE_END);
    rest = lines.pop() ?? "";
    yield lines.map((line) => `${nameLine(line)}\n`).join("");
  }
  if (rest !== "") yield `${nameLine(rest)}\n`;
}
