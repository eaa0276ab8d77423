import { ServiceError } from "../aws-json-server";
import { CATALOG, runOnTrino } from "../trino/client";
import { TRINO_TYPES } from "./trino-plan";

/**
 * Answer of GetTableMetadata.
 *
 * @throws ServiceError if the table does not exist
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetTableMetadata.html
 */
export async function tableMetadata(trino: string, database: string, table: string): Promise<object> {
  const { rows } = await runOnTrino(
    trino,
    `SELECT column_name, data_type FROM ${CATALOG}.information_schema.columns WHERE table_schema = '${database.replaceAll("'", "''")}' AND table_name = '${table.replaceAll("'", "''")}' ORDER BY ordinal_position`,
  );
  if (rows.length === 0) {
    throw new ServiceError("MetadataException", `EntityNotFoundException: Entity Not Found: ${table}`);
  }
  const names = new Map(Object.entries(TRINO_TYPES).map(([hive, type]) => [type, hive]));
  return {
    TableMetadata: {
      Name: table,
      Columns: rows.map(([name, type]) => ({ Name: name, Type: names.get(String(type)) ?? type })),
    },
  };
}
