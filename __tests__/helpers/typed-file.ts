import { join } from "node:path";
import type { LogFormat } from "../../formats/log-format";
import { spoolFiles } from "../../lake/spool-files";
import { endFile } from "../../lake/typed-file";

/** Writes the rows of log files to a Parquet file, as a commit does. @returns its path */
export async function typedFile(
  format: LogFormat,
  folder: string,
  names: readonly string[],
): Promise<string> {
  const file = join(folder, "typed.parquet");
  const { written } = await spoolFiles({ table: format.table, folder, names, target: { file, prefix: "" } });
  await endFile({ file, written }, format, {});
  return file;
}
