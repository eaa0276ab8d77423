import { DAY_MS, DAY_SECONDS } from "../formats/time";
import { FILES_PER_NOTE } from "../handlers/core/arrival-notes";
import { MAX_EXPECTED_FILES } from "../handlers/core/expected-files";
import { LOOK_BACK_MS } from "../handlers/core/find-delivered";
import { COMPARED_DAYS } from "../handlers/core/reconcile";
import { CREATE_PARTITION, MAINTAIN, MEMORY_MIB, MOVE, REPORT, TRANSFORM } from "../pipeline/sizing";
import { sum } from "../terminal/quantities";
import { ATHENA_MIN_BYTES, BYTES_PER_TB, PRICES, usdOf } from "./prices";

/** Volume of logs, and their retention. */
export interface Load {
  /** Log files per day. */
  readonly filesPerDay: number;
  /** GB per day as delivered, compressed. */
  readonly gbPerDay: number;
  /** Days that the text and the table are kept. */
  readonly daysKept: number;
  /**
   * Days of the daily report.
   *
   * @default - no report
   */
  readonly reportDays?: number;
  /**
   * Sources: each is watched.
   *
   * @default - one for each format
   */
  readonly sources?: number;
  /**
   * Formats of the sources: each has its tables.
   *
   * @default 1
   */
  readonly formats?: number;
}

/** One line of a bill. */
export interface Item {
  readonly name: string;
  readonly quantity: number;
  readonly price: keyof typeof PRICES;
  readonly usd: number;
}

/** Monthly bill of one design. */
export interface Bill {
  readonly design: string;
  readonly items: readonly Item[];
  readonly usd: number;
}

export const DAYS_PER_MONTH = 30;
const HOURS_PER_DAY = 24;

/**
 * Requests and statements of the handlers: a test runs the handlers and counts them.
 *
 * @see __tests__/cost/cost.test.ts
 */
export const REQUESTS = {
  /** `move-access-logs`: for each file a copy; deletes are free. */
  copiesPerFile: 1,
  /** `transform-partition`: lists of old markers, the table's commits and its notes, even without work. */
  transformRun: { writes: 3, reads: 0 },
  /** ... and for a commit: another list of commits, and the records of its start, its end and its unparsed lines. */
  transformCommit: { writes: 4, reads: 0 },
  /**
   * `transform-partition` for a source that is read as delivered, per run: lists of its folders (each level, and the
   * groups in a day's folder), and its position.
   */
  listing: { folders: 4, position: { writes: 1, reads: 1 } },
  /** Each note is read by the run that commits its files. */
  readsPerNote: 1,
  /** `create-partition`: a list of the table's notes; without typed tables, one of old markers, too. */
  createPartitionRun: { writes: 1, reads: 0 },
  /** `maintain-lake`: lists of the records, notes, rejected files and days, and what the reconciliation remembers. */
  maintainRun: { writes: 7, reads: 1 },
  /** `make-report` of a table: its statements; a list of the rejected files and of the reports, and the pages. */
  reportRun: { statements: 11, writes: 4, reads: 0 },
  /** Metrics of the functions, each billed for the hours in which it is published. */
  metrics: {
    move: { once: 2, perSource: 2, perTable: 0 },
    transform: { once: 4, perSource: 0, perTable: 2 },
    listing: { once: 0, perSource: 2, perTable: 0 },
  },
} as const;

/**
 * Alarms and dashboards of a stack with one source, by design, and the alarms in addition for each further source, and for each
 * further format.
 */
export const WATCHERS = {
  text: { alarms: 16, dashboards: 1, perSource: 1, perFormat: 0 },
  typed: { alarms: 33, dashboards: 1, perSource: 1, perFormat: 2 },
  delivered: { alarms: 28, dashboards: 1, perSource: 1, perFormat: 2 },
} as const;
/** Alarms of the daily report in addition. */
export const REPORT_ALARMS = 7;

/** Size of a typed table relative to the gzip text: measured on generated logs of both formats. */
export const TABLE_PER_TEXT = 0.67;
/** Size of unsorted Snappy Parquet, by the same measurement. */
const SNAPPY_PER_TEXT = 1.1;
/** Size of the uncompressed text, by the same measurement. */
const PLAIN_PER_TEXT = 5;

/**
 * Lambda provides one full CPU at this memory.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const MIB_PER_CPU = 1769;
/** Measured CPU time to move one file in a batch of a thousand; a share of a CPU takes longer. */
const MOVE_CPU_SECONDS = 0.0017;
/** Three sequential rounds of requests, even for few files. */
const MOVE_MIN_SECONDS = 0.1;
/** Assumed, because they depend on Athena: seconds that a function waits for statements. */
const COMMIT_SECONDS = 10;
const ADD_PARTITIONS_SECONDS = 10;
const MAINTAIN_SECONDS = 120;
const REPORT_SECONDS = 60;
const IDLE_SECONDS = 0.3;
/** Log volume of an invocation: its metrics. */
const LOG_GB_PER_INVOCATION = 1e-6;

