import type { DuckDBValueConverter, Json } from "@duckdb/node-api";
import { duckdb } from "./duckdb-library";

export type { Json };

/**
 * DuckDB's values as JSON: timestamps as ISO 8601 in UTC with microseconds, whole numbers as numbers where a number
 * holds them exactly (else as text), decimals as numbers.
 */
export const jsonConverter: DuckDBValueConverter<Json> = (value, type, converter) => {
  if (value === null) return null;
  const { DuckDBTypeId, JsonDuckDBValueConverter } = duckdb();
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UBIGINT:
      return safeInteger(String(value));
    case DuckDBTypeId.DECIMAL:
      return Number(String(value));
    case DuckDBTypeId.TIMESTAMP:
      return isoInstant(String(value));
    default:
      return JsonDuckDBValueConverter(value, type, converter);
  }
};

/** A number where a number holds the integer exactly, else its digits. */
export const safeInteger = (digits: string): Json =>
  Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;

/** Date and time with up to six decimals; Athena may write more. */
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6})\d*)?$/;

/** `2026-11-23 07:05:00.1` as `2026-11-23T07:05:00.100000Z`; other text stays as it is. */
export const isoInstant = (text: string): string =>
  text.replace(TIMESTAMP, (_, date, time, fraction = "") => `${date}T${time}.${fraction.padEnd(6, "0")}Z`);
