import type { DuckDBDataChunk } from "@duckdb/node-api";

/** The columns of a chunk whose values are all doubles. */
export const numberColumns = (chunk: DuckDBDataChunk): readonly Float64Array[] =>
  Array.from({ length: chunk.columnCount }, (_, index) => numbersOf(chunk, index));

/** The values are in memory as numbers already: reading them one by one takes much longer than adding them up. */
function numbersOf(chunk: DuckDBDataChunk, index: number): Float64Array {
  const { items }: { readonly items?: unknown } = Object(chunk.getColumnVector(index));
  return items instanceof Float64Array && items.length === chunk.rowCount
    ? items
    : Float64Array.from(chunk.getColumnValues(index), Number);
}
