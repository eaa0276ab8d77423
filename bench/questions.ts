import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ATHENA_USD_PER_TB } from "../cost/prices";
import { duckdbColumns } from "../formats/column-type";
import type { LogFormat } from "../formats/log-format";
import { PARTITION_KEYS, RAW_PREFIX } from "../formats/partition-layout";
import { sqlIdentifier, sqlString } from "../formats/render/sql-text";
import { ATHENA_FUNCTIONS } from "../lake/athena-functions";
import { count } from "../terminal/quantities";
import { ASKED, ASKED_DAY, type Asked } from "./asked";
import type { BenchOptions, Cell, Outcome, Table, Target } from "./benchmark";
import { sample, sizeText, withFolder } from "./data";
import { COMPARED, regexpRelation } from "./ingest-peers";
import { alternate, type Measured, runOnce, runsOf, spread } from "./measure";
import { runSql, type SqlResult } from "./run-sql";

const PROGRAM = join(__dirname, "cli", "access-logs.mjs");
/** Hours from 22:00 on: three of them are on the queried day. */
const HOURS = 5;
const FILES = 420;
const QUICK_FILES = 60;
/** The same logs in one storage layout. */
interface Store {
  readonly name: string;
  readonly relation: (format: LogFormat) => string;
  /** See `Contestant`. */
  readonly rounds?: number;
}

const ALL_TEXT = "gzip text";
const HIVE_TEXT = "gzip text by hour";
const OURS = "this project's lake";
const UPSTREAM = "Parquet as written by INSERT";

/** Questions to the same logs in four layouts: the bytes that each layout reads. */
export async function questions(options: BenchOptions): Promise<Outcome> {
  return withFolder("questions", async (root) => {
    const files = options.quick ? QUICK_FILES : FILES;
    const logs = await sample(join(root, "logs"), files, options.progress, { hours: HOURS });
    const lake = join(root, "lake");
    options.progress("making the lakes");
    runOnce([process.execPath, PROGRAM, "ingest", logs.folder, "--lake", lake]);
    mkdirSync(join(root, UPSTREAM_FOLDER));
    runSql({
      setup: [],
      statements: COMPARED.map((format) => writeUpstream(root, lake, format)),
    });
    const stores = storesIn(root, lake);
    const measured = await alternate(
      options.quick ? 1 : 3,
      stores.map((store) => ({ ...store, run: () => ask(store) })),
      options.progress,
    );
    return {
      input: `${sizeText(logs)}; asked about ${ASKED_DAY}, three hours of them. DuckDB reads all four, each in a process of its own; bytes and reads are those of its process. USD are what Athena would bill for as much text as makes 1 TB in the three hours' gzip files.`,
      tables: [bytesTable(measured), secondsTable(measured)],
      targets: targets(measured),
      notes: [
        `"${UPSTREAM}" is the output of most pipelines: Snappy, row groups of 122,880 rows, by hour, in the order of arrival.`,
        ...differences(measured),
      ],
    };
  });
}

function storesIn(root: string, lake: string): readonly Store[] {
  const text = (format: LogFormat) => join(lake, RAW_PREFIX, format.table, "**", "*.gz");
  const keys = PARTITION_KEYS.map(({ name }) => name);
  return [
    {
      name: ALL_TEXT,
      relation: (format) => withKeysOfTime(regexpRelation(format, text(format))),
      rounds: 0,
    },
    {
      name: HIVE_TEXT,
      // The questions also read the days before and after, for late files: the text is spared that.
      relation: (format) =>
        `SELECT * FROM (${regexpRelation(format, text(format), keys)}) WHERE dt = ${sqlString(ASKED_DAY)}`,
      rounds: 0,
    },
    {
      name: UPSTREAM,
      relation: ({ table }) => parquet(join(root, UPSTREAM_FOLDER, table)),
    },
    { name: OURS, relation: ({ table }) => ourRows(lake, table) },
  ];
}

/** Adds day and hour to text without partition folders, which must be read to find them. */
const withKeysOfTime = (relation: string): string =>
  `SELECT *, strftime(time, '%Y-%m-%d') AS dt, strftime(time, '%H') AS hour FROM (${relation})`;

const UPSTREAM_FOLDER = "upstream";

const parquet = (folder: string): string =>
  `SELECT * FROM read_parquet(${sqlString(join(folder, "**", "*.parquet"))}, hive_partitioning = true, hive_types_autocast = false)`;

const ourRows = (lake: string, table: string): string =>
  `${parquet(join(lake, "typed", table))} WHERE unparsed IS NULL`;