/** Lambda polls a queue with five readers, each for up to twenty seconds. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const QUEUE_READERS = 5;
const LONG_POLL_SECONDS = 20;
/** Messages in one DeleteMessageBatch. */
const QUEUE_BATCH = 10;

/** CPU time to read the answer to a LIST request with a thousand keys, measured by `npm run bench -- listing`. */
const LIST_CPU_SECONDS = 0.03;
/** Keys in one answer to a LIST request. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const KEYS_PER_LIST = 1000;

/** Data file, manifest, manifest list and metadata; and Athena's objects with a statement's results. */
const WRITES_PER_COMMIT = 4;
const WRITES_PER_STATEMENT = 2;

/** A load per month, with numbers derived from the schedules. */
interface Month {
  readonly files: number;
  readonly gb: number;
  readonly keptGb: number;
  /** Runs per hour that find new files. */
  readonly commitsPerHour: number;
  readonly reportDays: number;
  readonly sources: number;
  /** One for each format. */
  readonly tables: number;
}

const monthOf = ({
  filesPerDay,
  gbPerDay,
  daysKept,
  reportDays = 0,
  formats = 1,
  sources = formats,
}: Load): Month => ({
  files: filesPerDay * DAYS_PER_MONTH,
  gb: gbPerDay * DAYS_PER_MONTH,
  keptGb: gbPerDay * daysKept,
  commitsPerHour: Math.min(TRANSFORM.perHour * formats, filesPerDay / HOURS_PER_DAY),
  reportDays,
  sources,
  tables: formats,
});

const hoursPerMonth = HOURS_PER_DAY * DAYS_PER_MONTH;

/**
 * Invocations of `move-access-logs` in a month: for full batches, or each time a poller's batch window ends.
 */
export const moveInvocations = (files: number): number =>
  Math.max(
    files / MOVE.batchSize,
    Math.min(files, QUEUE_READERS * (DAY_SECONDS / MOVE.batchWindowSeconds) * DAYS_PER_MONTH),
  );

/** Seconds that one function needs to move this many files. */
export const moveSeconds = (files: number): number =>
  Math.max(MOVE_MIN_SECONDS, (files * MOVE_CPU_SECONDS * MIB_PER_CPU) / MEMORY_MIB);

/** Seconds that one function needs to read the answers to this many LIST requests. */
export const listSeconds = (requests: number): number =>
  (requests * LIST_CPU_SECONDS * MIB_PER_CPU) / MEMORY_MIB;

/**
 * Notes that `move-access-logs` writes in a month: at least one per invocation, and one per hundred files.
 */
export const moveNotes = (files: number): number => {
  const invocations = moveInvocations(files);
  return invocations * Math.ceil(files / invocations / FILES_PER_NOTE);
};

const item = (name: string, price: keyof typeof PRICES, quantity: number): Item => ({
  name,
  quantity,
  price,
  usd: usdOf(PRICES[price], quantity),
});

const tbScanned = (gb: number, statements: number): number =>
  Math.max(gb * 1e9, statements * ATHENA_MIN_BYTES) / BYTES_PER_TB;

function moveItems({ files }: Month): Item[] {
  const invocations = moveInvocations(files);
  const seconds = invocations * moveSeconds(files / invocations);
  const idlePolls = (QUEUE_READERS * DAY_SECONDS * DAYS_PER_MONTH) / LONG_POLL_SECONDS;
  return [
    item("move: copies", "s3Writes", REQUESTS.copiesPerFile * files),
    item("move: notes", "s3Writes", moveNotes(files)),
    // S3's message is billed to the queue; in the worst case, each is received alone.
    item("move: queue", "sqsRequests", idlePolls + files * (1 + 1 + 1 / QUEUE_BATCH)),
    item("move: invocations", "lambdaInvocations", invocations),
    item("move: run time", "lambdaArm", (seconds * MEMORY_MIB) / 1024),
    item("move: log", "functionLogs", invocations * LOG_GB_PER_INVOCATION),
  ];
}

function scheduledItems(name: string, runs: number, seconds: number): Item[] {
  return [
    item(`${name}: invocations`, "lambdaInvocations", runs),
    item(`${name}: schedule`, "schedulerInvocations", runs),
    item(`${name}: run time`, "lambdaArm", (seconds * MEMORY_MIB) / 1024),
    item(`${name}: log`, "functionLogs", runs * LOG_GB_PER_INVOCATION),
  ];
}

