import type { Hour } from "../formats/hour";
import type { LogFormat } from "../formats/log-format";
import type { HourPieces } from "./hour-pieces";
import { hourReader } from "./line-hours";

/** Lines before the first row are kept until its hour is known. */
const MAX_WAITING_BYTES = 1 << 20;
/** Lines of a header that are kept. */
const MAX_HEADER_LINES = 16;

/** Lines of a file that was split. */
export interface SplitLines {
  readonly rows: number;
  readonly unparsed: number;
}

/**
 * Sorts the lines of a file by the hours of their own times. A line without a time goes to the hour of the line before
 * it; before the first row, to the hour of that row.
 *
 * @param blocks whole lines in UTF-8, each ended by a line feed
 * @param onLines called with the number of lines so far
 * @returns `undefined` if no row is among the first lines
 */
export async function splitByHour(
  format: LogFormat,
  blocks: AsyncIterable<Buffer>,
  pieces: HourPieces,
  onLines: (lines: number) => void,
): Promise<SplitLines | undefined> {
  const linesOf = await hourReader(format);
  const header = new HeaderLines();
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let hour: Hour | undefined;
  let rows = 0;
  let unparsed = 0;
  for await (const block of blocks) {
    /** Start of the lines that are of the current hour, and under the current header. */
    let from = 0;
    const addUntil = async (to: number): Promise<void> => {
      if (to <= from) return;
      const lines = block.subarray(from, to);
      from = to;
      if (hour === undefined) {
        waiting.push(Buffer.from(lines));
        waitingBytes += lines.length;
        return;
      }
      for (const early of waiting.splice(0)) await pieces.add(hour, early, header.text);
      await pieces.add(hour, lines, header.text);
    };
    let start = 0;
    for (const found of linesOf(block)) {
      switch (found.kind) {
        case "rows":
          header.close();
          rows += found.rows;
          if (hour !== undefined && found.hour !== hour) await addUntil(start);
          hour = found.hour;
          break;
        case "unparsed":
          header.close();
          unparsed++;
          break;
        case "header":
          await addUntil(start);
          header.add(found.text);
          from = found.end;
          break;
        case "empty":
          // Empty lines are no lines of the log.
          await addUntil(start);
          from = found.end;
      }
      start = found.end;
    }
    await addUntil(block.length);
    if (waitingBytes > MAX_WAITING_BYTES && hour === undefined) return undefined;
    onLines(rows + unparsed);
  }
  return rows > 0 ? { rows, unparsed } : undefined;
}

/** The last lines of a header that follow each other. */
class HeaderLines {
  private lines: string[] = [];
  private isOpen = false;
  text = "";

  add(line: string): void {
    this.lines = [...(this.isOpen ? this.lines : []), `${line}\n`].slice(-MAX_HEADER_LINES);
    this.isOpen = true;
    this.text = this.lines.join("");
  }

  close(): void {
    this.isOpen = false;
  }
}
