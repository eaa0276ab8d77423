import { FORMATS } from "..";
import { renderAthenaDdl } from "./athena-ddl";
import { rawGlueTable } from "./glue-table";

/** Values in the committed `athena.ddl`; users replace the bucket with their own. */
export const DDL_DATABASE = "access_logs";
export const DDL_BUCKET = "my-log-bucket";

export interface DdlOptions {
  readonly database: string;
  readonly bucket: string;
  /** Only this raw table. Default: all. */
  readonly table?: string;
}

/** `CREATE EXTERNAL TABLE` statements by raw table. */
export const athenaDdlStatements = ({
  database,
  bucket,
  table,
}: DdlOptions): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.values(FORMATS)
      .map((format) => rawGlueTable(format, { bucket, bySource: false }))
      .filter(({ name }) => table === undefined || name === table)
      .map((glue) => [glue.name, renderAthenaDdl(glue, database)]),
  );

/** The statements as one text: what `athena.ddl` holds and `access-logs ddl` prints. */
export const athenaDdlFile = (options: DdlOptions): string =>
  Object.values(athenaDdlStatements(options)).join("\n");
