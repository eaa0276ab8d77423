import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FormatId } from "../../formats";
import { FORMATS } from "../../formats";
import type { PrivacyOptions } from "../../formats/privacy";
import { queryLake } from "../../lake/query";
import { rowsOf } from "../helpers/lake";
import { runProgram } from "../helpers/run-program";
import type { LogFile } from "./log-files";
import { fileOf, selectList, type TableRow } from "./table-rows";
import { temporaryFolder } from "./temporary-folder";

/** The result of `access-logs ingest` for files: the engine must have the same. */
export interface LocalLake {
  readonly folder: string;
  rows(format: FormatId): Promise<TableRow[]>;
  /** Unparsed lines, with their file. */
  unparsed(format: FormatId): Promise<TableRow[]>;
  query(sql: string): Promise<TableRow[]>;
  /** Secret of its hashes. */
  salt(): string;
}

const OPTIONS: Readonly<Record<keyof PrivacyOptions, string>> = {
  clientIps: "--client-ips",
  queryStrings: "--query-strings",
  cookies: "--cookies",
};

/** @param bucket the names of files in the lake depend on it */
export async function localLake(
  bucket: string,
  files: readonly LogFile[],
  privacy: Partial<PrivacyOptions> = {},
): Promise<LocalLake> {
  const root = temporaryFolder("lake");
  const [logs, folder] = [join(root, bucket), join(root, "lake")];
  for (const { key, body } of files) {
    mkdirSync(dirname(join(logs, key)), { recursive: true });
    writeFileSync(join(logs, key), body);
  }
  const names = Object.keys(OPTIONS) as (keyof PrivacyOptions)[];
  const options = names.flatMap((name) => [OPTIONS[name], privacy[name] ?? "keep"]);
  const { status, stderr } = await runProgram(["ingest", logs, "--lake", folder, ...options]);
  if (status !== 0) throw new Error(stderr);
  const query = (sql: string) => queryLake(folder, sql, rowsOf);
  return {
    folder,
    query,
    rows: async (format) =>
      (await query(`SELECT ${selectList(format)} FROM ${FORMATS[format].table}`)).map(comparable),
    unparsed: async (format) =>
      (await query(`SELECT line, log_file FROM ${FORMATS[format].table}_unparsed`)).map(comparable),
    salt: () => readFileSync(join(folder, ".privacy-salt"), "utf8").trim(),
  };
}

const comparable = (row: TableRow): TableRow => ({ ...row, log_file: fileOf(row.log_file) });