/** Like Hive's INSERT: partitioned by the keys, with the writer's default settings. */
function writeUpstream(root: string, lake: string, format: LogFormat): string {
  const columns = [...duckdbColumns(format), ...PARTITION_KEYS].map(({ name }) => sqlIdentifier(name));
  const keys = PARTITION_KEYS.map(({ name }) => name);
  return `COPY (SELECT ${columns.join(", ")} FROM (${ourRows(lake, format.table)}))
TO ${sqlString(join(root, UPSTREAM_FOLDER, format.table))}
(FORMAT parquet, COMPRESSION snappy, PARTITION_BY (${keys.join(", ")}), FILENAME_PATTERN 'part-{uuid}')`;
}

/** Setup of DuckDB for questions: nothing is cached between questions. */
export const QUESTION_SETUP: readonly string[] = [
  "SET enable_external_file_cache = false",
  ...ATHENA_FUNCTIONS.map((definition) => `CREATE MACRO ${definition}`),
];

/** Asks all questions once, in a DuckDB that has not read the store's files. */
function ask({ relation }: Store): readonly SqlResult[] {
  const views = COMPARED.map((format) => `CREATE VIEW ${format.table} AS ${relation(format)}`);
  return runSql({
    setup: [...QUESTION_SETUP, ...views],
    statements: ASKED.map(({ statement }) => statement),
  }).results;
}

const STORES = [ALL_TEXT, HIVE_TEXT, UPSTREAM, OURS];

/** Selects the runs' results for one question in one store. */
const of = (
  measured: Measured<readonly SqlResult[]>,
  store: string,
  index: number,
  value: (result: SqlResult) => number,
) => spread(runsOf(measured, store).flatMap((results) => results.slice(index, index + 1).map(value)));

const bytesOf = (measured: Measured<readonly SqlResult[]>, store: string, index: number): number =>
  of(measured, store, index, ({ readBytes }) => readBytes).median;

function bytesTable(measured: Measured<readonly SqlResult[]>): Table {
  return {
    title: "MB read, in so many reads, and USD for each TB of text",
    columns: ["question", ...STORES, "of the text by hour", "of INSERT's"],
    rows: ASKED.map(({ name }, index): Cell[] => {
      const bytes = (store: string) => bytesOf(measured, store, index);
      const cells = STORES.map((store) => {
        const reads = of(measured, store, index, (result) => result.reads).median;
        const dollars = (bytes(store) / bytes(HIVE_TEXT)) * ATHENA_USD_PER_TB;
        return `${(bytes(store) / 1e6).toFixed(2)} in ${count(reads)}, USD ${dollars.toFixed(2)}`;
      });
      const shares = [HIVE_TEXT, UPSTREAM].map((store) => `1/${(bytes(store) / bytes(OURS)).toFixed(1)}`);
      return [name, ...cells, ...shares];
    }),
  };
}

const secondsTable = (measured: Measured<readonly SqlResult[]>): Table => ({
  title: "Seconds",
  columns: ["question", ...STORES],
  rows: ASKED.map(({ name }, index) => [
    name,
    ...STORES.map((store) => of(measured, store, index, ({ seconds }) => seconds)),
  ]),
});

/** Targets are for the worst question. */
function targets(measured: Measured<readonly SqlResult[]>): Target[] {
  const least = (store: string) => {
    const shares = ASKED.map(({ name }, index) => ({
      name,
      value: bytesOf(measured, store, index) / bytesOf(measured, OURS, index),
    }));
    const worst = shares.reduce((a, b) => (b.value < a.value ? b : a));
    const met = (bound: number) => shares.filter(({ value }) => value >= bound).length;
    return { worst, met };
  };
  const goal = (store: string, atLeast: number, reason: string): Target => {
    const { worst, met } = least(store);
    return {
      kind: "goal",
      name: `bytes of ${store} to those of the lake`,
      value: worst.value,
      bound: { atLeast },
      unit: "x",
      detail: `"${worst.name}", the worst; ${met(atLeast)} of ${ASKED.length} questions keep the goal`,
      reason,
    };
  };
  return [
    goal(
      HIVE_TEXT,
      10,
      "Queries on complete URLs or addresses must read them; they rarely repeat, so they are a large part of the text, too",
    ),
    goal(
      UPSTREAM,
      2,
      "Both read the same columns, and in both most of these are codes of a dictionary: zstd saves a third of what Snappy leaves, and smaller row groups repeat their dictionaries",
    ),
  ];
}

/** @throws Error if the two typed stores, which hold the same rows, give different answers */
function differences(measured: Measured<readonly SqlResult[]>): string[] {
  const rows = (store: string, index: number) => JSON.stringify(runsOf(measured, store)[0]?.[index]?.rows);
  return ASKED.flatMap(({ name }: Asked, index) => {
    if (rows(UPSTREAM, index) !== rows(OURS, index))
      throw new Error(
        `${name}: the lakes answer differently:\n${rows(UPSTREAM, index)}\n${rows(OURS, index)}`,
      );
    return rows(HIVE_TEXT, index) === rows(OURS, index)
      ? []
      : [
          `"${name}": the text gives a slightly different answer: DuckDB drops lines that are not UTF-8, the lake keeps them.`,
        ];
  });
}
