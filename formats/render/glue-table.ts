import { typeNameOf } from "../column-type";
import type { DeliveredSource } from "../configured-source";
import { deliveredKeysOf } from "../delivered-layout";
import {
  columnsByPosition,
  deliveredLinesTableOf,
  deliveredTableOf,
  type LogFormat,
  linesTableOf,
  rawTableOf,
} from "../log-format";
import { partitionKeysOf, RAW_PREFIX } from "../partition-layout";
import { JSON_COLUMN } from "./json-sql";
import { renderRawPattern } from "./line-pattern";

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
  textTable({
    name: rawTableOf(format),
    description: `${format.title}: raw table`,
    ...rowsOf(format),
    ...movedFiles(format, options),
  });

/** A table over the same files with one column, the complete line: it shows unparsed lines. */
export const linesGlueTable = (format: LogFormat, options: RawTableOptions): GlueTable =>
  textTable({
    name: linesTableOf(format),
    description: `${format.title}: line by line`,
    ...LINES,
    ...movedFiles(format, options),
  });

/**
 * The raw table and the table of lines over files where AWS delivers them. Every partition is added with its location.
 *
 * @param sources the sources of this format that are read as delivered
 * @throws Error without sources, or if the files of the format cannot be read as delivered
 */
export function deliveredGlueTables(
  format: LogFormat,
  sources: readonly Pick<DeliveredSource, "bucket" | "prefix">[],
): { readonly rows: GlueTable; readonly lines: GlueTable } {
  const { delivered, title } = format;
  const [first] = sources;
  if (delivered.kind === "flat" || !first) throw new Error(`${title}: no files are read as delivered`);
  const files = {
    partitionKeys: deliveredKeysOf(delivered),
    location: `s3://${first.bucket}/${first.prefix}`,
  };
  return {
    rows: textTable({
      name: deliveredTableOf(format),
      description: `${title}: raw table over the files as delivered`,
      ...rowsOf(format),
      ...files,
    }),
    lines: textTable({
      name: deliveredLinesTableOf(format),
      description: `${title}: line by line, over the files as delivered`,
      ...LINES,
      ...files,
    }),
  };
}

interface TextTable {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly GlueColumn[];
  /** One group per column. */
  readonly pattern: string;
  readonly partitionKeys: readonly { readonly name: string; readonly type: string; readonly doc: string }[];
  readonly location: string;
}

const rowsOf = (format: LogFormat): Pick<TextTable, "columns" | "pattern"> => ({
  columns: [
    ...columnsByPosition(format).map((column) => ({
      name: column.name,
      type: typeNameOf("text", format, column),
      comment: column.doc,
    })),
    ...(format.json ? [namedLine(format)] : []),
  ],
  pattern: renderRawPattern(format),
});

const namedLine = ({ tabs }: LogFormat): GlueColumn => ({
  name: JSON_COLUMN,
  type: "string",
  comment: `The whole line, if it begins like a JSON object${tabs ? " or has tabs" : ""}: all other columns are then NULL`,
});

const LINES: Pick<TextTable, "columns" | "pattern"> = {
  columns: [{ name: "line", type: "string", comment: "The whole line, as delivered" }],
  pattern: "(.*)",
};

const movedFiles = (
  { table }: LogFormat,
  { bucket, bySource }: RawTableOptions,
): Pick<TextTable, "partitionKeys" | "location"> => ({
  partitionKeys: partitionKeysOf(bySource),
  location: `s3://${bucket}/${RAW_PREFIX}${table}/`,
});

const textTable = ({
  name,
  description,
  columns,
  pattern,
  partitionKeys,
  location,
}: TextTable): GlueTable => ({
  name,
  description,
  columns,
  partitionKeys: partitionKeys.map((key) => ({ name: key.name, type: key.type, comment: key.doc })),
  location,
  inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
  outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
  serializationLibrary: "org.apache.hadoop.hive.serde2.RegexSerDe",
  serdeParameters: { "serialization.format": "1", "input.regex": pattern },
});
