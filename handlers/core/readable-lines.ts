import { constants, createGunzip, gunzipSync } from "node:zlib";
import { isOwnOrder, lineNamer } from "../../formats/field-order";
import type { LogFormat } from "../../formats/log-format";
import { isParquetName } from "../../formats/object-kind";
import { isParquet, type ParquetBytes } from "./parquet/parquet-bytes";
import { parquetLines } from "./parquet/parquet-lines";
import { UnreadableParquetError } from "./parquet/unreadable-parquet";
import type { ObjectBytes, ObjectLocation } from "./ports";
import { through } from "./through";

/** Bytes at the start of a file that contain its header: CloudFront's has less than a fourth of them, before it is packed. */
const START_BYTES = 4096;
/** A row group that fits into the memory of a function, before its pages are unpacked one by one. */
const MAX_PART_BYTES = 192 << 20;
const LINE_END = /\r\n|[\r\n]/;

/** Lines that are written instead of a file. */
export interface ReadableLines {
  /** In blocks. */
  readonly lines: AsyncIterable<string>;
  /** Bytes of the file. */
  readonly size: number;
}

/**
 * The lines that the raw table can read instead of a file: those of a Parquet file, and those after a header that names fields
 * in another order than the table's. They are JSON objects: the same rows, by name.
 *
 * @returns `undefined` if the file is read as it is, or is missing
 * @throws UnreadableParquetError here or while the lines are read
 * @throws an error of zlib if the file cannot be unpacked
 */
export async function readableLines(
  bytes: ObjectBytes,
  format: LogFormat,
  file: ObjectLocation,
): Promise<ReadableLines | undefined> {
  const start = await bytes.start(file, START_BYTES);
  if (!start) return undefined;
  const { size } = start;
  if (isParquet(start.bytes)) return { lines: await linesOfParquet(bytes, file, size), size };
  if (isParquetName(file.key))
    throw new UnreadableParquetError("its name ends with .parquet, and it is no such file");
  const isPacked = file.key.endsWith(".gz");
  const text = isPacked ? unpackStart(start.bytes) : start.bytes;
  if (isParquet(text)) throw new UnreadableParquetError("it is packed as a whole");
  if (!hasOtherOrder(format, text)) return undefined;
  return {
    lines: namedLines(format, isPacked ? through(createGunzip(), bytes.all(file)) : bytes.all(file)),
    size,
  };
}

async function linesOfParquet(
  bytes: ObjectBytes,
  file: ObjectLocation,
  size: number,
): Promise<AsyncIterable<string>> {
  const parts: ParquetBytes = {
    size,
    read: (from, to) => {
      if (to - from > MAX_PART_BYTES) throw new UnreadableParquetError(`a row group has ${to - from} bytes`);
      return bytes.part(file, from, to);
    },
  };
  const lines = await parquetLines(parts);
  if (!lines) throw new UnreadableParquetError("no column has the name of a field");
  return lines;
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