/** @param writes requests of a run */
const partitionItems = ({ tables }: Month, writes: number): Item[] => {
  const runs = CREATE_PARTITION.perHour * hoursPerMonth;
  return [
    ...scheduledItems("partitions", runs, runs * tables * ADD_PARTITIONS_SECONDS),
    item("partitions: requests", "s3Writes", runs * tables * (REQUESTS.createPartitionRun.writes + writes)),
  ];
};

/** Where the typed tables' files are read. */
type Layout = "hive" | "as-delivered";

const transformRuns = TRANSFORM.perHour * hoursPerMonth;
const nights = MAINTAIN.perDay * DAYS_PER_MONTH;

/** LIST requests for all of these keys. */
const listsOf = (keys: number): number => Math.max(1, keys / KEYS_PER_LIST);

/**
 * Keys in the folders that a commit lists, on average. A statement lists its partitions completely. The first commit of
 * an hour or a day reads the end of the one before, too.
 */
function keysInFolders(filesPerDay: number, layout: Layout): number {
  const [perFolder, commits] =
    layout === "hive"
      ? [filesPerDay / HOURS_PER_DAY, TRANSFORM.perHour]
      : [filesPerDay, TRANSFORM.perHour * HOURS_PER_DAY];
  return perFolder * (0.5 + 1 / commits);
}

/** The listings of new files, instead of events and copies. */
function listingItems({ files, sources }: Month): Item[] {
  const filesPerDay = files / DAYS_PER_MONTH;
  const lookedAt = (filesPerDay * LOOK_BACK_MS) / DAY_MS;
  const { folders, position } = REQUESTS.listing;
  const notes = Math.max(Math.min(transformRuns, files), files / FILES_PER_NOTE);
  const listings = transformRuns * sources;
  const lists = listings * (folders + listsOf(lookedAt / sources));
  return [
    item("list: new files", "s3Writes", lists),
    item("list: positions", "s3Writes", listings * position.writes),
    item("list: reads", "s3Reads", listings * position.reads),
    item("list: notes", "s3Writes", notes),
    item("list: run time", "lambdaArm", (listSeconds(lists) * MEMORY_MIB) / 1024),
  ];
}

function tableItems({ files, gb, commitsPerHour, tables }: Month, layout: Layout): Item[] {
  const commits = commitsPerHour * hoursPerMonth;
  const filesPerDay = files / DAYS_PER_MONTH;
  const notes = layout === "hive" ? moveNotes(files) : Math.max(commits, files / FILES_PER_NOTE);
  const { transformRun, transformCommit, readsPerNote, maintainRun } = REQUESTS;
  // Each table is maintained by a run of its own.
  const maintained = nights * tables;
  return [
    ...scheduledItems("commit", transformRuns, transformRuns * IDLE_SECONDS + commits * COMMIT_SECONDS),
    item(
      "commit: writes",
      "s3Writes",
      transformRuns * tables * transformRun.writes +
        commits * (transformCommit.writes + WRITES_PER_COMMIT + WRITES_PER_STATEMENT),
    ),
    item(
      "commit: Athena's lists",
      "s3Writes",
      commits * listsOf(keysInFolders(filesPerDay / tables, layout)),
    ),
    item(
      "commit: reads",
      "s3Reads",
      transformRuns * tables * transformRun.reads +
        commits * transformCommit.reads +
        notes * readsPerNote +
        files,
    ),
    item("commit: scan of the text", "athenaScan", tbScanned(gb, commits)),
    ...scheduledItems("maintain", maintained * MAINTAIN.runsPerNight, maintained * MAINTAIN_SECONDS),
    item("maintain: writes", "s3Writes", maintained * maintainRun.writes),
    item(
      "maintain: reconciliation",
      "s3Writes",
      maintained * listsOf(Math.min((filesPerDay / tables) * COMPARED_DAYS, MAX_EXPECTED_FILES)),
    ),
    item("maintain: merge of small files", "athenaScan", tbScanned(gb * TABLE_PER_TEXT, maintained)),
  ];
}

/** Each statement reads only its columns: the scan is less. */
function reportItems({ gb, reportDays, tables }: Month): Item[] {
  if (reportDays === 0) return [];
  const runs = REPORT.perDay * DAYS_PER_MONTH;
  const { statements: perTable, writes } = REQUESTS.reportRun;
  const statements = perTable * tables;
  return [
    ...scheduledItems("report", runs, runs * REPORT_SECONDS),
    item("report: writes", "s3Writes", runs * (writes + statements * WRITES_PER_STATEMENT)),
    item(
      "report: scan of the table, at most",
      "athenaScan",
      tbScanned(gb * TABLE_PER_TEXT * reportDays * perTable, runs * statements),
    ),
    item("report: alarms", "alarms", REPORT_ALARMS),
  ];
}

const storedText = ({ keptGb }: Month): Item => item("storage: text", "s3Storage", keptGb);
const storedTable = ({ keptGb }: Month, ratio: number): Item =>
  item("storage: table", "s3Storage", keptGb * ratio);

