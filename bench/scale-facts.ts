import { KEYS_PER_LIST, listSeconds, moveSeconds } from "../cost/function-time";
import { DAY_MS, DAY_SECONDS } from "../formats/time";
import { LOOK_BACK_MS } from "../handlers/core/find-delivered";
import { LISTING_SHARE } from "../handlers/core/note-delivered";
import { MAX_BYTES } from "../handlers/core/plan-commits";
import { MOVE, TRANSFORM } from "../pipeline/sizing";

/** A number in the scale model, and its source. */
export interface Fact {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
}

const OURS = "pipeline/sizing.ts";
const ASSUMED = "assumed: no figure is published";

/** All numbers except the load. */
export const FACTS = {
  fileBytes: { value: 100_000, unit: "bytes, compressed", source: "assumed, as in docs/cost.md" },
  deliveryIntervalSeconds: {
    value: 300,
    unit: "s",
    source:
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
  },
  deliverySpreadSeconds: { value: 120, unit: "s after an interval's end", source: ASSUMED },
  eventSeconds: {
    value: 2,
    unit: "s",
    source:
      "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html (typically seconds)",
  },
  moveBatch: { value: MOVE.batchSize, unit: "files", source: OURS },
  moveWindowSeconds: { value: MOVE.batchWindowSeconds, unit: "s", source: OURS },
  moveConcurrency: { value: MOVE.concurrency, unit: "invocations", source: OURS },
  moveBatchSeconds: {
    value: moveSeconds(MOVE.batchSize),
    unit: "s for a full batch",
    source: "measured processor time, at a function's slice of one (cost/function-time.ts)",
  },
  s3WritesPerPrefix: {
    value: 3_500,
    unit: "requests/s",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html",
  },
  transformPerHour: { value: TRANSFORM.perHour, unit: "runs", source: OURS },
  transformSeconds: { value: TRANSFORM.timeoutSeconds, unit: "s", source: OURS },
  athenaStartSeconds: { value: 3, unit: "s a statement", source: ASSUMED },
  athenaBytesPerSecond: {
    value: 154.6e9 / 125.4,
    unit: "bytes/s of gzip text",
    source: "https://github.com/openstreetmap/operations/issues/629 (154.6 GB in 5,910 files: 125 s)",
  },
  athenaFilesPerSecond: {
    value: 5_000 / (8.4 - 2.31),
    unit: "files/s",
    source:
      "https://aws.amazon.com/blogs/big-data/top-10-performance-tuning-tips-for-amazon-athena/ (5,000 files: 8.4 s, one: 2.3 s)",
  },
  athenaStatementSeconds: {
    value: 30 * 60,
    unit: "s",
    source: "https://docs.aws.amazon.com/general/latest/gr/athena.html (DML query timeout)",
  },
  listRequestSeconds: { value: 0.1, unit: "s for a LIST request", source: ASSUMED },
  keysPerList: {
    value: KEYS_PER_LIST,
    unit: "keys a LIST request",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html",
  },
  listSeconds: {
    value: listSeconds(1),
    unit: "s for the answer to a LIST request",
    source: "measured processor time, at a function's slice of one (cost/function-time.ts)",
  },
  commitBytes: { value: MAX_BYTES, unit: "bytes a commit", source: "handlers/core/plan-commits.ts" },
  tableFileBytes: {
    value: 512 * 1024 ** 2,
    unit: "bytes",
    source:
      "https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html (default target size)",
  },
} as const satisfies Readonly<Record<string, Fact>>;

/** Seconds that Athena needs to read this many text files: the slower of opening and reading them. */
export const readSeconds = (files: number): number =>
  FACTS.athenaStartSeconds.value +
  Math.max(
    files / FACTS.athenaFilesPerSecond.value,
    (files * FACTS.fileBytes.value) / FACTS.athenaBytesPerSecond.value,
  );

/** A limit of the pipeline, with the files per day at which it is reached. */
export interface Ceiling {
  readonly name: string;
  readonly filesPerDay: number;
  readonly remedy: string;
}

const RUNS_PER_DAY = 24 * TRANSFORM.perHour;

/** Files that Athena reads in this many seconds. */
const filesReadIn = (seconds: number): number =>
  (seconds - FACTS.athenaStartSeconds.value) *
  Math.min(FACTS.athenaFilesPerSecond.value, FACTS.athenaBytesPerSecond.value / FACTS.fileBytes.value);

/** Files per day whose look-back a run lists in its time. */
const filesListed = (): number => {
  const { transformSeconds, listSeconds: perList, keysPerList } = FACTS;
  const requests = (transformSeconds.value * LISTING_SHARE) / perList.value;
  return (requests * keysPerList.value * DAY_MS) / LOOK_BACK_MS;
};

/** Limits, the lowest first. */
export const CEILINGS: readonly Ceiling[] = [
  {
    name: "read as delivered: Athena lists the folder of a day, of one account and Region, before it stops the statement",
    filesPerDay:
      (FACTS.athenaStatementSeconds.value / FACTS.listRequestSeconds.value) * FACTS.keysPerList.value,
    remedy: 'layout "hive": its folders have an hour',
  },
  {
    name: "read as delivered: a run lists the new files in its share of the time",
    filesPerDay: filesListed(),
    remedy: "raise the memory in pipeline/sizing.ts: the requests are limited by the processor",
  },
  {
    name: "the commits of a day take less than a day",
    filesPerDay: filesReadIn(DAY_SECONDS / RUNS_PER_DAY) * RUNS_PER_DAY,
    remedy:
      "a pipeline of its own for some of the sources; Athena opens more files at once with provisioned capacity",
  },
  {
    name: "move-access-logs keeps up at its concurrency",
    filesPerDay:
      (DAY_SECONDS * FACTS.moveConcurrency.value * FACTS.moveBatch.value) / FACTS.moveBatchSeconds.value,
    remedy: "raise its concurrency or memory in pipeline/sizing.ts",
  },
  {
    name: "copies stay below what S3 takes for one prefix",
    filesPerDay: DAY_SECONDS * FACTS.s3WritesPerPrefix.value,
    remedy: "S3 splits a busy prefix by itself after a while; partition by source",
  },
].sort((a, b) => a.filesPerDay - b.filesPerDay);
