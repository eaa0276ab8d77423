import type { DuckDBValueConverter } from "@duckdb/node-api";
import { isoInstant, type Json, safeInteger } from "../terminal/rows";
import { duckdb } from "./duckdb-library";

/**
 * DuckDB's values as JSON: timestamps as ISO 8601 in UTC with microseconds, integers and decimals as numbers if
 * these are exact, else as text.
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
      return exactDecimal(String(value));
    case DuckDBTypeId.TIMESTAMP:
      return isoInstant(String(value));
    default:
      return JsonDuckDBValueConverter(value, type, converter);
  }
};

/** Every decimal of up to 15 digits is exact enough as a number to be printed with the same digits. */
const MAX_EXACT_DIGITS = 15;

const exactDecimal = (text: string): Json =>
  text.replaceAll(/^[-0.]+|[^0-9]/g, "").length <= MAX_EXACT_DIGITS ? Number(text) : text;
