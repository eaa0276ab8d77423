import type { Hour } from "../formats/hour";
import { hourReader } from "../formats/line-hour";
import type { LogFormat } from "../formats/log-format";
import type { HourPieces } from "./hour-pieces";

const LINE_FEED = 0x0a;
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
  const hourOf = hourReader(format);
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
    for (let start = 0; start < block.length; ) {
      const end = block.indexOf(LINE_FEED, start);
      if (end === start) {
        // Empty lines are no lines of the log.
        await addUntil(start);
        while (block[start] === LINE_FEED) start++;
        from = start;
        continue;
      }
      const line = hourOf(block, start, end);
      if (line.kind === "header") {
        await addUntil(start);
        header.add(block.toString("utf8", start, end));
        from = end + 1;
      } else if (line.kind === "unparsed") {
        header.close();
        unparsed++;
      } else {
        header.close();
        rows++;
        if (line.hour !== hour) {
          if (hour !== undefined) await addUntil(start);
          hour = line.hour;
        }
      }
      start = end + 1;
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
