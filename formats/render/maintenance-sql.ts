import { addHours, parseHour, partitionValuesOf } from "../hour";
import { type LakeTable, sqlName } from "./lake-sql";
import { bareIdentifier, sqlIdentifier, sqlString } from "./sql-text";

/** A day has small files if its files are smaller than this on average. */
const SMALL_FILE_BYTES = 64 * 2 ** 20;
/** Number of small files that a day may have: several workers write one each. */
const SPARE_FILES = 5;
/** Bytes that one night merges; the next night merges the rest. */
const MERGED_BYTES = 100 * 2 ** 30;
/** Days whose rows one statement deletes: fewer than the 100 partitions that Athena can write in one statement. */
const DELETED_DAYS = 90;

/**
 * The days with many small files, oldest first, as one text separated by commas; NULL if there is no such day. Reads
 * only Iceberg's metadata.
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

/** The first days with data before `dt`, as one text separated by commas; NULL if there is no such day. */
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
 * Merges the small files of some days, including the last one. Both bounds are midnights, so the condition selects
 * complete partitions.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-data-optimization.html
 */
export const renderOptimize = (table: LakeTable, first: string, last = first): string =>
  `OPTIMIZE ${bareName(table)} REWRITE DATA USING BIN_PACK
WHERE ${isBetween(first, last)}`;

/**
 * Deletes the rows of some days, including the last one. Days are complete partitions, so no file is rewritten.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-delete.html
 */
export const renderDeleteDays = (table: LakeTable, first: string, last: string): string =>
  `DELETE FROM ${sqlName(table, table.format.table)}
WHERE ${isBetween(first, last)}`;

/**
 * Deletes expired snapshots, and the files that no other snapshot needs.
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

/** Name of a metadata table of Iceberg, e.g. `"logs"."alb_access_logs$partitions"`. */
const metadata = ({ database, format }: LakeTable, name: string): string =>
  `${sqlIdentifier(database)}."${bareIdentifier(format.table)}$${name}"`;

/** OPTIMIZE and VACUUM accept no quotes of either kind around names. */
const bareName = ({ database, format }: LakeTable): string =>
  `${bareIdentifier(database)}.${bareIdentifier(format.table)}`;
