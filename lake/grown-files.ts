import { closeSync, createReadStream, openSync, type ReadStream, readSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { constants, createGunzip, gunzipSync } from "node:zlib";
import { isNameOfLines } from "../formats/file-identity";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import { through } from "../handlers/core/through";
import { isGzip, LARGE_CHUNKS } from "./inflate";
import type { LakeLayout } from "./layout";
import { peek } from "./peek";

/** A file below `raw/` that begins with the same lines as another one. */
export interface SameBeginning {
  /** `known`: it has all lines of the other one. `grown`: the other one has all of its lines, and more. */
  readonly kind: "known" | "grown";
  readonly name: string;
}

/** Most compressed bytes that are read to find the first rows. */
const START_BYTES = 16 << 10;
/** Most of the first rows that are compared to find files to compare: some lines. */
const START_LETTERS = 2000;
const LINE_FEED = 0x0a;

/**
 * Finds the file of lines below `raw/` that another one continues: a log that has grown gives its last hour more lines.
 *
 * A whole file is read only if it begins with the same rows, so it is read about once more for each time that it grows.
 */
export class GrownFiles {
  /** The files of lines of each partition that was asked for, by their names. */
  private readonly partitions = new Map<string, Promise<Map<string, FirstRows>>>();

  constructor(private readonly lake: LakeLayout) {}

  /** @param staged a gzip of lines that is not in the partition yet */
  async find(partition: Partition, staged: string): Promise<SameBeginning | undefined> {
    const start = new FirstRows(staged);
    for (const [name, other] of await this.filesIn(partition)) {
      if (!canContinue(start.text, other.text)) continue;
      const kind = await compareTexts(staged, this.pathOf(partition, name));
      if (kind) return { kind, name };
    }
    return undefined;
  }

  /** The partition has a file of lines, or other lines in it. */
  async add(partition: Partition, name: string): Promise<void> {
    // A folder that was not read yet is read with the file.
    const files = await this.partitions.get(rawPrefixOf(partition));
    files?.set(name, new FirstRows(this.pathOf(partition, name)));
  }

  /** The folder is read once: only this process writes to the lake. */
  private filesIn(partition: Partition): Promise<Map<string, FirstRows>> {
    const prefix = rawPrefixOf(partition);
    const known = this.partitions.get(prefix) ?? this.readFolder(partition);
    this.partitions.set(prefix, known);
    return known;
  }

  private async readFolder(partition: Partition): Promise<Map<string, FirstRows>> {
    const names = await readdir(join(this.lake.root, rawPrefixOf(partition))).catch(() => []);
    return new Map(
      names.filter(isNameOfLines).map((name) => [name, new FirstRows(this.pathOf(partition, name))]),
    );
  }

  private pathOf(partition: Partition, name: string): string {
    return join(this.lake.root, rawPrefixOf(partition) + name);
  }
}

/** The first rows of a gzip, which are read when they are first asked for: most files are the only one of their hour. */
class FirstRows {
  private known: { readonly text: string | undefined } | undefined;

  constructor(private readonly path: string) {}

  /** `undefined` if they cannot be read. */
  get text(): string | undefined {
    this.known ??= { text: firstRowsOf(this.path) };
    return this.known.text;
  }
}

/** The first rows of a gzip, without the headers before them, and without the last line feed. */
function firstRowsOf(path: string): string | undefined {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(START_BYTES);
    const read = bytes.subarray(0, readSync(file, bytes, 0, START_BYTES, 0));
    const text = gunzipSync(read, { finishFlush: constants.Z_SYNC_FLUSH }).toString("latin1");
    return /^[^#\n]/m.test(text)
      ? copyOf(text.replace(HEADERS, "").slice(0, START_LETTERS)).trimEnd()
      : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

const HEADERS = /^(?:#.*\n)*/;

/** A part of a text keeps the whole text in memory; a copy does not. */
const copyOf = (part: string): string => Buffer.from(part, "latin1").toString("latin1");

const canContinue = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && (one.startsWith(other) || other.startsWith(one));

/** Compares texts up to the end of the shorter one. A damaged file continues no other, and no other continues it. */
export async function compareTexts(
  staged: string,
  other: string,
): Promise<SameBeginning["kind"] | undefined> {
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

/** The rest of the text of a file, plain or gzip. */
class Text {
  private readonly file: ReadStream;
  private readonly chunks: AsyncGenerator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.file = createReadStream(path);
    this.chunks = inflatedChunks(this.file);
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

async function* inflatedChunks(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { start, all } = await peek(file);
  yield* isGzip(start) ? through(createGunzip(LARGE_CHUNKS), all) : all;
}

/** The number of bytes at the beginning that two parts of the same length have in common. */
function sameBytes(one: Buffer, other: Buffer): number {
  if (one.equals(other)) return one.length;
  return one.findIndex((byte, index) => byte !== other[index]);
}
