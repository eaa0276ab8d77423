import { addHours, parseHour, partitionValuesOf } from "../hour";
import { type LakeTable, sqlName } from "./lake-sql";
import { bareIdentifier, sqlIdentifier, sqlString } from "./sql-text";

/** A file of a day may be smaller than this on average before the day counts as one of many small files. */
const SMALL_FILE_BYTES = 64 * 2 ** 20;
/** So many small files may a day have: several workers write one each. */
const SPARE_FILES = 5;
/** Bytes that one night merges; the rest waits for the next one. */
const MERGED_BYTES = 100 * 2 ** 30;
/** Days whose rows one statement deletes: below the hundred partitions that Athena writes at once. */
const DELETED_DAYS = 90;

/**
 * The days that have many small files, oldest first, as one text separated by commas; NULL if there is no such day. Reads
 * Iceberg's metadata alone.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html
 */
export const renderDaysToMerge = (table: LakeTable): string =>
  listOfDays(`
  SELECT ${DAY} AS "day", "total_size", sum("total_size") OVER (ORDER BY ${DAY}) AS "bytes"
  FROM ${metadata(table, "partitions")}
  WHERE "file_count" > ${SPARE_FILES} + "total_size" / ${SMALL_FILE_BYTES}
)
WHERE "bytes" - "total_size" < ${MERGED_BYTES}`);

/** The first days before `dt` that hold data, as one text separated by commas; NULL if there is no such day. */
export const renderDaysBefore = (table: LakeTable, dt: string): string =>
  listOfDays(`
  SELECT ${DAY} AS "day"
  FROM ${metadata(table, "partitions")}
  WHERE ${DAY} < DATE ${sqlString(checkedDay(dt))}
  ORDER BY 1
  LIMIT ${DELETED_DAYS}
)`);

/** Iceberg's partition value of `day("time")`. */
const DAY = '"partition"."time_day"';

const listOfDays = (from: string): string =>
  `SELECT array_join(array_agg(CAST("day" AS varchar) ORDER BY "day"), ',') FROM (${from}`;

/**
 * Merges the small files of some days, the last one included. Both bounds are midnights, so the condition is of whole
 * partitions.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-data-optimization.html
 */
export const renderOptimize = (table: LakeTable, first: string, last = first): string =>
  `OPTIMIZE ${bareName(table)} REWRITE DATA USING BIN_PACK
WHERE ${isBetween(first, last)}`;

/**
 * Deletes the rows of some days, the last one included. Whole days are whole partitions, so no file need be rewritten.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-delete.html
 */
export const renderDeleteDays = (table: LakeTable, first: string, last: string): string =>
  `DELETE FROM ${sqlName(table, table.format.table)}
WHERE ${isBetween(first, last)}`;

/**
 * Deletes what no snapshot needs any more.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
 */
export const renderVacuum = (table: LakeTable): string => `VACUUM ${bareName(table)}`;

const isBetween = (first: string, last: string): string =>
  `"time" >= ${midnight(first)} AND "time" < ${midnight(dayAfter(last))}`;

const midnight = (dt: string): string => `TIMESTAMP ${sqlString(`${checkedDay(dt)} 00:00:00`)}`;

const dayAfter = (dt: string): string => partitionValuesOf(addHours(startOf(dt), 24)).dt;

const checkedDay = (dt: string): string => partitionValuesOf(startOf(dt)).dt;

function startOf(dt: string) {
  const hour = parseHour(`${dt}T00`);
  if (hour === undefined) throw new Error(`a day is YYYY-MM-DD, got "${dt}"`);
  return hour;
}

/** One of Iceberg's tables about a table, e.g. `"logs"."alb_access_logs$partitions"`. */
const metadata = ({ database, format }: LakeTable, name: string): string =>
  `${sqlIdentifier(database)}."${bareIdentifier(format.table)}$${name}"`;

/** OPTIMIZE and VACUUM take no quotes of either kind around names. */
const bareName = ({ database, format }: LakeTable): string =>
  `${bareIdentifier(database)}.${bareIdentifier(format.table)}`;
