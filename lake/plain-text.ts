import { isUtf8 } from "node:buffer";
import { withLineFeeds } from "../formats/read-line";

/** Separator between the columns of a row: a control character that AWS always escapes. It is in no text. */
export const COLUMN_SEPARATOR = 0x1f;
/** A longer line may be cut. Real lines are below 64 KiB: only binary garbage is longer. */
export const MAX_LINE_BYTES = 256 << 10;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from("\uFEFF");
const REPLACEMENT = "\uFFFD";

/**
 * Blocks of whole lines in UTF-8, each line ended by a line feed alone. Memory depends neither on the length of a
 * chunk nor of a line.
 */
export async function* plainText(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const text = new PlainText();
  for await (const chunk of chunks) yield* text.add(chunk);
  yield* text.end();
}

/** The same of a text that is in memory: with promises, reading small files takes longer. */
export function* plainTextOf(whole: Buffer): Generator<Buffer> {
  const text = new PlainText();
  yield* text.add(whole);
  yield* text.end();
}

class PlainText {
  /** What follows the last line end. */
  private rest: Buffer[] = [];
  private restBytes = 0;
  /** True while the remaining bytes of a line that was cut are left out. */
  private isCut = false;

  *add(chunk: Buffer): Generator<Buffer> {
    for (const piece of pieces(chunk, MAX_LINE_BYTES)) {
      const bytes = this.isCut ? afterLineEnd(piece) : piece;
      if (bytes === undefined) continue;
      this.isCut = false;
      const first = bytes.indexOf(LINE_FEED) + 1;
      if (first > 0) {
        yield* this.upToLastLine(bytes, first);
      } else {
        this.rest.push(bytes);
        this.restBytes += bytes.length;
      }
      if (this.restBytes >= MAX_LINE_BYTES) yield* this.cut();
    }
  }

  *end(): Generator<Buffer> {
    if (this.restBytes > 0) yield* wholeLines(Buffer.concat(this.rest));
  }

  /** @param first where the second line of the bytes starts */
  private *upToLastLine(bytes: Buffer, first: number): Generator<Buffer> {
    // Only the line that an earlier piece began is copied; the other lines are used in place.
    const start = this.rest.length > 0 ? first : 0;
    if (this.rest.length > 0) yield* wholeLines(Buffer.concat([...this.rest, bytes.subarray(0, first)]));
    const last = bytes.lastIndexOf(LINE_FEED) + 1;
    if (last > start) yield* wholeLines(bytes.subarray(start, last));
    this.keep(bytes.subarray(last));
  }

  /** Ends a line that is too long, or the lines in it that end with a carriage return alone. */
  private *cut(): Generator<Buffer> {
    const line = Buffer.concat(this.rest);
    const end = line.lastIndexOf(CARRIAGE_RETURN) + 1;
    this.isCut = end === 0;
    yield* wholeLines(this.isCut ? line : line.subarray(0, end));
    this.keep(line.subarray(this.isCut ? line.length : end));
  }

  private keep(rest: Buffer): void {
    this.rest = [rest];
    this.restBytes = rest.length;
  }
}

/** The same bytes in pieces of at most a number of bytes. */
export async function* piecesOf(chunks: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield* pieces(chunk, most);
}

function* pieces(chunk: Buffer, most: number): Generator<Buffer> {
  for (let start = 0; start < chunk.length; start += most) yield chunk.subarray(start, start + most);
}

/** @returns `undefined` if no line ends in the piece */
function afterLineEnd(piece: Buffer): Buffer | undefined {
  const ends = [piece.indexOf(LINE_FEED), piece.indexOf(CARRIAGE_RETURN)].filter((end) => end >= 0);
  return ends.length === 0 ? undefined : piece.subarray(Math.min(...ends) + 1);
}

const wholeLines = (block: Buffer): Buffer[] =>
  plainParts(block.at(-1) === LINE_FEED ? block : Buffer.concat([block, Buffer.of(LINE_FEED)]));

/**
 * Halves a block until only the lines that are not plain text are decoded one by one. Such lines are rare.
 */
function plainParts(block: Buffer): Buffer[] {
  if (isPlainText(block)) return [block];
  const middle = block.indexOf(LINE_FEED, block.length >> 1) + 1;
  const split = middle < block.length ? middle : block.lastIndexOf(LINE_FEED, -2) + 1;
  if (split === 0) return [decoded(block)];
  return [...plainParts(block.subarray(0, split)), ...plainParts(block.subarray(split))];
}

const isPlainText = (block: Buffer): boolean =>
  isUtf8(block) &&
  !block.includes(CARRIAGE_RETURN) &&
  !block.includes(COLUMN_SEPARATOR) &&
  !block.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);

function decoded(block: Buffer): Buffer {
  const text = new TextDecoder().decode(block).replaceAll(String.fromCharCode(COLUMN_SEPARATOR), REPLACEMENT);
  return Buffer.from(withLineFeeds(text));
}
