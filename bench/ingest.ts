import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LogFormat } from "../formats/log-format";
import { count, counted } from "../terminal/quantities";
import { type BenchOptions, type Cell, NOTHING, type Outcome, type Table, type Target } from "./benchmark";
import { type Bucket, bucketOf, joinedFiles, sizeOf } from "./bucket";
import {
  hoursOf,
  LINES_PER_FILE,
  linkFiles,
  logFiles,
  type Sample,
  sample,
  sizeText,
  withFolder,
  writeFileList,
} from "./data";
import {
  type Answer,
  answerOf,
  answerSql,
  CHDB,
  COMPARED,
  contestantOf,
  decompressors,
  GOACCESS,
  type Logs,
  type Reader,
  type Reading,
  readers,
  runZcat,
  ZCAT,
} from "./ingest-peers";
import { alternate, type Measured, ratio, runOnce, runsOf, spread } from "./measure";

const PROGRAM = join(__dirname, "cli", "access-logs.mjs");
const OURS = "access-logs ingest";
const FILES = 1000;
const QUICK_FILES = 50;
const LARGE_FILES = 10_000;
/** The same text in ten times as many files. */
const SMALLER = 10;
const ROUNDS = 3;

/** Reasons for missed goals. */
const REASONS = {
  zcat: "Splitting lines and writing about 40 typed columns takes several times the CPU of decompression",
  names:
    "The lines are sorted by the hours of their times, and compressed, before they are read as those of other files are",
  files: "Each file is copied, listed, opened and recorded, however small it is",
  goaccess: "GoAccess writes one report and stores no rows; it skips load balancer lines of IPv6 clients",
  chdb: "chdb computes three numbers and writes nothing; ingest writes every column to Parquet",
} as const;
/** Explanations of different answers of other readers. */
const DIFFERENCES = [
  "Answers are compared with ours, which equal the expected values of the sample.",
  "Programs that split lines at spaces count some damaged lines as requests; DuckDB's readers drop lines that are not UTF-8, and read_csv drops lines after an open quote; GoAccess rejects load balancer lines of IPv6 clients.",
] as const;

/**
 * The complete ingest of text into the typed lake, compared with other readers of the same files, and with
 * only unpacking them.
 */
export async function ingest(options: BenchOptions): Promise<Outcome> {
  return withFolder("ingest", async (root) => {
    const files = options.quick ? QUICK_FILES : FILES;
    const logs = await sample(join(root, "logs"), files, options.progress);
    const both = bucketOf(root, "both", logs, COMPARED);
    const parts = [await whole(both, options), await otherFiles(logs, both, files, options)];
    for (const format of COMPARED) parts.push(await oneFormat(root, logs, format, options));
    if (options.large) {
      rmSync(logs.folder, { recursive: true });
      const large = await sample(logs.folder, LARGE_FILES, options.progress);
      parts.push(await whole(bucketOf(root, "large", large, COMPARED), options));
    }
    return {
      input: `${sizeText(logs)}; of these, the logs of ${COMPARED.map(({ id }) => id).join(" and ")}. Each run creates a new lake and syncs it to the disk.`,
      tables: parts.map(({ table }) => table),
      targets: parts.flatMap(({ targets }) => targets),
      notes: [...DIFFERENCES, ...new Set(parts.flatMap(({ notes }) => notes))],
    };
  });
}

interface Part {
  readonly table: Table;
  readonly targets: readonly Target[];
  readonly notes: readonly string[];
}

/** Both formats together, against the limit. */
async function whole(logs: Bucket, options: BenchOptions): Promise<Part> {
  const others = decompressors(logs.list, options);
  const size = sizeOf(logs);
  const measured = await measure(
    { name: OURS, run: () => ingestInto(logs.folder, newLake(logs.root)) },
    others,
    options.quick ? 1 : ROUNDS,
    options,
  );
  const [ours, zcat] = [runsOf(measured, OURS), runsOf(measured, ZCAT)];
  const against = { name: `ingest of ${size} against ${ZCAT}`, ...timeRatio(ours, zcat) };
  const worst = {
    ...against,
    name: `${against.name}, in the slowest of ${counted(ours.length, "run")}`,
    value: ratio(secondsOf(ours), secondsOf(zcat)).max,
  };
  return {
    table: tableOf(`Both formats, ${size}`, measured, others, logs.bytes, logs.rows),
    targets: [
      { kind: "limit", ...worst, bound: { atMost: 1.5 } },
      { kind: "goal", ...against, bound: { atMost: 1.2 }, reason: REASONS.zcat },
      {
        kind: "goal",
        name: `CPU of ingest of each GB, of ${size}`,
        value: spread(ours.map(({ cpuSeconds }) => cpuSeconds)).median / (logs.bytes / 1e9),
        bound: { atMost: 9 },
        unit: "s",
        reason: REASONS.zcat,
      },
      {
        kind: "limit",
        name: `memory of ingest of ${size}`,
        value: spread(ours.map(({ peakMiB }) => peakMiB)).median,
        bound: { atMost: 400 },
        unit: "MiB",
      },
    ],
    notes: [],
  };
}

