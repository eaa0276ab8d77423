import { closeSync, createReadStream, openSync, type ReadStream, readSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { constants, createGunzip, gunzipSync } from "node:zlib";
import { isNameOfLines } from "../formats/file-identity";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import { through } from "../handlers/core/through";
import type { LakeLayout } from "./layout";

/** A file below `raw/` that begins with the same lines as another one. */
export interface SameBeginning {
  /** `known`: it has all lines of the other one. `grown`: the other one has all of its lines, and more. */
  readonly kind: "known" | "grown";
  readonly name: string;
}

/** Most compressed bytes that are read to find the first row. */
const START_BYTES = 16 << 10;
/** Most of the first row that is compared to find files to compare. */
const START_LETTERS = 1000;
const LINE_FEED = 0x0a;

/**
 * Finds the file of lines below `raw/` that another one continues: a log that has grown gives its last hour more lines.
 *
 * A whole file is read only if it begins with the same row, so it is read about once more for each time that it grows.
 */
export class GrownFiles {
  /** First row of each file, by its key; `undefined` if it cannot be read. */
  private readonly starts = new Map<string, string | undefined>();

  constructor(private readonly lake: LakeLayout) {}

  /** @param staged a gzip of lines that is not in the partition yet */
  async find(partition: Partition, staged: string): Promise<SameBeginning | undefined> {
    const names = await this.filesIn(partition);
    if (names.length === 0) return undefined;
    const start = startOf(staged);
    for (const name of names) {
      const key = rawPrefixOf(partition) + name;
      const path = join(this.lake.root, key);
      if (!this.starts.has(key)) this.starts.set(key, startOf(path));
      if (start === undefined || this.starts.get(key) !== start) continue;
      const kind = await compare(staged, path);
      if (kind) return { kind, name };
    }
    return undefined;
  }

  private async filesIn(partition: Partition): Promise<string[]> {
    const names = await readdir(join(this.lake.root, rawPrefixOf(partition))).catch(() => []);
    return names.filter(isNameOfLines);
  }
}

/** The first row of a gzip, or its beginning. */
function startOf(path: string): string | undefined {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(START_BYTES);
    const read = bytes.subarray(0, readSync(file, bytes, 0, START_BYTES, 0));
    const text = gunzipSync(read, { finishFlush: constants.Z_SYNC_FLUSH }).toString("latin1");
    return /^[^#\n].*/m.exec(text)?.[0].slice(0, START_LETTERS);
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** Compares texts up to the end of the shorter one. A damaged file continues no other, and no other continues it. */
async function compare(staged: string, other: string): Promise<SameBeginning["kind"] | undefined> {
  const [one, two] = [new Text(staged), new Text(other)];
  try {
    for (;;) {
      await one.fill();
      await two.fill();
      if (one.isEmpty) return "known";
      if (two.isEmpty) return "grown";
      if (one.skipSame(two)) continue;
      // The last line of a file that was read while it was written is cut, and has got a line feed.
      if (await one.isOnlyLineFeed()) return "known";
      if (await two.isOnlyLineFeed()) return "grown";
      return undefined;
    }
  } catch {
    return undefined;
  } finally {
    await one.close();
    await two.close();
  }
}

/** The rest of a gzip's text. */
class Text {
  private readonly file: ReadStream;
  private readonly chunks: AsyncGenerator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.file = createReadStream(path);
    this.chunks = through(createGunzip(), this.file);
  }

  get isEmpty(): boolean {
    return this.rest.length === 0;
  }

  /** Reads on if nothing is left of what was read. */
  async fill(): Promise<void> {
    while (this.isEmpty) {
      const { done, value } = await this.chunks.next();
      if (done) return;
      this.rest = value;
    }
  }

  /** Skips what is the same in two texts, as far as both were read. @returns false if they differ after it */
  skipSame(other: Text): boolean {
    const length = Math.min(this.rest.length, other.rest.length);
    const same = sameBytes(this.rest.subarray(0, length), other.rest.subarray(0, length));
    this.rest = this.rest.subarray(same);
    other.rest = other.rest.subarray(same);
    return same === length;
  }

  async isOnlyLineFeed(): Promise<boolean> {
    if (this.rest.length !== 1 || this.rest[0] !== LINE_FEED) return false;
    this.rest = this.rest.subarray(1);
    await this.fill();
    return this.isEmpty;
  }

  async close(): Promise<void> {
    await this.chunks.return(undefined);
    this.file.destroy();
  }
}

/** The number of bytes at the beginning that two parts of the same length have in common. */
function sameBytes(one: Buffer, other: Buffer): number {
  if (one.equals(other)) return one.length;
  return one.findIndex((byte, index) => byte !== other[index]);
}
