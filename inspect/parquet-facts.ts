import { join } from "node:path";
import type { Partition } from "../formats/partition-layout";
import { sqlString } from "../formats/render/sql-text";
import { QueryFailedError } from "../handlers/core/errors";
import type { DuckdbEngine } from "../lake/duckdb-engine";
import { readRecords } from "../lake/file-records";

/** One Parquet file of a typed table. */
export interface ParquetFacts {
  /** Path below the lake. */
  readonly path: string;
  /** Partition of its folder. */
  readonly partition: Partition;
  readonly modified: Date;
  readonly content:
    | { readonly kind: "unreadable"; readonly reason: string }
    | {
        readonly kind: "read";
        readonly columns: ReadonlyMap<string, string>;
        /** Logs whose lines it holds; empty if the needed columns are missing. */
        readonly logs: readonly LogRows[];
        /** Names of the log files that it records, also those without lines of their own. */
        readonly recorded: readonly string[];
      };
}

/** Rows of one log file in a Parquet file. */
interface LogRows {
  /** Key of the file below `raw/`. */
  readonly key: string;
  readonly rows: number;
  readonly unparsed: number;
}

/** Columns of every commit in addition to the format's columns. */
export const COMMIT_COLUMNS = ["log_file", "unparsed"] as const;

/** @param isDeep reads every value, not only what is needed */
export async function readParquet(
  engine: DuckdbEngine,
  root: string,
  path: string,
  isDeep: boolean,
): Promise<ParquetFacts["content"]> {
  const relation = `read_parquet(${sqlString(join(root, path))}, hive_partitioning = false)`;
  try {
    const described = await engine.rows(`DESCRIBE SELECT * FROM ${relation}`);
    const columns = new Map(described.map(([name, type]) => [String(name), String(type)]));
    if (isDeep) await engine.rows(`SELECT bit_xor(hash(file)) FROM ${relation} AS file`);
    const isCommit = COMMIT_COLUMNS.every((name) => columns.has(name));
    const records = (await readRecords(engine, [join(root, path)])).values();
    return {
      kind: "read",
      columns,
      logs: isCommit ? await logsOf(engine, relation) : [],
      recorded: [...records].flat().map(({ name }) => name),
    };
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    return { kind: "unreadable", reason: firstLine(error.reason) };
  }
}

async function logsOf(engine: DuckdbEngine, relation: string): Promise<LogRows[]> {
  const rows = await engine.rows(
    `SELECT log_file, count(*) FILTER (unparsed IS NULL), count(unparsed) FROM ${relation} GROUP BY log_file`,
  );
  return rows.map(([key, count, unparsed]) => ({
    key: String(key),
    rows: Number(count),
    unparsed: Number(unparsed),
  }));
}

const firstLine = (text: string): string => text.split("\n")[0] ?? text;
