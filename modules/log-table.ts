import { GlueCatalogTable } from "@cdktf/provider-aws/lib/glue-catalog-table";
import { Construct } from "constructs";
import type { LogFormat } from "../formats/log-format";
import { rawGlueTable } from "../formats/render/glue-table";

export interface LogTableProps {
  readonly format: LogFormat;
  /** Glue database. */
  readonly database: string;
  /** Bucket that holds the moved files. */
  readonly bucket: string;
  /** True if the sources of this format are partitioned by name. */
  readonly bySource: boolean;
}

/**
 * The Glue table over one format's text as delivered. Its partitions are added as time goes on and are not
 * Terraform's.
 */
export class LogTable extends Construct {
  readonly table: GlueCatalogTable;

  constructor(scope: Construct, id: string, props: LogTableProps) {
    super(scope, id);
    const glue = rawGlueTable(props.format, { bucket: props.bucket, bySource: props.bySource });
    this.table = new GlueCatalogTable(this, "Default", {
      name: glue.name,
      databaseName: props.database,
      description: glue.description,
      // Without it, Hive's DDL statements on the table fail.
      tableType: "EXTERNAL_TABLE",
      parameters: { EXTERNAL: "TRUE" },
      partitionKeys: [...glue.partitionKeys],
      storageDescriptor: {
        location: glue.location,
        inputFormat: glue.inputFormat,
        outputFormat: glue.outputFormat,
        columns: [...glue.columns],
        serDeInfo: {
          serializationLibrary: glue.serializationLibrary,
          parameters: { ...glue.serdeParameters },
        },
      },
      // Athena writes this one when it alters the table.
      lifecycle: { ignoreChanges: ['parameters["transient_lastDdlTime"]'] },
    });
    this.table.overrideLogicalId(id);
  }
}
