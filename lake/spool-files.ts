import { closeSync, openSync } from "node:fs";
import { sep } from "node:path";
import { formatOfTable } from "../formats";
import { messageOf } from "../handlers/core/errors";
import { type RowGroups, startRowGroups, type WrittenRows } from "./parquet/row-groups";
import { rowSource } from "./row-source";
import { rowWriter } from "./row-writer";
import { SmallTexts } from "./small-texts";
import { type Spooled, spoolFile, spoolText } from "./spool";
import { isStorageFull } from "./storage-full";

/** Files of one table to read, in order. */
export interface SpoolTask {
  readonly table: string;
  readonly folder: string;
  readonly names: readonly string[];
  /** Where their rows go. @default - nowhere: the files are only read */
  readonly target?: {
    readonly file: string;
    /** What stands before a file's name in the column `log_file`. */
    readonly prefix: string;
  };
}

export type FileOutcome = Spooled | { readonly kind: "failed"; readonly reason: string };

export interface SpooledFiles {
  /** Outcomes of the files, in order. */
  readonly outcomes: readonly FileOutcome[];
  /** The row groups of all rows, also of files that turned out to be incomplete. */
  readonly written: WrittenRows;
}

/**
 * Reads files, and writes their rows as row groups of a Parquet file, which then lacks its footer. A file that cannot
 * be read does not stop the others.
 *
 * @throws Error if the rows cannot be written, e.g. because the disk is full
 */
export async function spoolFiles(task: SpoolTask): Promise<SpooledFiles> {
  const output = task.target && openSync(task.target.file, "w");
  try {
    const groups = await startRowGroups(output, rowSource(formatOfTable(task.table)));
    const outcomes = await spoolAll(task, groups);
    return { outcomes, written: groups.end() };
  } finally {
    if (output !== undefined) closeSync(output);
  }
}

async function spoolAll(
  { table, folder, names, target }: SpoolTask,
  groups: RowGroups,
): Promise<FileOutcome[]> {
  const format = formatOfTable(table);
  const outcomes: FileOutcome[] = [];
  const paths = names.map((name) => folder + sep + name);
  const texts = new SmallTexts(paths);
  for (const [index, path] of paths.entries()) {
    if (target) groups.startFile(target.prefix + names[index]);
    try {
      const small = texts.of(index);
      const writer = rowWriter(format, groups);
      outcomes.push(small ? spoolText(small, writer) : await spoolFile(path, writer));
    } catch (error) {
      if (isStorageFull(error) || groups.isBroken) throw error;
      outcomes.push({ kind: "failed", reason: messageOf(error) });
    }
  }
  return outcomes;
}
