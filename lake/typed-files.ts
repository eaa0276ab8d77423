import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { PARTITION_KEYS } from "../formats/partition-layout";
import { codeOf } from "../handlers/core/errors";

/** Hexadecimal digits of a commit's id. */
export const ID_DIGITS = 16;

/** Name of the Parquet file of a commit. */
export const typedName = (id: string): string => `${id}.parquet`;

const [DT, HOUR] = PARTITION_KEYS;

/** A name in the tables, as a regular expression and as a pattern of DuckDB. */
interface NamePattern {
  readonly regexp: RegExp;
  readonly glob: string;
}

const patternOf = (start: string, character: string, lengths: readonly number[], end = ""): NamePattern => ({
  regexp: new RegExp(
    `^${start}${lengths.map((length) => `${character}{${length}}`).join("-")}${end.replace(".", "\\.")}$`,
  ),
  glob: `${start}${lengths.map((length) => character.repeat(length)).join("-")}${end}`,
});

const FILE = patternOf("", "[0-9a-f]", [ID_DIGITS], typedName(""));
/** The folders and the file below a table. */
const LEVELS = [
  patternOf(`${DT.name}=`, "[0-9]", [4, 2, 2]),
  patternOf(`${HOUR.name}=`, "[0-9]", [2]),
  FILE,
] as const;

/**
 * True for the name of a Parquet file that a commit wrote. All others are no rows: a copy of a file or a folder that
 * somebody made in a table must not double its rows.
 */
export const isTypedName = (name: string): boolean => FILE.regexp.test(name);

/** DuckDB's pattern of a table's Parquet files, below the folder of the table. */
export const TYPED_GLOB: readonly string[] = LEVELS.map(({ glob }) => glob);

/** The last Parquet file of a table in the order of names: one of the newest hour; nothing for a table without rows. */
export const lastTypedFile = (table: string): Promise<string | undefined> => lastBelow(table, LEVELS);

async function lastBelow(
  folder: string,
  [level, ...deeper]: readonly NamePattern[],
): Promise<string | undefined> {
  if (level === undefined) return statSync(folder, { throwIfNoEntry: false })?.isFile() ? folder : undefined;
  const names = (await entriesOf(folder)).map(({ name }) => name).filter((name) => level.regexp.test(name));
  for (const name of names.sort().reverse()) {
    const found = await lastBelow(join(folder, name), deeper);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A folder that does not exist is empty. */
export async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return [];
    throw error;
  }
}
