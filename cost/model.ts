import { DAY_SECONDS } from "../formats/time";
import { FILES_PER_NOTE } from "../handlers/core/arrival-notes";
import { MAX_EXACT_STATEMENTS, MAX_RANGES } from "../handlers/core/plan-commits";
import { CREATE_PARTITION, MAINTAIN, MEMORY_MIB, MOVE, TRANSFORM } from "../pipeline/sizing";
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
  /** Each note is read by the run that commits its files. */
  readsPerNote: 1,
  /** `create-partition`: a list of the table's notes; without typed tables, one of old markers, too. */
  createPartitionRun: { writes: 1, reads: 0 },
  /** `maintain-lake`: a list of the table's commits. */
  maintainRun: { writes: 1, reads: 0 },
  /** Metrics of the functions, each billed for the hours in which it is published. */
  metrics: { move: 4, transform: 6 },
} as const;

/** Alarms and dashboards of a stack with one source, by design. */
export const WATCHERS = {
  text: { alarms: 16, dashboards: 1 },
  typed: { alarms: 33, dashboards: 1 },
  projected: { alarms: 26, dashboards: 1 },
} as const;

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
const MIB_PER_CPU = 1769;
/** Measured CPU time to move one file in a batch of a thousand; a share of a CPU takes longer. */
const MOVE_CPU_SECONDS = 0.0017;
/** Three sequential rounds of requests, even for few files. */
const MOVE_MIN_SECONDS = 0.1;
/** Assumed, because they depend on Athena: seconds that a function waits for statements. */
const COMMIT_SECONDS = 10;
const ADD_PARTITIONS_SECONDS = 10;
const MAINTAIN_SECONDS = 120;
const IDLE_SECONDS = 0.3;
/** Log volume of an invocation: its metrics. */
const LOG_GB_PER_INVOCATION = 1e-6;

/** Lambda polls a queue with five readers, each for up to twenty seconds. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const QUEUE_READERS = 5;
const LONG_POLL_SECONDS = 20;
/** Messages in one DeleteMessageBatch. */
const QUEUE_BATCH = 10;

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
}

