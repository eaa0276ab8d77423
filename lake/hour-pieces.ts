import { createHash, type Hash } from "node:crypto";
import { appendFileSync, mkdirSync } from "node:fs";
import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { constants, gzip, gzipSync } from "node:zlib";
import { type Hour, hourText } from "../formats/hour";
import { freeMemory } from "./free-memory";
import { LARGE_CHUNKS } from "./inflate";

/** The lines of one hour of a file, as a gzip. */
export interface HourPiece {
  readonly hour: Hour;
  readonly path: string;
  /** Hash of its text. */
  readonly hash: string;
}

interface OpenPiece {
  readonly path: string;
  readonly hash: Hash;
  /** Header that applies to the next line. */
  header: string;
  /** Where its text is in the buffer: starts and ends in turn. */
  places: number[];
  bytes: number;
}

/** Text of one hour that is compressed at a time. */
const MEMBER_BYTES = 1 << 20;
/** Most text in memory, of all hours: in one buffer, because the many small ones of lines in random order would stay in memory for long. */
const BUFFER_BYTES = 32 << 20;

/** Up to this size, passing a text to another thread, and getting memory for it there, take longer than to compress it. */
const SMALL_BYTES = 1 << 16;

const compress = promisify(gzip);
const SMALL_OPTIONS = { level: constants.Z_BEST_SPEED };
const OPTIONS = { ...SMALL_OPTIONS, ...LARGE_CHUNKS };

/**
 * Sorts lines into one file for each hour. Its memory does not grow with the number of lines: a piece is a chain of
 * gzips, written as the lines come.
 */
export class HourPieces {
  private readonly pieces = new Map<Hour, OpenPiece>();
  /** Its pages are used one after the other: a small file needs few of them. */
  private readonly buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  private end = 0;
  /** The last gzip: it is compressed while the next lines are read. */
  private writing: Promise<void> = Promise.resolve();

  /** @param folder of only these pieces; it is created */
  constructor(private readonly folder: string) {}

  /**
   * @param lines whole lines, each ended by a line feed; they are copied
   * @param header lines of the file that say how these are read
   */
  async add(hour: Hour, lines: Buffer, header: string): Promise<void> {
    const piece = this.pieceOf(hour);
    if (piece.header !== header) {
      piece.header = header;
      await this.append(piece, Buffer.from(header));
    }
    await this.append(piece, lines);
    if (piece.bytes >= MEMBER_BYTES) await this.flush(piece);
  }

  /** Ends the pieces. */
  async finish(): Promise<HourPiece[]> {
    await this.flushAll();
    await this.writing;
    return [...this.pieces].map(([hour, { path, hash }]) => ({ hour, path, hash: hash.digest("hex") }));
  }

  /** Deletes what was written. */
  async discard(): Promise<void> {
    await this.writing.catch(() => undefined);
    freeMemory(this.buffer);
    await rm(this.folder, { recursive: true, force: true });
  }

  private pieceOf(hour: Hour): OpenPiece {
    const known = this.pieces.get(hour);
    if (known) return known;
    if (this.pieces.size === 0) mkdirSync(this.folder, { recursive: true });
    const path = join(this.folder, hourText(hour));
    const piece = { path, hash: createHash("sha256"), header: "", places: [], bytes: 0 };
    this.pieces.set(hour, piece);
    return piece;
  }

  private async append(piece: OpenPiece, text: Buffer): Promise<void> {
    if (text.length === 0) return;
    if (this.end + text.length > BUFFER_BYTES) await this.flushAll();
    this.buffer.set(text, this.end);
    piece.places.push(this.end, this.end + text.length);
    piece.bytes += text.length;
    this.end += text.length;
  }

  private async flushAll(): Promise<void> {
    for (const piece of this.pieces.values()) await this.flush(piece);
    this.end = 0;
  }

  private async flush(piece: OpenPiece): Promise<void> {
    if (piece.bytes === 0) return;
    const text = this.textOf(piece);
    piece.hash.update(text);
    [piece.places, piece.bytes] = [[], 0];
    await this.writing;
    if (text.length <= SMALL_BYTES) return appendFileSync(piece.path, gzipSync(text, SMALL_OPTIONS));
    this.writing = this.write(piece.path, text);
    // Its error is thrown where the next one waits.
    this.writing.catch(() => undefined);
  }

  /** A copy of the text that a piece has in the buffer. */
  private textOf({ places, bytes }: OpenPiece): Buffer {
    const text = Buffer.allocUnsafeSlow(bytes);
    let length = 0;
    for (let index = 0; index < places.length; index += 2)
      length += this.buffer.copy(text, length, places[index], places[index + 1]);
    return text;
  }

  private async write(path: string, text: Buffer): Promise<void> {
    await appendFile(path, await compress(text, OPTIONS));
  }
}
