import { type FileHandle, open } from "node:fs/promises";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import { Zip, type ZipInputFile } from "fflate";

const DEFLATE = 8;
/** The same content gives the same bytes: the first day that an archive can name. */
const FIRST_DAY = new Date(1980, 0, 1);
/** A gzip is a header, what an archive holds, and the CRC-32 and the size of the text. */
const GZIP_HEADER_BYTES = 10;
const GZIP_SUMS_BYTES = 8;
/** What a field of 32 bits can hold. */
const MAX_BYTES = 2 ** 32 - 1;

/**
 * Writes a zip archive from start to end: its memory does not grow with its content. fflate writes the archive, and Node
 * compresses, outside of this thread and several times faster.
 */
export class ZipWriter {
  private readonly zip: Zip;
  private waiting: Uint8Array[] = [];
  private written = 0;

  private constructor(private readonly file: FileHandle) {
    this.zip = new Zip((error, chunk) => {
      if (error) throw error;
      this.waiting.push(chunk);
    });
  }

  /** @throws Error if the file exists */
  static async create(path: string): Promise<ZipWriter> {
    return new ZipWriter(await open(path, "wx", 0o600));
  }

  /** Adds a file of less than 4 GiB. @throws Error if the archive is larger than 4 GiB */
  async add(filename: string, content: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    const entry: ZipInputFile = { filename, compression: DEFLATE, mtime: FIRST_DAY, crc: 0, size: 0 };
    this.zip.add(entry);
    const append = (chunk: Uint8Array<ArrayBuffer>, isLast: boolean) => {
      entry.ondata?.(null, chunk, isLast);
      return this.write();
    };
    let header = GZIP_HEADER_BYTES;
    let tail = Buffer.alloc(0);
    await pipeline(
      Readable.from(content),
      createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 1 << 18 }),
      // A function in its place would stop the compression first, and the error would be of that.
      new Writable({
        write: (chunk: Buffer, _, done) => {
          const known = Buffer.concat([tail, chunk.subarray(header)]);
          header = Math.max(0, header - chunk.length);
          const end = Math.max(0, known.length - GZIP_SUMS_BYTES);
          tail = known.subarray(end);
          append(known.subarray(0, end), false).then(() => done(), done);
        },
      }),
    );
    entry.crc = tail.readUInt32LE(0);
    entry.size = tail.readUInt32LE(4);
    await append(new Uint8Array(), true);
  }

  /** Writes the list of the files. */
  async finish(): Promise<void> {
    this.zip.end();
    await this.write();
  }

  /** Call it in any case. */
  close(): Promise<void> {
    return this.file.close();
  }

  private async write(): Promise<void> {
    const chunks = this.waiting;
    this.waiting = [];
    for (const chunk of chunks) {
      this.written += chunk.length;
      if (this.written > MAX_BYTES) throw new Error("a zip archive of more than 4 GiB cannot be written");
      await this.file.appendFile(chunk);
    }
  }
}