/** The same formats in files of a tenth of the size, and in a few without AWS's names. */
async function otherFiles(
  sampled: Sample,
  usual: Bucket,
  files: number,
  options: BenchOptions,
): Promise<Part> {
  const logs = await sample(join(usual.root, "small-logs"), SMALLER * files, options.progress, {
    lines: LINES_PER_FILE / SMALLER,
    hours: hoursOf(files),
  });
  const small = bucketOf(usual.root, "small", logs, COMPARED);
  const joined = joinedFiles(sampled, usual, COMPARED);
  const contestants = [usual, small, joined].flatMap((bucket) => [
    { name: sizeOf(bucket), run: () => ingestInto(bucket.folder, newLake(usual.root)) },
    { name: zcatOf(bucket), run: () => runZcat(bucket.list) },
  ]);
  const measured = await alternate<Reading>(options.quick ? 1 : ROUNDS, contestants, options.progress);
  const ingested = runsOf(measured, sizeOf(small));
  const secondsPerGb = (bucket: Bucket, runs: readonly Reading[]) =>
    secondsOf(runs).map((seconds) => seconds / (bucket.bytes / 1e9));
  return {
    table: {
      title: "Both formats, in larger and in smaller files, and in a few that were joined and renamed",
      columns: ["text", "reader", "s", "CPU s", "s for each GB"],
      rows: [usual, small, joined].flatMap((bucket) =>
        [
          { reader: OURS, name: sizeOf(bucket) },
          { reader: ZCAT, name: zcatOf(bucket) },
        ].map(({ reader, name }): Cell[] => {
          const runs = runsOf(measured, name);
          const cpu = runs.map(({ cpuSeconds }) => cpuSeconds);
          return [
            sizeOf(bucket),
            reader,
            spread(secondsOf(runs)),
            spread(cpu),
            spread(secondsPerGb(bucket, runs)),
          ];
        }),
      ),
    },
    targets: [
      {
        kind: "limit",
        name: `ingest of ${sizeOf(small)} against ${ZCAT}`,
        ...timeRatio(ingested, runsOf(measured, zcatOf(small))),
        bound: { atMost: 1.5 },
      },
      {
        kind: "goal",
        name: `time for each byte of ${sizeOf(small)} against ${counted(usual.files, "file")}`,
        value: ratio(secondsPerGb(small, ingested), secondsPerGb(usual, runsOf(measured, sizeOf(usual))))
          .median,
        bound: { atMost: 1.3 },
        unit: "x",
        reason: REASONS.files,
      },
      {
        kind: "goal",
        name: `ingest of ${sizeOf(joined)} without AWS's names against ${ZCAT}`,
        ...timeRatio(runsOf(measured, sizeOf(joined)), runsOf(measured, zcatOf(joined))),
        bound: { atMost: 1.5 },
        reason: REASONS.names,
      },
    ],
    notes: [],
  };
}

const zcatOf = (bucket: Bucket): string => `${ZCAT}, ${sizeOf(bucket)}`;

/** One format, against programs that read one format at a time. */
async function oneFormat(
  root: string,
  sampled: Sample,
  format: LogFormat,
  options: BenchOptions,
): Promise<Part> {
  const logs: Logs = {
    format,
    folder: join(root, format.id),
    list: join(root, `${format.id}.list`),
    scratch: root,
  };
  const { folder: bucket, bytes, rows } = bucketOf(root, `of-${format.id}`, sampled, [format]);
  writeFileList(
    logs.list,
    linkFiles(logFiles(bucket, [format]), (_, index) =>
      join(logs.folder, `${String(index).padStart(6, "0")}.gz`),
    ),
  );
  const others = readers(logs, options);
  const measured = await measure(
    {
      name: OURS,
      run: () => {
        const lake = newLake(root);
        return { ...ingestInto(bucket, lake), answer: askLake(lake, format) };
      },
    },
    others,
    options.quick ? 1 : ROUNDS,
    options,
  );
  const ours = runsOf(measured, OURS);
  if (ours[0]?.answer?.requests !== rows) {
    throw new Error(`${format.table}: ${rows} rows were written, ${ours[0]?.answer?.requests} were found`);
  }
  return {
    table: tableOf(`${format.title}, ${(bytes / 1e9).toFixed(2)} GB`, measured, others, bytes, rows),
    targets: [
      ...versus(measured, ZCAT, (peer) => ({
        name: `ingest of ${format.id} against ${ZCAT}`,
        ...timeRatio(ours, peer),
        bound: { atMost: 1.5 },
        reason: REASONS.zcat,
      })),
      ...versus(measured, GOACCESS, (peer) => ({
        name: `ingest of ${format.id} against GoAccess`,
        ...timeRatio(peer, ours),
        bound: { atLeast: 10 },
        reason: REASONS.goaccess,
      })),
      ...versus(measured, CHDB, (peer) => ({
        name: `ingest of ${format.id} against chdb`,
        ...timeRatio(ours, peer),
        bound: { atMost: 1.5 },
        reason: REASONS.chdb,
      })),
    ],
    notes: attendance(measured, others),
  };
}

