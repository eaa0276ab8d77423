import type { DuckDBValueConverter, Json } from "@duckdb/node-api";
import { DuckDBTypeId, JsonDuckDBValueConverter } from "./duckdb-library";

export type { Json };

/**
 * DuckDB's values as JSON: timestamps as ISO 8601 in UTC with microseconds, whole numbers as numbers where a number
 * holds them exactly (else as text), decimals as numbers.
 */
export const jsonConverter: DuckDBValueConverter<Json> = (value, type, converter) => {
  if (value === null) return null;
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UBIGINT:
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case DuckDBTypeId.DECIMAL:
      return Number(String(value));
    case DuckDBTypeId.TIMESTAMP:
      return isoInstant(String(value));
    default:
      return JsonDuckDBValueConverter(value, type, converter);
  }
};

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?$/;

const isoInstant = (text: string): string =>
  text.replace(TIMESTAMP, (_, date, time, fraction = "") => `${date}T${time}.${fraction.padEnd(6, "0")}Z`);
