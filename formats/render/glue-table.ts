import { typeNameOf } from "../column-type";
import { columnsOf, type LogFormat, linesTableOf, rawTableOf } from "../log-format";
import { PARTITION_KEYS, RAW_PREFIX, SOURCE_KEY } from "../partition-layout";
import { renderLinePattern } from "./line-pattern";

/** A Glue table as plain data, in the terms of the Glue API. */
export interface GlueTable {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly GlueColumn[];
  readonly partitionKeys: readonly GlueColumn[];
  /** `s3://.../`, with a slash at the end. */
  readonly location: string;
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serializationLibrary: string;
  readonly serdeParameters: Readonly<Record<string, string>>;
}
export interface GlueColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}
export interface RawTableOptions {
  /** Name of the bucket with the moved files; may be an unresolved Terraform reference. */
  readonly bucket: string;
  /** True if the sources of this format are partitioned by name. */
  readonly bySource: boolean;
}

/**
 * The raw table: every column is a string, so that no cast loses or changes a value. Lines that do not match the
 * pattern, such as CloudFront's two header lines, are rows of NULLs.
 *
 * The SerDe gets this regular expression: Glue and Terraform store it without further escaping.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html
 */
export const rawGlueTable = (format: LogFormat, options: RawTableOptions): GlueTable =>
  textTable(format, options, {
    name: rawTableOf(format),
    description: `${format.title}: raw table`,
    columns: columnsOf(format).map((column) => ({
      name: column.name,
      type: typeNameOf("text", format, column),
      comment: column.doc,
    })),
    pattern: renderLinePattern(format),
  });

/** A table over the same files with one column, the complete line: it shows unparsed lines. */
export const linesGlueTable = (format: LogFormat, options: RawTableOptions): GlueTable =>
  textTable(format, options, {
    name: linesTableOf(format),
    description: `${format.title}: line by line`,
    columns: [{ name: "line", type: "string", comment: "The whole line, as delivered" }],
    pattern: "(.*)",
  });

interface TextTable {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly GlueColumn[];
  /** One group per column. */
  readonly pattern: string;
}

const textTable = (
  format: LogFormat,
  { bucket, bySource }: RawTableOptions,
  { name, description, columns, pattern }: TextTable,
): GlueTable => ({
  name,
  description,
  columns,
  partitionKeys: [...(bySource ? [SOURCE_KEY] : []), ...PARTITION_KEYS].map((key) => ({
    name: key.name,
    type: key.type,
    comment: key.doc,
  })),
  location: `s3://${bucket}/${RAW_PREFIX}${format.table}/`,
  inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
  outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
  serializationLibrary: "org.apache.hadoop.hive.serde2.RegexSerDe",
  serdeParameters: { "serialization.format": "1", "input.regex": pattern },
});
