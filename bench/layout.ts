import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { alb } from "../formats/alb";
import { sqlString } from "../formats/render/sql-text";
import { ASKED, ASKED_DAY } from "./asked";
import type { BenchOptions, Outcome } from "./benchmark";
import { sample, sizeText, withFolder } from "./data";
import { type Run, runOnce, spread } from "./measure";
import { QUESTION_SETUP } from "./questions";
import { runSql, type SqlResult } from "./run-sql";

const PROGRAM = join(__dirname, "cli", "access-logs.mjs");
/** Busy hours: their files hold about as many rows as the largest row group. */
const HOURS = 3;
const FILES = 420;
const QUICK_FILES = 60;
const ROUNDS = 2;

/** How an hour's rows may be written. */
interface Layout {
  readonly name: string;
  /** Column that the rows are ordered by; the order of arrival if none is named. */
  readonly order?: string;
  readonly rowGroupRows: number;
  /** Options of DuckDB's `COPY ... (FORMAT parquet)`. @see https://duckdb.org/docs/stable/data/parquet/overview */
  readonly options: string;
}

const ZSTD = "COMPRESSION zstd, COMPRESSION_LEVEL 1";
/** One setting is varied at a time, from the layout that is used; then those that matter together. */
const USED = { rowGroupRows: 10_240, options: ZSTD };
/** DuckDB's own number. */
const LARGE_GROUPS = { rowGroupRows: 122_880, options: ZSTD };
const LAYOUTS: readonly Layout[] = [
  { name: "as used: 10,240 rows a group, zstd 1, order of arrival", ...USED },
  { name: "2,048 rows a group", ...USED, rowGroupRows: 2048 },
  { name: "30,720 rows a group", ...USED, rowGroupRows: 30_720 },
  { name: "122,880 rows a group", ...LARGE_GROUPS },
  { name: "zstd 3", ...USED, options: "COMPRESSION zstd, COMPRESSION_LEVEL 3" },
  { name: "zstd 9", ...USED, options: "COMPRESSION zstd, COMPRESSION_LEVEL 9" },
  { name: "Snappy", ...USED, options: "COMPRESSION snappy" },
  {
    name: "dictionaries of any size",
    ...USED,
    options: `${ZSTD}, DICTIONARY_SIZE_LIMIT ${USED.rowGroupRows}`,
  },
  { name: "no dictionaries", ...USED, options: `${ZSTD}, DICTIONARY_SIZE_LIMIT 1` },
  { name: "by time", ...USED, order: "time" },
  { name: "by client, then time", ...USED, order: "client_ip, time" },
  { name: "122,880 rows a group, by time", ...LARGE_GROUPS, order: "time" },
  { name: "122,880 rows a group, by client, then time", ...LARGE_GROUPS, order: "client_ip, time" },
  {
    name: "122,880 rows a group, no bloom filters",
    ...LARGE_GROUPS,
    options: `${ZSTD}, WRITE_BLOOM_FILTER false`,
  },
  { name: "122,880 rows a group, Snappy", ...LARGE_GROUPS, options: "COMPRESSION snappy" },
];

/** What the settings of the Parquet files cost and save. */
export async function layout(options: BenchOptions): Promise<Outcome> {
  return withFolder("layout", async (root) => {
    const files = options.quick ? QUICK_FILES : FILES;
    const logs = await sample(join(root, "logs"), files, options.progress, { hours: HOURS });
    const lake = join(root, "lake");
    runOnce([process.execPath, PROGRAM, "ingest", logs.folder, "--lake", lake]);
    const written = LAYOUTS.map((candidate) => {
      options.progress(candidate.name);
      return { ...candidate, ...writeAndAsk(root, lake, candidate, options.quick ? 1 : ROUNDS) };
    });
    const asked = ASKED_HERE.map(({ name }) => name);
    return {
      input: `Load balancer logs of ${sizeText(logs)}: a file an hour, each written again from the lake's rows by one DuckDB. The questions are those of "questions", about all hours.`,
      tables: [
        {
          title: "Writing, and MB read for each question",
          columns: ["layout", "size, MB", "write, CPU s", "most MiB", ...asked],
          rows: written.map(({ name, bytes, writes, results }) => [
            name,
            bytes / 1e6,
            spread(writes.map(({ cpuSeconds }) => cpuSeconds)),
            Math.round(Math.max(...writes.map(({ peakMiB }) => peakMiB))),
            ...results.map(({ readBytes }) => readBytes / 1e6),
          ]),
        },
      ],
      targets: [],
      notes: [],
    };
  });
}

const ASKED_HERE = ASKED.filter(({ format }) => format === alb.id);

interface Written {
  readonly bytes: number;
  readonly writes: readonly Run[];
  readonly results: readonly SqlResult[];
}

function writeAndAsk(
  root: string,
  lake: string,
  { order, rowGroupRows, options }: Layout,
  rounds: number,
): Written {
  const folder = join(root, "candidate");
  mkdirSync(folder, { recursive: true });
  const hours = readdirSync(join(lake, "typed", alb.table), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".parquet"))
    .map((name) => name.slice(0, name.lastIndexOf("/")));
  const copies = [...new Set(hours)].map((hour, index) => {
    const rows = sqlString(join(lake, "typed", alb.table, hour, "*.parquet"));
    return `COPY (SELECT * FROM read_parquet(${rows}, hive_partitioning = false)${order ? ` ORDER BY ${order}` : ""})
TO ${sqlString(join(folder, `${index}.parquet`))} (FORMAT parquet, ROW_GROUP_SIZE ${rowGroupRows}, ${options})`;
  });
  const writes = Array.from({ length: rounds }, () => runSql({ setup: [], statements: copies }));
  // All rows are of the day that is asked about: what a layout saves is not what partitions save.
  const view = `CREATE VIEW ${alb.table} AS SELECT *, '${ASKED_DAY}' AS dt, strftime(time, '%H') AS hour
FROM read_parquet(${sqlString(join(folder, "*.parquet"))}) WHERE unparsed IS NULL`;
  const { results } = runSql({
    setup: [...QUESTION_SETUP, view],
    statements: ASKED_HERE.map(({ statement }) => statement),
  });
  const bytes = readdirSync(folder).reduce((total, name) => total + statSync(join(folder, name)).size, 0);
  return { bytes, writes, results };
}
