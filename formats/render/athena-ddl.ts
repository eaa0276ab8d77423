import type { GlueColumn, GlueTable } from "./glue-table";
import { hiveIdentifier, hiveString } from "./sql-text";

/** `CREATE EXTERNAL TABLE` for a Glue table, to create it without Terraform. */
export const renderAthenaDdl = (table: GlueTable, database: string): string =>
  `CREATE EXTERNAL TABLE IF NOT EXISTS ${hiveIdentifier(database)}.${hiveIdentifier(table.name)} (
${columnList(table.columns)}
)
COMMENT ${hiveString(table.description)}
PARTITIONED BY (
${columnList(table.partitionKeys)}
)
ROW FORMAT SERDE ${hiveString(table.serializationLibrary)}
WITH SERDEPROPERTIES (
${Object.entries(table.serdeParameters)
  .map(([key, value]) => `  ${hiveString(key)} = ${hiveString(value)}`)
  .join(",\n")}
)
STORED AS INPUTFORMAT ${hiveString(table.inputFormat)}
OUTPUTFORMAT ${hiveString(table.outputFormat)}
LOCATION ${hiveString(table.location)};
`;

const columnList = (columns: readonly GlueColumn[]): string =>
  columns
    .map(({ name, type, comment }) => `  ${hiveIdentifier(name)} ${type} COMMENT ${hiveString(comment)}`)
    .join(",\n");
