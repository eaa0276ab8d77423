import { inTimeZone } from "../formats/time-zone";
import type { Json, QueryRows } from "../terminal/rows";

/** Times as every engine of this program gives them. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

/** The same rows, with times in a time zone. */
export const zonedRows = ({ columns, rows }: QueryRows, timeZone: string): QueryRows => ({
  columns,
  rows: (async function* () {
    for await (const row of rows) yield row.map((value) => zoned(value, timeZone));
  })(),
});

const zoned = (value: Json, timeZone: string): Json =>
  typeof value === "string" && INSTANT.test(value) ? inTimeZone(value, timeZone) : value;
