import { extname } from "node:path";
import { FILE_FORMATS, type FileFormat } from "../lake/save-rows";
import type { OutputFormat } from "../terminal/output-format";
import { usageError } from "../terminal/user-error";

/** Where the rows of an answer go. */
export type Sink =
  | { readonly kind: "stdout"; readonly format: OutputFormat }
  | { readonly kind: "file"; readonly format: FileFormat; readonly file: string; readonly isForced: boolean };

/** Options of the rows' destination. */
export interface SinkOptions {
  readonly format?: OutputFormat | FileFormat;
  readonly json: boolean;
  readonly output?: string;
  readonly force: boolean;
}

/** @throws UserError if there is no such format for the destination */
export function sinkOf({ json, output, force, format = json ? "json" : undefined }: SinkOptions): Sink {
  if (output === undefined) {
    if (format === "parquet" || format === "xlsx")
      throw usageError(`--format ${format} needs a file: --output FILE`);
    return { kind: "stdout", format: format ?? "table" };
  }
  const asked = format ?? extname(output).slice(1).toLowerCase();
  const known = FILE_FORMATS.find((one) => one === asked);
  if (known) return { kind: "file", format: known, file: output, isForced: force };
  throw usageError(
    `--output ${output}: name the file .csv, .json, .parquet or .xlsx, or set --format to one of these`,
  );
}