/**
 * All lakes are deleted at the end: a deletion between runs would slow the next run down, as file systems
 * delay the reuse of freed space.
 */
const newLake = (root: string): string => mkdtempSync(join(root, "lake-"));

const ingestInto = (logs: string, lake: string): Reading =>
  runOnce([process.execPath, PROGRAM, "ingest", logs, "--lake", lake, "--json"]);

function askLake(lake: string, format: LogFormat): Answer {
  const query = answerSql(format, format.table);
  const { output } = runOnce([process.execPath, PROGRAM, "query", query, "--lake", lake, "--format", "csv"]);
  return answerOf(output.trim().split("\n").at(-1)?.split(",") ?? []);
}

/** Measures our reader and the available others. */
const measure = (
  ours: { readonly name: string; readonly run: () => Reading },
  others: readonly Reader[],
  rounds: number,
  { progress }: BenchOptions,
): Promise<Measured<Reading>> =>
  alternate<Reading>(rounds, [ours, ...others.flatMap((reader) => contestantOf(reader) ?? [])], progress);

const secondsOf = (runs: readonly Reading[]): number[] => runs.map(({ seconds }) => seconds);

const timeRatio = (runs: readonly Reading[], others: readonly Reading[]) => ({
  value: ratio(secondsOf(runs), secondsOf(others)).median,
  unit: "x",
  detail: [runs, others].map((of) => `${spread(secondsOf(of)).median.toFixed(2)} s`).join(" to "),
});

/** A goal that only applies if the other reader is available. */
function versus(
  measured: Measured<Reading>,
  name: string,
  goal: (peer: readonly Reading[]) => Omit<Target, "kind">,
): Target[] {
  const peer = measured.get(name);
  return peer === undefined || peer instanceof Error ? [] : [{ kind: "goal", ...goal(peer) }];
}

function tableOf(
  title: string,
  measured: Measured<Reading>,
  others: readonly Reader[],
  bytes: number,
  rows: number,
): Table {
  const ours = runsOf(measured, OURS);
  const row = (name: string, makes: string): Cell[] => {
    const runs = runsOf(measured, name);
    const median = spread(secondsOf(runs)).median;
    return [
      name,
      makes,
      spread(secondsOf(runs)),
      spread(runs.map(({ cpuSeconds }) => cpuSeconds)),
      Math.round(spread(runs.map(({ peakMiB }) => peakMiB)).median),
      Math.round(bytes / median / 1e6),
      Math.round(rows / median / 1000),
      ratio(secondsOf(runs), secondsOf(ours)),
      difference(runs[0]?.answer, ours[0]?.answer),
    ];
  };
  const there = others.filter(({ name }) => measured.has(name) && !(measured.get(name) instanceof Error));
  return {
    title,
    columns: ["reader", "makes", "s", "CPU s", "peak MiB", "MB/s", "1,000 rows/s", "time of ours", "answer"],
    rows: [row(OURS, "the typed lake"), ...there.map(({ name, makes }) => row(name, makes))],
  };
}

/** Difference between a reader's answer and the expected one. */
function difference(answer: Answer | undefined, ours: Answer | undefined): string {
  if (answer === undefined || ours === undefined) return NOTHING;
  const parts = (["requests", "bytes", "errors"] as const).flatMap((key) => {
    const more = answer[key] - ours[key];
    return more === 0 ? [] : [`${more > 0 ? "+" : "-"}${count(Math.abs(more))} ${key}`];
  });
  return parts.length === 0 ? "the same" : parts.join(", ");
}

/** Versions of the contestants, and the reasons why others are missing. */
const attendance = (measured: Measured<Reading>, others: readonly Reader[]): string[] => {
  const versions = others.flatMap(({ peer }) => ("path" in peer ? [peer.version] : []));
  const absent = others.flatMap(({ name, peer }) => {
    if ("skipped" in peer) return [`skipped ${name}: ${peer.skipped}`];
    const runs = measured.get(name);
    return runs instanceof Error ? [`${name} failed: ${runs.message.slice(0, 300)}`] : [];
  });
  return [`Compared with ${[...new Set(versions)].join(", ")}.`, ...absent];
};
