import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import { extract } from "tar-stream";
import { messageOf } from "../handlers/core/errors";
import { through } from "../handlers/core/through";
import { CorruptFileError } from "./corrupt-file";
import { LARGE_CHUNKS } from "./inflate";
import type { PackedFile } from "./packed-file";
import { peek } from "./peek";
import { unzip } from "./unzip";
import { unzstd } from "./zstd";

/** A file that is compressed in a way that cannot be read here. */
export class UnsupportedFileError extends Error {}

/** An archive in an archive, each of them compressed. */
const MAX_LAYERS = 4;

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const ZIP = Buffer.from("PK\x03\x04");
const EMPTY_ZIP = Buffer.from("PK\x05\x06");
const TAR = Buffer.from("ustar");
const TAR_OFFSET = 257;
/** Start of a file, its kind, and the command that decompresses it. */
const UNSUPPORTED = [
  [Buffer.from("BZh"), "bzip2", "bunzip2"],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), "xz", "unxz"],
  [Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]), "7-Zip", "7z x"],
  [Buffer.from([0x04, 0x22, 0x4d, 0x18]), "lz4", "unlz4"],
] as const;

/** A file of an archive that cannot be read: the others can. */
export interface BrokenFile {
  readonly name: string;
  readonly error: unknown;
}

/**
 * The files in a file, decompressed: the file itself, or those of an archive. What a file is, its first bytes say, not
 * its name. Nothing is written to the disk.
 *
 * @param isWhole true for names in archives whose files must stay as they are
 * @throws CorruptFileError if the file, or the archive, is not complete; also where the chunks are read
 * @throws UnsupportedFileError if it cannot be decompressed here
 */
export async function* unpack(
  { name, chunks }: PackedFile,
  isWhole: (name: string) => boolean,
  layer = 0,
): AsyncGenerator<PackedFile | BrokenFile> {
  const { start, all } = await peek(chunks);
  const startsWith = (magic: Buffer, offset = 0): boolean =>
    start.subarray(offset, offset + magic.length).equals(magic);
  const isLayer = layer < MAX_LAYERS;
  const deeper = (inner: AsyncIterable<Buffer>) => unpack({ name, chunks: inner }, isWhole, layer + 1);
  if (isLayer && startsWith(GZIP)) yield* deeper(gunzipped(all));
  else if (isLayer && startsWith(ZSTD)) yield* deeper(zstdDecompressed(all));
  else if (isLayer && (startsWith(ZIP) || startsWith(EMPTY_ZIP)))
    yield* members(name, unzip(all), isWhole, layer);
  else if (isLayer && startsWith(TAR, TAR_OFFSET)) yield* members(name, untar(all), isWhole, layer);
  else {
    const unsupported = UNSUPPORTED.find(([magic]) => startsWith(magic));
    if (unsupported) {
      const [, kind, command] = unsupported;
      throw new UnsupportedFileError(`${kind} is not supported; decompress the file with ${command}`);
    }
    yield { name, chunks: all };
  }
}

async function* members(
  archive: string,
  files: AsyncIterable<PackedFile>,
  isWhole: (name: string) => boolean,
  layer: number,
): AsyncGenerator<PackedFile | BrokenFile> {
  /** Set if the archive itself is damaged, and not only the file that is read. */
  let damage: { readonly error: unknown } | undefined;
  async function* noting(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      yield* chunks;
    } catch (error) {
      damage = { error };
      throw error;
    }
  }
  for await (const { name, chunks } of files) {
    const file = { name: `${archive}/${name}`, chunks: unreturnable(noting(chunks)) };
    try {
      if (isWhole(file.name)) yield file;
      else yield* unpack(file, isWhole, layer + 1);
    } catch (error) {
      if (!damage) yield { name: file.name, error };
    }
    // What was not read is before the next file.
    if (!damage) for await (const _ of file.chunks);
    if (damage) throw damage.error;
  }
}

async function* untar(chunks: AsyncIterable<Buffer>): AsyncGenerator<PackedFile> {
  const entries = extract();
  let failure: { readonly error: unknown } | undefined;
  const noted = (async function* () {
    try {
      yield* chunks;
    } catch (error) {
      failure = { error };
      throw error;
    }
  })();
  /** The package says only that its stream was destroyed if the bytes of the archive cannot be read. */
  async function* withReason<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* namingErrors(items);
    } catch (error) {
      throw failure ? failure.error : error;
    }
  }
  const feeding = pipeline(Readable.from(noted), entries);
  feeding.catch(() => undefined);
  try {
    for await (const entry of withReason(entries)) {
      const { name, type } = entry.header;
      if (type === "file" || type === "contiguous-file")
        yield { name, chunks: withReason(entry as AsyncIterable<Buffer>) };
      else entry.resume();
    }
  } finally {
    entries.destroy();
  }
}

/** Errors of the package about an archive, which have no code. */
const TAR_ERRORS = /^(?:Unexpected end of data|Invalid tar header)/;

async function* namingErrors<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    if (!TAR_ERRORS.test(messageOf(error))) throw error;
    throw new CorruptFileError(`the tar archive cannot be read: ${messageOf(error)}`);
  }
}

/** Ending a loop over the result does not end the iterable: another loop goes on from there. */
function unreturnable(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // A generator, because calls of `next` wait for each other there.
  const generator = (async function* () {
    yield* chunks;
  })();
  return { [Symbol.asyncIterator]: () => ({ next: () => generator.next() }) };
}

async function* gunzipped(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = zlib.createGunzip(LARGE_CHUNKS);
  let size = 0;
  const counted = (async function* () {
    for await (const chunk of chunks) {
      size += chunk.length;
      yield chunk;
    }
  })();
  yield* through(gunzip, counted);
  // zlib ignores what follows a gzip: zeros of a file that is not complete, or anything else.
  if (gunzip.bytesWritten < size) throw new CorruptFileError("the file goes on after the end of the gzip");
}

async function* zstdDecompressed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  // Node has it since 22.15.
  if (typeof zlib.createZstdDecompress === "function")
    yield* through(zlib.createZstdDecompress(LARGE_CHUNKS), chunks);
  else yield* unzstd(chunks);
}
