import { displayWidth } from "./display-width";

/** A column whose width is to be chosen. */
export interface MeasuredColumn {
  readonly title: string;
  /** Width of the widest value. */
  readonly widest: number;
  /** True if a part of a value would mislead, as with numbers. */
  readonly isWhole: boolean;
}

/** Between two columns. */
export const GAP = "  ";
/** A text keeps this width: enough for an IPv4 address. */
const MIN_TEXT = 15;

/**
 * Chooses widths so that a line fits: first titles continue on a second line, then the widest texts become narrower.
 *
 * @returns `undefined` if the columns cannot fit
 */
export function fittingWidths(
  columns: readonly MeasuredColumn[],
  lineWidth: number,
): readonly number[] | undefined {
  const room = lineWidth - GAP.length * (columns.length - 1);
  const natural = columns.map(({ title, widest }) => Math.max(1, widest, displayWidth(title)));
  const folded = columns.map(({ title, widest }) => Math.max(1, widest, widestPart(title)));
  const narrow = columns.map(({ title, widest, isWhole }, index) =>
    isWhole ? (folded[index] ?? 1) : Math.max(1, Math.min(widest, MIN_TEXT), widestPart(title)),
  );
  return reduced(natural, folded, room) ?? reduced(folded, narrow, room);
}

/** The title in lines of a width; lines end after `_` and at spaces. */
export function titleLines(title: string, width: number): string[] {
  const lines: string[] = [""];
  for (const part of partsOf(title)) {
    const line = `${lines.at(-1)}${part}`;
    if (displayWidth(line.trimEnd()) <= width) lines[lines.length - 1] = line;
    else lines.push(part);
  }
  return lines.map((line) => line.trimEnd()).filter((line, index) => line !== "" || index > 0);
}

const partsOf = (title: string): string[] => title.match(/[^_ ]*[_ ]?/g) ?? [];

const widestPart = (title: string): number =>
  Math.max(...partsOf(title).map((part) => displayWidth(part.trimEnd())));

/** Makes the widest columns narrower, one character at a time, until all fit; none becomes narrower than its floor. */
function reduced(
  widths: readonly number[],
  floors: readonly number[],
  room: number,
): readonly number[] | undefined {
  if (total(floors) > room) return undefined;
  const result = [...widths];
  for (let excess = total(result) - room; excess > 0; excess--) {
    let widest = -1;
    for (const [index, width] of result.entries()) {
      if (width > (floors[index] ?? 0) && width > (result[widest] ?? 0)) widest = index;
    }
    result[widest] = (result[widest] ?? 0) - 1;
  }
  return result;
}

const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, 0);
