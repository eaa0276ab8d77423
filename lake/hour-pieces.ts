import { createHash, type Hash } from "node:crypto";
import { appendFileSync, mkdirSync } from "node:fs";
import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { constants, gzip, gzipSync } from "node:zlib";
import { type Hour, hourText } from "../formats/hour";

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
  texts: Buffer[];
  bytes: number;
}

/** Text of one hour that is compressed at a time. */
const MEMBER_BYTES = 1 << 20;
/** Most text in memory, of all hours. */
const BUFFER_BYTES = 32 << 20;

/** Up to this size, passing a text to another thread, and getting memory for it there, take longer than to compress it. */
const SMALL_BYTES = 1 << 16;

const compress = promisify(gzip);
const OPTIONS = { level: constants.Z_BEST_SPEED };

/**
 * Sorts lines into one file for each hour. Its memory does not grow with the number of lines: a piece is a chain of
 * gzips, written as the lines come.
 */
export class HourPieces {
  private readonly pieces = new Map<Hour, OpenPiece>();
  private bytes = 0;
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
      this.append(piece, Buffer.from(header));
    }
    this.append(piece, Buffer.from(lines));
    if (piece.bytes >= MEMBER_BYTES) await this.flush(piece);
    if (this.bytes < BUFFER_BYTES) return;
    for (const one of this.pieces.values()) await this.flush(one);
  }

  /** Ends the pieces. */
  async finish(): Promise<HourPiece[]> {
    for (const piece of this.pieces.values()) await this.flush(piece);
    await this.writing;
    return [...this.pieces].map(([hour, { path, hash }]) => ({ hour, path, hash: hash.digest("hex") }));
  }

  /** Deletes what was written. */
  async discard(): Promise<void> {
    await this.writing.catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true });
  }

  private pieceOf(hour: Hour): OpenPiece {
    const known = this.pieces.get(hour);
    if (known) return known;
    if (this.pieces.size === 0) mkdirSync(this.folder, { recursive: true });
    const path = join(this.folder, hourText(hour));
    const piece = { path, hash: createHash("sha256"), header: "", texts: [], bytes: 0 };
    this.pieces.set(hour, piece);
    return piece;
  }

  private append(piece: OpenPiece, text: Buffer): void {
    if (text.length === 0) return;
    piece.hash.update(text);
    piece.texts.push(text);
    piece.bytes += text.length;
    this.bytes += text.length;
  }

  private async flush(piece: OpenPiece): Promise<void> {
    if (piece.bytes === 0) return;
    const text = Buffer.concat(piece.texts);
    this.bytes -= piece.bytes;
    [piece.texts, piece.bytes] = [[], 0];
    await this.writing;
    if (text.length <= SMALL_BYTES) return appendFileSync(piece.path, gzipSync(text, OPTIONS));
    this.writing = this.write(piece.path, text);
    // Its error is thrown where the next one waits.
    this.writing.catch(() => undefined);
  }

  private async write(path: string, text: Buffer): Promise<void> {
    await appendFile(path, await compress(text, OPTIONS));
  }
}
