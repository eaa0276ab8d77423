import type { DuckDBValueConverter } from "@duckdb/node-api";
import { isoInstant, type Json, safeInteger } from "../terminal/rows";
import { duckdb } from "./duckdb-library";

/**
 * DuckDB's values as JSON: timestamps as ISO 8601 in UTC with microseconds, integers as numbers if these are
 * exact (else as text), decimals as numbers.
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
