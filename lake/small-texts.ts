import { closeSync, openSync, readSync } from "node:fs";
import { sum } from "../terminal/quantities";
import { contentDigest, contentHash } from "./content-hash";
import { freeMemory } from "./free-memory";
import { declaredLength, inflated, isGzip } from "./inflate";

/** The text of a small file. */
export interface SmallText {
  readonly text: Buffer;
  /** Hash of the file's bytes. */
  readonly hash: string;
}

/** Most bytes of the files that are inflated together, and most of them. */
const MOST_BYTES = 1 << 17;
const MOST_FILES = 16;

/** Of this thread, which reads one group of files at a time. */
const memory = Buffer.allocUnsafeSlow(MOST_BYTES);

/**
 * The texts of small gzips, which are inflated together: Node's inflate object cannot be used twice, and to make one for each file,
 * and to free its text, takes a tenth of the time to ingest it.
 */
export class SmallTexts {
  private texts: readonly SmallText[] = [];
  /** The memory of these texts. */
  private whole: Buffer = Buffer.alloc(0);
  /** Numbers of the first file of the group, and of the first one after it. */
  private first = 0;
  private next = 0;

  /** @param paths of files that are then read in this order */
  constructor(private readonly paths: readonly string[]) {}

  /** @returns the text of a file, valid until the next call; `undefined` if the file must be read alone */
  of(index: number): SmallText | undefined {
    if (index === this.next) this.readGroup();
    return this.texts[index - this.first];
  }

  private readGroup(): void {
    freeMemory(this.whole);
    this.first = this.next;
    const gzips = readGzips(this.paths.slice(this.first, this.first + MOST_FILES));
    const whole = inflatedTogether(gzips);
    const texts = whole ? cut(whole, gzips) : [];
    // A gzip of a gzip is read alone, to say so.
    this.texts = texts.some(({ text }) => isGzip(text)) ? [] : texts;
    if (whole) this.whole = whole;
    // Files next to each other are alike: if one is large, the others are, too.
    this.next += this.texts.length || MOST_FILES;
  }
}

/** The first of some files, as far as they are small gzips. */
function readGzips(paths: readonly string[]): Buffer[] {
  const gzips: Buffer[] = [];
  let length = 0;
  for (const path of paths) {
    const bytes = readInto(memory.subarray(length), path);
    if (length + bytes.length === MOST_BYTES || !isGzip(bytes)) break;
    gzips.push(bytes);
    length += bytes.length;
  }
  return gzips;
}

/** The beginning of a file; nothing of a file that cannot be read, which is found again when it is read alone. */
function readInto(part: Buffer, path: string): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    return part.subarray(0, readSync(file, part, 0, part.length, 0));
  } catch {
    return part.subarray(0, 0);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * The texts of gzips that are next to each other in memory, one after the other.
 *
 * @returns nothing if one of them is damaged, or is more than one gzip: it could have a part of the text of the next
 */
function inflatedTogether(gzips: readonly Buffer[]): Buffer | undefined {
  if (gzips.length < 2) return undefined;
  const length = sum(gzips.map(declaredLength));
  try {
    const whole = inflated(memory.subarray(0, sum(gzips.map((gzip) => gzip.length))), length);
    return whole.length === length ? whole : undefined;
  } catch {
    return undefined;
  }
}

function cut(whole: Buffer, gzips: readonly Buffer[]): SmallText[] {
  let end = 0;
  return gzips.map((gzip) => {
    const start = end;
    end += declaredLength(gzip);
    return { text: whole.subarray(start, end), hash: contentDigest(contentHash().update(gzip)) };
  });
}
