import { FORMAT_IDS, FORMATS, type FormatId } from "../formats";
import { mandatoryFieldsOf } from "../formats/log-format";
import { lineReader } from "../formats/read-line";

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

function counts(id: FormatId, lines: readonly string[]): { readonly rows: number; readonly others: number } {
  const read = lineReader(FORMATS[id]);
  const kinds = lines.map((line) => read(line).kind);
  return {
    rows: kinds.filter((kind) => kind === "row").length,
    others: kinds.filter((kind) => kind === "unparsed").length,
  };
}
