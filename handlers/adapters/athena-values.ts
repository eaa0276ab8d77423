import type { ColumnInfo, Row } from "@aws-sdk/client-athena";
import { isoInstant, type Json, safeInteger } from "../../terminal/rows";

/**
 * Converts a row of Athena's results, which are all text, to the form of DuckDB's rows: numbers as numbers,
 * timestamps as ISO 8601 in UTC. Arrays, maps and rows stay Athena's text, which cannot be parsed.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html
 */
export const athenaRow = (columns: readonly ColumnInfo[], { Data: data = [] }: Row): Json[] =>
  columns.map(({ Type: type = "varchar" }, index) => athenaValue(type, data[index]?.VarCharValue));

function athenaValue(type: string, text: string | undefined): Json {
  if (text === undefined) return null;
  switch (type) {
    case "tinyint":
    case "smallint":
    case "integer":
    case "bigint":
      return safeInteger(text);
    case "float":
    case "real":
    case "double":
    case "decimal":
      // NaN and Infinity, which JSON does not have, stay text.
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case "boolean":
      return text === "true";
    case "timestamp":
      return isoInstant(text);
    default:
      return text;
  }
}

/** Names of the columns; repeated names are made unique as in DuckDB. */
export function columnNames(columns: readonly ColumnInfo[]): string[] {
  const names = columns.map(({ Name: name = "" }) => name);
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name}:${before}`;
  });
}
