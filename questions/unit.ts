/** What the numbers of a question's column measure, for printing. */
export type ColumnUnit = "bytes" | "seconds";

const BYTES = /^bytes_/;
const SECONDS = /^(?:seconds|average|p\d+|slowest)(?:_before)?$|_processing_time$|^time_to_first_byte$/;

/** The unit of a column: all questions name their columns alike. */
export function columnUnit(column: string): ColumnUnit | undefined {
  if (BYTES.test(column)) return "bytes";
  return SECONDS.test(column) ? "seconds" : undefined;
}
