import { GlueCatalogTable } from "@cdktf/provider-aws/lib/glue-catalog-table";
import { Construct } from "constructs";
import { PARTITION_KEYS, SOURCE_KEY } from "../formats/partition-layout";
import type { GlueTable } from "../formats/render/glue-table";
import type { Projection, TextTable } from "../pipeline/tables";
import { fixLogicalId } from "./logical-id";
import { validateProps } from "./validate-props";

export interface LogTableProps extends TextTable {
  /** Glue database. */
  readonly database: string;
}

/**
 * A Glue table over one format's text as delivered. Terraform does not manage its partitions: a function adds
 * them as time goes on, or Athena computes them.
 *
 * @example
 * new LogTable(this, "lines", {
 *   database: "logs",
 *   glue: {
 *     name: "alb_lines",
 *     description: "ALB access logs: line by line",
 *     columns: [{ name: "line", type: "string", comment: "The whole line, as delivered" }],
 *     partitionKeys: [{ name: "dt", type: "string", comment: "Day in UTC" }],
 *     location: "s3://company-logs/alb/",
 *     inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
 *     outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
 *     serializationLibrary: "org.apache.hadoop.hive.serde2.RegexSerDe",
 *     serdeParameters: { "input.regex": "(.*)" },
 *   },
 * });
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export class LogTable extends Construct {
  readonly table: GlueCatalogTable;

  constructor(scope: Construct, id: string, { glue, database, projection }: LogTableProps) {
    super(scope, id);
    if (projection) validateProjection(this.node.path, projection);
    this.table = new GlueCatalogTable(this, "Default", {
      name: glue.name,
      databaseName: database,
      description: glue.description,
      // Without it, Hive's DDL statements on the table fail.
      tableType: "EXTERNAL_TABLE",
      parameters: { EXTERNAL: "TRUE", ...(projection ? projectionParameters(glue, projection) : {}) },
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
      // Athena writes this parameter when it alters the table.
      lifecycle: { ignoreChanges: ['parameters["transient_lastDdlTime"]'] },
    });
    fixLogicalId(this.table, id);
  }
}

function validateProjection(path: string, { from }: Projection): void {
  const day = new Date(`${from}T00:00:00Z`);
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(from);
  validateProps(path, [
    {
      option: "projection.from",
      value: from,
      holds: /^\d{4}-\d{2}-\d{2}$/.test(from) && isDay,
      expected: "must be a valid day, as YYYY-MM-DD",
    },
  ]);
}

function projectionParameters(glue: GlueTable, { from, sources }: Projection): Record<string, string> {
  const [dt, hour] = PARTITION_KEYS;
  const keys = glue.partitionKeys.map(({ name }) => name);
  return {
    "projection.enabled": "true",
    [`projection.${dt.name}.type`]: "date",
    [`projection.${dt.name}.format`]: "yyyy-MM-dd",
    [`projection.${dt.name}.range`]: `${from},NOW+1DAY`,
    [`projection.${dt.name}.interval`]: "1",
    [`projection.${dt.name}.interval.unit`]: "DAYS",
    [`projection.${hour.name}.type`]: "integer",
    [`projection.${hour.name}.range`]: "0,23",
    [`projection.${hour.name}.digits`]: "2",
    ...(keys.includes(SOURCE_KEY.name)
      ? {
          [`projection.${SOURCE_KEY.name}.type`]: "enum",
          [`projection.${SOURCE_KEY.name}.values`]: sources.join(","),
        }
      : {}),
    // Two dollar signs: Terraform reads one as the start of an expression.
    "storage.location.template": `${glue.location}${keys.map((key) => `${key}=$\${${key}}/`).join("")}`,
  };
}