function watchItems(design: keyof typeof WATCHERS, { sources, tables }: Month): Item[] {
  const { move, transform, listing } = REQUESTS.metrics;
  const functions = { text: [move], typed: [move, transform], delivered: [transform, listing] }[design];
  const metrics = functions.map(
    ({ once, perSource, perTable }) => once + perSource * sources + perTable * tables,
  );
  const { alarms, dashboards, perSource, perFormat } = WATCHERS[design];
  return [
    item("watch: metrics", "metrics", sum(metrics)),
    item("watch: alarms", "alarms", alarms + perSource * (sources - 1) + perFormat * (tables - 1)),
    item("watch: dashboard", "dashboards", dashboards),
  ];
}

/**
 * The AWS sample: a function invoked per file, an hourly one for partitions, an hourly one that copies an
 * hour to Parquet.
 */
function sampleItems(month: Month): Item[] {
  const MEMORY_GB = 128 / 1024;
  /**
   * Measured on a full CPU: 60 ms of waiting and 6.7 ms of computing, which takes longer on a share of a CPU.
   */
  const secondsPerFile = 0.06 + (0.0067 * MIB_PER_CPU) / 128;
  const hourly = 2 * hoursPerMonth;
  return [
    item("move: copies", "s3Writes", month.files),
    item("move: invocations", "lambdaInvocations", month.files),
    item("move: run time", "lambdaX86", month.files * secondsPerFile * MEMORY_GB),
    item("move: log", "functionLogs", month.files * LOG_GB_PER_INVOCATION),
    item("transform: invocations", "lambdaInvocations", hourly),
    item("transform: run time", "lambdaX86", hourly * COMMIT_SECONDS * MEMORY_GB),
    item("transform: writes", "s3Writes", hourly * WRITES_PER_STATEMENT),
    item("transform: reads", "s3Reads", month.files),
    item("transform: scan of the text", "athenaScan", tbScanned(month.gb, hoursPerMonth)),
    storedText(month),
    storedTable(month, SNAPPY_PER_TEXT),
  ];
}

/** AWS's own delivery, billed by the text before compression. */
const deliveryItems = (month: Month): Item[] => [
  item("delivery", "vendedLogs", month.gb * PLAIN_PER_TEXT),
  item("delivery: writes", "s3Writes", month.files),
];

/** AWS's own delivery to a stream that writes Parquet. */
const streamItems = ({ gb }: Month): Item[] => [
  item("delivery", "vendedLogs", gb * PLAIN_PER_TEXT),
  item("stream", "firehose", gb * PLAIN_PER_TEXT),
  item("stream: Parquet", "firehoseToParquet", gb * PLAIN_PER_TEXT),
];

/** The designs of this project, and alternatives. */
export const DESIGNS = {
  text: {
    title: "text only",
    items: (month: Month) => [
      ...moveItems(month),
      ...partitionItems(month, WRITES_PER_STATEMENT),
      storedText(month),
      ...watchItems("text", month),
    ],
  },
  typed: {
    title: "typed tables",
    items: (month: Month) => [
      ...moveItems(month),
      ...partitionItems(month, 2 * WRITES_PER_STATEMENT),
      ...tableItems(month, "hive"),
      ...reportItems(month),
      storedText(month),
      storedTable(month, TABLE_PER_TEXT),
      ...watchItems("typed", month),
    ],
  },
  delivered: {
    title: "typed tables, read as delivered",
    items: (month: Month) => [
      ...listingItems(month),
      ...tableItems(month, "as-delivered"),
      ...reportItems(month),
      storedText(month),
      storedTable(month, TABLE_PER_TEXT),
      ...watchItems("delivered", month),
    ],
  },
  sample: { title: "AWS sample", items: sampleItems },
  vendedText: {
    title: "AWS's own delivery, text",
    items: (month: Month) => [...deliveryItems(month), storedText(month)],
  },
  vendedParquet: {
    title: "AWS's own delivery, Parquet",
    items: (month: Month) => [...deliveryItems(month), storedTable(month, TABLE_PER_TEXT)],
  },
  firehose: {
    title: "AWS's own delivery, Firehose",
    items: (month: Month) => [...streamItems(month), storedTable(month, TABLE_PER_TEXT)],
  },
} as const;
export type DesignName = keyof typeof DESIGNS;
export const DESIGN_NAMES = Object.keys(DESIGNS) as DesignName[];

/** The monthly bill of a design. Queries are not included: Athena bills each by its scanned bytes. */
export function billOf(design: DesignName, load: Load): Bill {
  const items = DESIGNS[design].items(monthOf(load)).filter(({ quantity }) => quantity > 0);
  return { design, items, usd: sum(items.map(({ usd }) => usd)) };
}
