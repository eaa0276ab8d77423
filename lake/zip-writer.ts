import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";

interface Entry {
  readonly name: Buffer;
  readonly offset: number;
  /** CRC-32, compressed size, and size of the text: 12 bytes. */
  readonly sums: Buffer;
}

const LOCAL_HEADER = 0x04034b50;
const DATA_DESCRIPTOR = 0x08074b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const VERSION = 20;
/** The sums follow the data; names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATE = 8;
/** 1980-01-01: the same content gives the same bytes. */
const DATE = 0x21;
/** A gzip is a header, what a zip holds, and two of the sums. */
const GZIP_HEADER_BYTES = 10;
const GZIP_SUMS_BYTES = 8;
/** What a field of 32 bits can hold. */
const MAX_BYTES = 2 ** 32 - 1;

/** Writes a zip archive from start to end: its memory does not grow with its content. */
export class ZipWriter {
  private readonly entries: Entry[] = [];
  private offset = 0;

  private constructor(private readonly file: FileHandle) {}

  /** @throws Error if the file exists */
  static async create(path: string): Promise<ZipWriter> {
    return new ZipWriter(await open(path, "wx", 0o600));
  }

  /** Adds a file of less than 4 GiB. */
  async add(name: string, content: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    const entry = { name: Buffer.from(name), offset: this.offset };
    await this.write(
      integers([LOCAL_HEADER, 4], ...FIELDS, [0, 4], [0, 4], [0, 4], [entry.name.length, 2], [0, 2]),
      entry.name,
    );
    const start = this.offset;
    let header = GZIP_HEADER_BYTES;
    let tail = Buffer.alloc(0);
    // Node counts and compresses outside of this thread.
    await pipeline(
      Readable.from(content),
      createGzip({ level: constants.Z_BEST_SPEED }),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          const known = Buffer.concat([tail, chunk.subarray(header)]);
          header = Math.max(0, header - chunk.length);
          const end = Math.max(0, known.length - GZIP_SUMS_BYTES);
          await this.write(known.subarray(0, end));
          tail = known.subarray(end);
        }
      },
    );
    const size = integers([this.offset - start, 4]);
    const sums = Buffer.concat([tail.subarray(0, 4), size, tail.subarray(4)]);
    await this.write(integers([DATA_DESCRIPTOR, 4]), sums);
    this.entries.push({ ...entry, sums });
  }

  /** Writes the list of the files. @throws Error if the archive is larger than 4 GiB */
  async finish(): Promise<void> {
    const start = this.offset;
    for (const { name, offset, sums } of this.entries) {
      await this.write(
        integers([CENTRAL_HEADER, 4], [VERSION, 2], ...FIELDS),
        sums,
        integers([name.length, 2], [0, 2], [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]),
        name,
      );
    }
    const count = this.entries.length;
    const size = this.offset - start;
    await this.write(
      integers([END_RECORD, 4], [0, 4], [count, 2], [count, 2], [size, 4], [start, 4], [0, 2]),
    );
  }

  /** Call it in any case. */
  close(): Promise<void> {
    return this.file.close();
  }

  private async write(...parts: readonly Buffer[]): Promise<void> {
    for (const part of parts) {
      this.offset += part.length;
      if (this.offset > MAX_BYTES) throw new Error("a zip archive of more than 4 GiB cannot be written");
      await this.file.appendFile(part);
    }
  }
}

type Field = readonly [value: number, bytes: number];
const FIELDS: readonly Field[] = [
  [VERSION, 2],
  [FLAGS, 2],
  [DEFLATE, 2],
  [0, 2],
  [DATE, 2],
];

function integers(...fields: readonly Field[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [, bytes]) => sum + bytes, 0));
  let offset = 0;
  for (const [value, bytes] of fields) offset = buffer.writeUIntLE(value, offset, bytes);
  return buffer;
}
