import type { Random } from "./random";

/** One in this many lines is damaged, as by transfers and clients. */
const LINES_PER_DAMAGE = 600;

/** A line as bytes, and whether a reader can parse it. */
export interface SampleLine {
  readonly bytes: Buffer;
  readonly isReadable: boolean;
}

/** The unchanged line, or sometimes a damaged one. */
export function maybeDamaged(random: Random, line: string): SampleLine {
  if (!random.chance(1 / LINES_PER_DAMAGE)) return { bytes: Buffer.from(line), isReadable: true };
  const kind = random.integer(0, 3);
  if (kind === 0)
    return unreadable(Buffer.from(line.slice(0, Math.min(random.integer(20, 90), line.length / 2))));
  if (kind === 1 && line.includes('" "'))
    return unreadable(Buffer.from(line.replace('" "', '" "bare" quote ')));
  if (kind === 2) return unreadable(garbage(random));
  // One byte of another encoding in a valid line: the line can still be parsed.
  const bytes = Buffer.from(line);
  const agent = bytes.indexOf("Mozilla");
  if (agent >= 0) bytes[agent] = 0xe9;
  return { bytes, isReadable: true };
}

const unreadable = (bytes: Buffer): SampleLine => ({ bytes, isReadable: false });

/** High bytes only: none is a line end, a header's "#" or a digit. */
const garbage = (random: Random): Buffer =>
  Buffer.from(Array.from({ length: 80 }, () => random.integer(0x80, 0xff)));
