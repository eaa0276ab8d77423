import { appendFile, writeFile } from "node:fs/promises";
import type { LogFormat } from "../formats/log-format";
import { storedColumns } from "./no-rows";
import { footerOf, HEAD } from "./parquet/parquet-file";
import type { TypedRows } from "./spooled-batch";

type Metadata = Readonly<Record<string, string>>;

/** Ends a Parquet file whose row groups are written. */
export const endFile = ({ file, written }: TypedRows, format: LogFormat, metadata: Metadata): Promise<void> =>
  appendFile(file, footerOf(storedColumns(format), written.rowGroups, written.rows, metadata));

/** Writes a Parquet file without rows. */
export const writeEmpty = (file: string, format: LogFormat, metadata: Metadata): Promise<void> =>
  writeFile(file, Buffer.concat([HEAD, footerOf(storedColumns(format), [], 0, metadata)]));
