import { createGzip } from "node:zlib";
import pLimit from "p-limit";
import type { LogFormat } from "../../formats/log-format";
import { codeOf } from "./errors";
import { UnreadableParquetError } from "./parquet/unreadable-parquet";
import type { ObjectBytes, ObjectLocation, ObjectStore } from "./ports";
import { readableLines } from "./readable-lines";
import { through } from "./through";

export interface TextPorts {
  readonly store: ObjectStore;
  /** @default - all files are copied as they are */
  readonly bytes?: ObjectBytes;
}

/** What was written to the place of a moved file. */
export type WrittenText =
  | { readonly kind: "copy" }
  /** Its lines as JSON. */
  | { readonly kind: "lines"; readonly bytes: number }
  | { readonly kind: "source-missing" }
  /** Nothing: it is a Parquet file, and has no lines. */
  | { readonly kind: "unreadable"; readonly why: string }
  /** Nothing: there was no time. */
  | { readonly kind: "postponed" };

/** Asked before the lines of a file of so many bytes are written. */
export type HasTimeFor = (size: number) => boolean;

/** One file at a time: a part of it is in the memory of the function. */
const oneByOne = pLimit(1);

/**
 * Writes what the raw table reads: a copy, except of a Parquet file, and of a file whose lines the table would read by wrong
 * positions. The same object always gives the same bytes.
 */
export async function writeText(
  ports: TextPorts,
  format: LogFormat,
  object: ObjectLocation,
  target: ObjectLocation,
  hasTimeFor: HasTimeFor,
): Promise<WrittenText> {
  const { bytes } = ports;
  if (!bytes || !format.isOfAnyForm?.(object.key)) return copy(ports, object, target);
  try {
    const readable = await readableLines(bytes, format, object);
    if (!readable) return copy(ports, object, target);
    const { lines, size } = readable;
    const text = target.key.endsWith(".gz") ? through(createGzip(), lines) : encoded(lines);
    return await oneByOne(async () =>
      hasTimeFor(size) ? { kind: "lines", bytes: await bytes.put(target, text) } : { kind: "postponed" },
    );
  } catch (error) {
    if (error instanceof UnreadableParquetError) return { kind: "unreadable", why: error.message };
    // The engine will say that it is broken, and it is rejected then.
    if (codeOf(error)?.startsWith("Z_")) return copy(ports, object, target);
    throw error;
  }
}

async function copy(
  { store }: TextPorts,
  object: ObjectLocation,
  target: ObjectLocation,
): Promise<WrittenText> {
  return { kind: (await store.copy(object, target)) === "copied" ? "copy" : "source-missing" };
}

async function* encoded(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const block of lines) yield Buffer.from(block);
}
