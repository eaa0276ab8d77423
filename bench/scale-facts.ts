import { moveSeconds } from "../cost/model";
import { DAY_SECONDS, HOUR_SECONDS } from "../formats/time";
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
    source: "measured processor time, at a function's slice of one (cost/model.ts)",
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

const HOURS_PER_DAY = 24;

/** Files that Athena reads in this many seconds. */
const filesReadIn = (seconds: number): number =>
  (seconds - FACTS.athenaStartSeconds.value) *
  Math.min(FACTS.athenaFilesPerSecond.value, FACTS.athenaBytesPerSecond.value / FACTS.fileBytes.value);

/** Limits, the lowest first. */
export const CEILINGS: readonly Ceiling[] = [
  {
    name: "the commits of an hour take less than an hour, each reading most of the hour again",
    filesPerDay: HOURS_PER_DAY * commitsKeepUp(),
    remedy: "commit less often, or partition by source: fewer files need fewer ranges of keys",
  },
  {
    name: "the last commit of an hour ends before Athena stops it",
    filesPerDay: HOURS_PER_DAY * filesReadIn(FACTS.athenaStatementSeconds.value),
    remedy: "partition by source, so that a commit reads one source's hour",
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

/**
 * Files per hour at which an hour's runs take an hour in total. With so many files, ranges of keys cover
 * nearly the whole hour.
 */
function commitsKeepUp(): number {
  const runs = FACTS.transformPerHour.value;
  const share = (runs + 1) / 2;
  return filesReadIn((HOUR_SECONDS - (runs - 1) * FACTS.athenaStartSeconds.value) / share);
}
