import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { alb } from "../formats/alb";
import { sqlString } from "../formats/render/sql-text";
import { LAKE_PARQUET, type ParquetLayout, parquetOptions, WRITE_SETTINGS } from "../lake/parquet-layout";
import { ASKED, ASKED_DAY } from "./asked";
import type { BenchOptions, Outcome } from "./benchmark";
import { sample, sizeText, withFolder } from "./data";
import { type Run, runOnce, spread } from "./measure";
import { QUESTION_SETUP } from "./questions";
import { runSql, type SqlResult } from "./run-sql";

/** The format whose logs are written and asked. */
const FORMAT = alb;

const PROGRAM = join(__dirname, "cli", "access-logs.mjs");
/** Busy hours, whose files have about as many rows as the largest row group. */
const HOURS = 3;
const FILES = 420;
const QUICK_FILES = 60;
const ROUNDS = 2;

/** A way to write an hour's rows. */
interface Layout extends ParquetLayout {
  readonly name: string;
  /** Column that the rows are ordered by; default: the order of arrival. */
  readonly order?: string;
}

const zstd = (level: number) => ({ compression: { codec: "zstd" as const, level } });
const SNAPPY = { compression: { codec: "snappy" as const } };
const ANY_LENGTH = 1 << 30;
const rowGroups = (rowGroupRows: number) => ({ rowGroupRows });
/** DuckDB's defaults. */
const LARGE_GROUPS = {
  ...LAKE_PARQUET,
  rowGroupRows: 122_880,
  dictionaryValues: 24_576,
  dictionaryBytes: ANY_LENGTH,
};
/** Varies one setting of the used layout at a time, and then combinations that matter. */
const LAYOUTS: readonly Layout[] = [
  { name: "as used", ...LAKE_PARQUET },
  { name: "2,048 rows a group", ...LAKE_PARQUET, ...rowGroups(2048) },
  { name: "4,096 rows a group", ...LAKE_PARQUET, ...rowGroups(4096) },
  { name: "16,384 rows a group", ...LAKE_PARQUET, ...rowGroups(16_384) },
  { name: "30,720 rows a group", ...LAKE_PARQUET, ...rowGroups(30_720) },
  { name: "zstd 3", ...LAKE_PARQUET, ...zstd(3) },
  { name: "zstd 9", ...LAKE_PARQUET, ...zstd(9) },
  { name: "Snappy", ...LAKE_PARQUET, ...SNAPPY },
  { name: "no dictionaries", ...LAKE_PARQUET, dictionaryValues: 1 },
  { name: "dictionaries of up to 2,000 values", ...LAKE_PARQUET, dictionaryValues: 2000 },
  { name: "dictionaries of any size", ...LAKE_PARQUET, dictionaryValues: LAKE_PARQUET.rowGroupRows },
  { name: "dictionaries of any length", ...LAKE_PARQUET, dictionaryBytes: ANY_LENGTH },
  { name: "by time", ...LAKE_PARQUET, order: "time" },
  { name: "by client, then time", ...LAKE_PARQUET, order: "client_ip, time" },
  { name: "122,880 rows a group", ...LARGE_GROUPS },
  { name: "122,880 rows a group, by time", ...LARGE_GROUPS, order: "time" },
  { name: "122,880 rows a group, by client, then time", ...LARGE_GROUPS, order: "client_ip, time" },
  { name: "122,880 rows a group, Snappy", ...LARGE_GROUPS, ...SNAPPY },
];
const WRITE_SETUP = Object.entries(WRITE_SETTINGS).map(([name, value]) => `SET ${name} = ${value}`);

/** Costs and savings of the Parquet settings. */
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
      notes: [`As used: ${parquetOptions(LAKE_PARQUET)}, in the order of arrival.`],
    };
  });
}

const ASKED_HERE = ASKED.filter(({ format }) => format === FORMAT.id);

interface Written {
  readonly bytes: number;
  readonly writes: readonly Run[];
  readonly results: readonly SqlResult[];
}

function writeAndAsk(root: string, lake: string, layout: Layout, rounds: number): Written {
  const folder = join(root, "candidate");
  mkdirSync(folder, { recursive: true });
  const hours = readdirSync(join(lake, "typed", FORMAT.table), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".parquet"))
    .map((name) => name.slice(0, name.lastIndexOf("/")));
  const copies = [...new Set(hours)].map((hour, index) => {
    const rows = sqlString(join(lake, "typed", FORMAT.table, hour, "*.parquet"));
    return `COPY (SELECT * FROM read_parquet(${rows}, hive_partitioning = false)${layout.order ? ` ORDER BY ${layout.order}` : ""})
TO ${sqlString(join(folder, `${index}.parquet`))} ${parquetOptions(layout)}`;
  });
  const writes = Array.from({ length: rounds }, () => runSql({ setup: WRITE_SETUP, statements: copies }));
  // All rows are of the queried day, so that partitions do not contribute to the savings.
  const view = `CREATE VIEW ${FORMAT.table} AS SELECT *, '${ASKED_DAY}' AS dt, strftime(time, '%H') AS hour
FROM read_parquet(${sqlString(join(folder, "*.parquet"))}) WHERE unparsed IS NULL`;
  const { results } = runSql({
    setup: [...QUESTION_SETUP, view],
    statements: ASKED_HERE.map(({ statement }) => statement),
  });
  const bytes = readdirSync(folder).reduce((total, name) => total + statSync(join(folder, name)).size, 0);
  return { bytes, writes, results };
}
