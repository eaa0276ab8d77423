import type { Json } from "../terminal/rows";
import type { Domain } from "./model";
import type { Dimension, Listed } from "./subject";

/** Rows of numbers as columns. */
export const columnsOf = (rows: readonly (readonly Json[])[]): Float64Array[] =>
  (rows[0] ?? []).map((_, index) => Float64Array.from(rows, (row) => Number(row[index])));

/** @param rows its values in the order of their codes, each with the number of all different values */
export function domainOf(
  { id, label, sql, note, within, isEncoded }: Dimension & Partial<Listed>,
  rows: readonly (readonly Json[])[],
): Domain {
  return {
    id,
    label,
    sql,
    values: rows.map(([value]) => String(value ?? "")),
    distinct: Number(rows[0]?.[1] ?? 0),
    ...(note === undefined ? {} : { note }),
    ...(within === undefined ? {} : { within }),
    ...(isEncoded === undefined ? {} : { isEncoded }),
  };
}
