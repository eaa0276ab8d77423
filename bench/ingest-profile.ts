import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type DuckdbEngine, openDuckdb } from "../lake/duckdb-engine";
import { WRITE_SETTINGS } from "../lake/parquet-layout";
import { sum } from "../terminal/quantities";
import { type BenchOptions, type Cell, NOTHING, type Outcome, type Table } from "./benchmark";
import { type Bucket, bucketOf, sizeOf } from "./bucket";
import { logFiles, sample, withFolder } from "./data";
import { type Candidate, candidates } from "./ingest-candidates";
import {
  copyStages,
  FORMAT_LIST,
  parquetStages,
  readTexts,
  type Stage,
  type Step,
  textStages,
} from "./ingest-stages";
import { alternate, type Contestant, type Measured, runOnce, runsOf, spread } from "./measure";

const PROGRAM = join(__dirname, "cli", "access-logs.mjs");
const WHOLE = "access-logs ingest, all of it";
const REST = "the rest: start of programs, listing, records, waiting threads";
const FILES = 500;
const QUICK_FILES = 20;
/** Of a day, because the hours of a night have less. */
const HOURS = 24;
const ROUNDS = 3;
const QUICK_LINES = 200;

/**
 * CPU time of each step of `ingest` alone, and of other ways to do a step, on the same logs. CPU seconds and not
 * seconds, because the steps of several files run at the same time.
 */
export async function ingestProfile(options: BenchOptions): Promise<Outcome> {
  return withFolder("profile", async (root) => {
    const { quick, progress } = options;
    const sizes = { hours: HOURS, ...(quick ? { lines: QUICK_LINES } : {}) };
    const all = await sample(join(root, "logs"), quick ? QUICK_FILES : FILES, progress, sizes);
    const logs = bucketOf(root, "both", all, FORMAT_LIST);
    const engine = await openDuckdb(WRITE_SETTINGS);
    try {
      const { stages, others } = await stepsOf(engine, root, logs);
      const measured = await alternate<Cost>(
        quick ? 1 : ROUNDS,
        [
          { name: WHOLE, run: () => ingestInto(logs.folder, mkdtempSync(join(root, "lake-"))) },
          ...stages.flatMap(({ limit, ...stage }) => [stage, ...(limit ? [limit] : [])]).map(contestantOf),
          ...others.map(contestantOf),
        ],
        progress,
      );
      return {
        input: `${sizeOf(logs)}, of ${FORMAT_LIST.map(({ id }) => id).join(" and ")}. Each step runs alone, on data in memory or in the system's cache; the least that a step could take is measured in the same run.`,
        tables: tablesOf(measured, stages, others, logs.bytes / 1e9),
        targets: [],
        notes: ["What was decided on these numbers: docs/adr/0037-where-the-time-of-an-ingest-goes.md."],
      };
    } finally {
      engine.close();
    }
  });
}

interface Steps {
  readonly stages: readonly Stage[];
  readonly others: readonly Candidate[];
}

async function stepsOf(engine: DuckdbEngine, root: string, { folder }: Bucket): Promise<Steps> {
  const texts = readTexts(
    FORMAT_LIST.flatMap((format) => logFiles(folder, [format]).map((file) => ({ format, file }))),
  );
  const stages = [...copyStages(root, texts), ...textStages(texts), ...parquetStages(root, texts)];
  for (const { prepare, run } of stages) {
    prepare?.();
    await run();
  }
  return { stages, others: await candidates(engine, root, texts) };
}

interface Cost {
  readonly cpuSeconds: number;
}

const ingestInto = (logs: string, lake: string): Cost =>
  runOnce([process.execPath, PROGRAM, "ingest", logs, "--lake", lake, "--json"]);

const contestantOf = (step: Step): Contestant<Cost> => ({
  ...step,
  run: () => costOf(step),
});

/** CPU time of a step, with that of all threads of this process. */
async function costOf({ prepare, run }: Step): Promise<Cost> {
  prepare?.();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return { cpuSeconds: (user + system) / 1e6 };
}

function tablesOf(
  measured: Measured<Cost>,
  stages: readonly Stage[],
  others: readonly Candidate[],
  gigabytes: number,
): readonly Table[] {
  const costOfName = (name: string) =>
    spread(runsOf(measured, name).map(({ cpuSeconds }) => cpuSeconds / gigabytes));
  const all = costOfName(WHOLE).median;
  const share = (cost: number) => `${Math.round((100 * cost) / all)} %`;
  const rest = all - sum(stages.map(({ name }) => costOfName(name).median));
  return [
    {
      title: "CPU seconds for each GB of text",
      columns: ["step", "CPU s", "share", "the least, CPU s", "the least"],
      rows: [
        [WHOLE, costOfName(WHOLE), share(all), NOTHING, NOTHING],
        ...stages.map(({ name, limit }): Cell[] => [
          name,
          costOfName(name),
          share(costOfName(name).median),
          ...(limit ? [costOfName(limit.name), limit.name] : [NOTHING, NOTHING]),
        ]),
        [REST, rest, share(rest), NOTHING, NOTHING],
      ],
    },
    {
      title: "Other ways, CPU seconds for each GB of text",
      columns: ["way", "in place of", "CPU s", "in place of CPU s"],
      rows: others.map(({ name, replaces }) => [name, replaces, costOfName(name), costOfName(replaces)]),
    },
  ];
}