const monthOf = ({ filesPerDay, gbPerDay, daysKept }: Load): Month => ({
  files: filesPerDay * DAYS_PER_MONTH,
  gb: gbPerDay * DAYS_PER_MONTH,
  keptGb: gbPerDay * daysKept,
  commitsPerHour: Math.min(TRANSFORM.perHour, filesPerDay / HOURS_PER_DAY),
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

/**
 * Notes that `move-access-logs` writes in a month: at least one per invocation, and one per hundred files.
 */
export const moveNotes = (files: number): number => {
  const invocations = moveInvocations(files);
  return invocations * Math.ceil(files / invocations / FILES_PER_NOTE);
};

/** New files that the statements of a run name one by one. */
const MAX_NAMED = MAX_EXACT_STATEMENTS * MAX_RANGES;

/**
 * Share of an hour's committed files that a commit reads again. A statement names its files one by one, up to
 * a limit; for more files, it names ranges of keys, and also reads the files in between.
 *
 * In the worst case, keys start with the hour and a hash, so the gaps between them are distributed exponentially. The ranges join keys with
 * the longest common prefixes, in whole characters: this covers less than joining random gaps, and more than
 * joining the smallest ones. The mean of both is close to the planner's result.
 *
 * @param newFiles new files of one statement and hour
 */
export function shareReadAgain(newFiles: number): number {
  if (newFiles <= MAX_NAMED) return 0;
  const apart = Math.min(1, MAX_RANGES / newFiles);
  const byAnyGaps = 1 - apart;
  const bySmallestGaps = 1 - apart * (1 - Math.log(apart));
  return (byAnyGaps + bySmallestGaps) / 2;
}

/** How many times the commits of an hour read each byte of its text. */
export const commitScans = (commitsPerHour: number, filesPerCommit: number): number =>
  1 + (shareReadAgain(filesPerCommit) * (Math.max(1, commitsPerHour) - 1)) / 2;

/**
 * How many times the text is read to count unparsed lines. Statements that read only new files need no count: their
 * statistics show that there are none, in the usual case. Statements that read other files, too, need one.
 */
export const countScans = (commitsPerHour: number, filesPerCommit: number): number =>
  filesPerCommit > MAX_NAMED ? commitScans(commitsPerHour, filesPerCommit) : 0;

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

function partitionItems(tables: number): Item[] {
  const runs = CREATE_PARTITION.perHour * hoursPerMonth;
  return [
    ...scheduledItems("partitions", runs, runs * ADD_PARTITIONS_SECONDS),
    item(
      "partitions: requests",
      "s3Writes",
      runs * (REQUESTS.createPartitionRun.writes + tables * WRITES_PER_STATEMENT),
    ),
  ];
}

function tableItems({ files, gb, commitsPerHour }: Month): Item[] {
  const runs = TRANSFORM.perHour * hoursPerMonth;
  const commits = commitsPerHour * hoursPerMonth;
  const scans = commitScans(commitsPerHour, files / commits);
  const counts = countScans(commitsPerHour, files / commits);
  const nights = MAINTAIN.perDay * DAYS_PER_MONTH;
  const { transformRun, transformCommit, readsPerNote, maintainRun } = REQUESTS;
  return [
    ...scheduledItems("commit", runs, runs * IDLE_SECONDS + commits * COMMIT_SECONDS),
    item(
      "commit: writes",
      "s3Writes",
      runs * transformRun.writes +
        commits * (transformCommit.writes + WRITES_PER_COMMIT + WRITES_PER_STATEMENT),
    ),
    item(
      "commit: reads",
      "s3Reads",
      runs * transformRun.reads +
        commits * transformCommit.reads +
        moveNotes(files) * readsPerNote +
        files * (scans + counts),
    ),
    item("commit: scan of the text", "athenaScan", tbScanned(gb * scans, commits)),
    item("commit: count of the text", "athenaScan", counts > 0 ? tbScanned(gb * counts, commits) : 0),
    ...scheduledItems("maintain", nights * MAINTAIN.runsPerNight, nights * MAINTAIN_SECONDS),
    item("maintain: writes", "s3Writes", nights * maintainRun.writes),
    item("maintain: merge of small files", "athenaScan", tbScanned(gb * TABLE_PER_TEXT, nights)),
  ];
}

const storedText = ({ keptGb }: Month): Item => item("storage: text", "s3Storage", keptGb);
const storedTable = ({ keptGb }: Month, ratio: number): Item =>
  item("storage: table", "s3Storage", keptGb * ratio);

function watchItems(design: keyof typeof WATCHERS): Item[] {
  const { move, transform } = REQUESTS.metrics;
  return [
    item("watch: metrics", "metrics", design === "text" ? move : move + transform),
    item("watch: alarms", "alarms", WATCHERS[design].alarms),
    item("watch: dashboard", "dashboards", WATCHERS[design].dashboards),
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

/** AWS's own delivery as Parquet under Hive-style keys. */
const vendedItems = (month: Month): Item[] => [
  item("delivery", "vendedLogs", month.gb * PLAIN_PER_TEXT),
  item("delivery: writes", "s3Writes", month.files),
  storedTable(month, TABLE_PER_TEXT),
];

/** The designs of this project, and alternatives. */
export const DESIGNS = {
  text: {
    title: "text only",
    items: (month: Month) => [
      ...moveItems(month),
      ...partitionItems(1),
      storedText(month),
      ...watchItems("text"),
    ],
  },
  typed: {
    title: "typed tables",
    items: (month: Month) => [
      ...moveItems(month),
      ...partitionItems(2),
      ...tableItems(month),
      storedText(month),
      storedTable(month, TABLE_PER_TEXT),
      ...watchItems("typed"),
    ],
  },
  projected: {
    title: "typed tables, projected partitions",
    items: (month: Month) => [
      ...moveItems(month),
      ...tableItems(month),
      storedText(month),
      storedTable(month, TABLE_PER_TEXT),
      ...watchItems("projected"),
    ],
  },
  sample: { title: "AWS sample", items: sampleItems },
  vended: { title: "AWS's own delivery", items: vendedItems },
} as const;
export type DesignName = keyof typeof DESIGNS;
export const DESIGN_NAMES = Object.keys(DESIGNS) as DesignName[];

/** The monthly bill of a design. Queries are not included: Athena bills each by its scanned bytes. */
export function billOf(design: DesignName, load: Load): Bill {
  const items = DESIGNS[design].items(monthOf(load)).filter(({ quantity }) => quantity > 0);
  return { design, items, usd: sum(items.map(({ usd }) => usd)) };
}
