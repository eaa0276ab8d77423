import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { FORMATS } from "../formats";
import type { LogFormat } from "../formats/log-format";
import { jsonAs } from "../handlers/core/json";
import { type LakeLayout, TYPED_PREFIX } from "./layout";
import { storedColumns } from "./no-rows";
import { lastTypedFile } from "./typed-files";
import { writeWhole } from "./write-whole";

/** Columns, with their types, that all Parquet files of a table have. */
const schema = z.record(z.string(), z.array(z.string()));
type CommonColumns = z.infer<typeof schema>;

/**
 * Notes which columns all files of each table have, before this version adds others. A table with files of which it was never
 * noted stays without: its files would have to be read. Call it only under the lake's lock.
 */
export async function noteCommonColumns(lake: LakeLayout): Promise<void> {
  const known = await readNote(lake);
  const next: CommonColumns = {};
  for (const format of Object.values(FORMATS)) {
    const common = known[format.table];
    const own = columnsOf(format);
    if (common) next[format.table] = own.filter((column) => common.includes(column));
    else if ((await lastTypedFile(join(lake.root, TYPED_PREFIX, format.table))) === undefined)
      next[format.table] = own;
  }
  const text = `${JSON.stringify(next)}\n`;
  if (text !== `${JSON.stringify(known)}\n`) await writeWhole(lake.columnsFile, text);
}

/** Makes a function that is true for a format if all files of its table have all of its columns. */
export async function commonColumns(lake: LakeLayout): Promise<(format: LogFormat) => boolean> {
  const known = await readNote(lake);
  return (format) => columnsOf(format).every((column) => known[format.table]?.includes(column));
}

const columnsOf = (format: LogFormat): string[] =>
  storedColumns(format).map(({ name, type }) => `${name} ${type}`);

const readNote = async ({ columnsFile }: LakeLayout): Promise<CommonColumns> =>
  jsonAs(schema, await readFile(columnsFile, "utf8").catch(() => "")) ?? {};
