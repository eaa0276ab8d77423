import { FORMAT_IDS, FORMATS, type FormatId } from "../formats";
import { mandatoryFieldsOf } from "../formats/log-format";
import { type Line, lineReader } from "../formats/read-line";

/** Lines that show which format a file has. */
export const SAMPLE_LINES = 100;

/**
 * The format of a log by its first lines: the one whose reader reads most of them. At least half of the lines must be
 * rows, so that a text with an example of a log line is not taken for a log.
 */
export function recogniseFormat(lines: readonly string[]): FormatId | undefined {
  const candidates = FORMAT_IDS.map((id) => ({ id, ...counts(id, lines) }));
  const [best] = candidates
    .filter(({ rows, others }) => rows > 0 && rows >= others)
    // Of two formats that read the same lines, the one that asks more of them.
    .sort((a, b) => b.rows - a.rows || mandatoryFieldsOf(FORMATS[b.id]) - mandatoryFieldsOf(FORMATS[a.id]));
  return best?.id;
}

/**
 * The formats of the lines of a file that has none as a whole: at least half of the lines must be rows of one of them.
 *
 * A line is a row also if it is one alone, because the header of a log does not apply to another log after it.
 */
export function formatsIn(lines: readonly string[]): readonly FormatId[] {
  const kinds = FORMAT_IDS.map((id) => {
    const read = lineReader(FORMATS[id]);
    return { id, ofLine: lines.map((line) => [read(line).kind, lineReader(FORMATS[id])(line).kind]) };
  });
  const isAny = (index: number, kind: Line["kind"]) =>
    kinds.some(({ ofLine }) => ofLine[index]?.includes(kind));
  const rows = lines.filter((_, index) => isAny(index, "row")).length;
  const headers = lines.filter((_, index) => isAny(index, "header")).length;
  if (rows < lines.length - headers - rows) return [];
  return kinds.filter(({ ofLine }) => ofLine.some((kind) => kind.includes("row"))).map(({ id }) => id);
}

function counts(id: FormatId, lines: readonly string[]): { readonly rows: number; readonly others: number } {
  const read = lineReader(FORMATS[id]);
  const kinds = lines.map((line) => read(line).kind);
  return {
    rows: kinds.filter((kind) => kind === "row").length,
    others: kinds.filter((kind) => kind === "unparsed").length,
  };
}
