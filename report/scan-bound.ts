import { FORMATS } from "../formats";
import { bareIdentifier, sqlString } from "../formats/render/sql-text";
import { daysOf, type Range } from "../questions/range";
import { sum } from "../terminal/quantities";
import { ANSWERED, askedOf } from "./answers";
import type { ReportEngine } from "./engine";
import { readsOf } from "./sql";
import { SUBJECTS } from "./subject";

/** What a report reads of one table on Athena. */
export interface ScanBound {
  readonly table: string;
  /** Size of the table's files of the days. */
  readonly bytes: number;
  /** Bytes that all statements scan at most. */
  readonly atMost: number;
}

/** Statements that read the rows of the range, in addition to those of the details. */
const STATEMENTS = 8;

const COUNTED = SUBJECTS.map(({ format, details }) => ({
  format,
  statements: STATEMENTS + sum(details.map(readsOf)),
  readsBefore: true,
}));
/** One statement more counts the rows. */
const ASKED = ANSWERED.map((format) => ({
  format,
  statements: 1 + askedOf(format).length,
  readsBefore: false,
}));

/** The range as whole days, and the same length of time before, which one statement reads. */
const boundSql = (table: string, range: Range): string => {
  const before = { from: 2 * range.from - range.until, until: range.from };
  const size = (of: Range) => {
    const { first, last } = daysOf(of);
    return `sum(CASE WHEN "partition"."time_day" BETWEEN DATE ${sqlString(first)} AND DATE ${sqlString(last)} THEN "total_size" END)`;
  };
  return `SELECT coalesce(${size(range)}, 0), coalesce(${size(before)}, 0) FROM "${bareIdentifier(table)}$partitions"`;
};

/**
 * Asks Iceberg's metadata, which reads no rows. Each statement reads its columns only, so it scans less.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html
 */
export async function scanBounds(
  engine: ReportEngine,
  tables: readonly string[],
  range: Range,
): Promise<readonly ScanBound[]> {
  const bounds: ScanBound[] = [];
  for (const { format, statements, readsBefore } of [...COUNTED, ...ASKED]) {
    const { table } = FORMATS[format];
    if (!tables.includes(table)) continue;
    const [[bytes = 0, before = 0] = []] = await engine.rows(boundSql(table, range));
    bounds.push({
      table,
      bytes: Number(bytes),
      atMost: statements * Number(bytes) + (readsBefore ? Number(before) : 0),
    });
  }
  return bounds;
}
