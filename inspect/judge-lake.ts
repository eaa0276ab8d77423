import { formatOfTable } from "../formats";
import { duckdbColumns } from "../formats/column-type";
import { hourText } from "../formats/hour";
import type { LogFormat } from "../formats/log-format";
import { rawPrefixOf } from "../formats/partition-layout";
import { LOST_REASONS } from "../lake/skipped";
import { counted, sum } from "../terminal/quantities";
import { type Details, type Finding, finder } from "./finding";
import { judgeStreams } from "./judge-streams";
import type { ExistingLakeFacts, LakeFacts } from "./lake-facts";
import { LAKE_FINDINGS } from "./lake-findings";
import { COMMIT_COLUMNS, type ParquetFacts } from "./parquet-facts";
import { NO_PATIENCE_MS } from "./thresholds";

type Find = (code: keyof typeof LAKE_FINDINGS, where: string, details?: Details) => Finding;

/** Finds problems of a local lake. */
export function judgeLake(facts: LakeFacts): Finding[] {
  if (facts.kind === "none") {
    return [finder(LAKE_FINDINGS, { lake: facts.folder })(facts.why, facts.folder)];
  }
  const find = finder(LAKE_FINDINGS, { lake: facts.root });
  return [
    ...(facts.isEmpty && !facts.lock?.isHeld ? [find("empty-lake", facts.root)] : []),
    ...judgeLock(facts, find),
    ...judgeFiles(facts, find),
    ...judgeSkipped(facts, find),
    // First, because an unreadable table explains why its logs look uncommitted.
    ...judgeTables(facts, find),
    // While a process is writing, files may wait for their turn.
    ...(facts.lock?.isHeld ? [] : judgeStreams(facts.streams, facts.at, NO_PATIENCE_MS, find)),
  ];
}

function judgeLock({ lock, work, leftovers }: ExistingLakeFacts, find: Find): Finding[] {
  const writer = lock?.writer;
  // Files of a running process are not leftovers.
  if (lock?.isHeld) return [find("lake-busy", ".lock", { writer: writer ?? "another process" })];
  const ofLock =
    writer === undefined ? find("broken-lock", ".lock") : find("stale-lock", ".lock", { writer });
  const [firstWork = "", firstLeftover = ""] = [work[0], leftovers[0]];
  return [
    ...(lock ? [ofLock] : []),
    ...(work.length > 0 ? [find("leftover-work", firstWork, { files: counted(work.length, "file") })] : []),
    ...(leftovers.length > 0
      ? [find("leftover-file", firstLeftover, { files: counted(leftovers.length, "file") })]
      : []),
  ];
}

const judgeFiles = ({ strays, unknownNotes, broken, gone }: ExistingLakeFacts, find: Find): Finding[] => [
  ...strays.map((path) => find("stray-file", path)),
  ...unknownNotes.map((path) => find("unknown-note", path)),
  ...broken.map(({ key, kind, reason }) =>
    find(kind === "corrupt" ? "corrupt-file" : "unreadable-file", key, { reason }),
  ),
  ...(gone.length > 0
    ? [find("raw-file-gone", "typed/", { files: counted(gone.length, "log"), example: gone[0] ?? "" })]
    : []),
];

/** Skip reasons of logs whose lines are in no row; the others mean that a file is no access log, or that its rows are there. */
const LOST: ReadonlySet<string> = new Set(LOST_REASONS.filter((reason) => reason !== "original-kept"));

function judgeSkipped({ skipped }: ExistingLakeFacts, find: Find): Finding[] {
  if (!skipped) return [find("skipped-unreadable", "skipped.jsonl")];
  const lost = Object.entries(skipped).filter(([reason]) => LOST.has(reason));
  if (lost.length === 0) return [];
  const count = sum(lost.map(([, files]) => files));
  const reasons = lost.map(([reason, files]) => `${files} ${reason}`).join(", ");
  return [find("skipped-files", "skipped.jsonl", { files: counted(count, "file"), reasons })];
}

const judgeTables = ({ parquet }: ExistingLakeFacts, find: Find): Finding[] => [
  ...parquet.flatMap((file) => judgeParquet(file, find)),
  ...judgeTwice(parquet, find),
];

function judgeParquet({ path, partition, content }: ParquetFacts, find: Find): Finding[] {
  const hour = hourText(partition.hour);
  if (content.kind === "unreadable") {
    return [find("unreadable-parquet", path, { reason: content.reason, hour })];
  }
  const lacking = COMMIT_COLUMNS.find((name) => !content.columns.has(name));
  if (lacking) return [find("foreign-parquet", path, { column: lacking })];
  const expected = expectedColumns(formatOfTable(partition.table));
  const unknown = [...content.columns.keys()].filter((name) => !expected.has(name));
  const missing = [...expected.keys()].filter((name) => !content.columns.has(name));
  const other = content.logs.find(({ key }) => !key.startsWith(rawPrefixOf(partition)));
  return [
    ...unknown.map((column) => find("unknown-column", path, { column, hour })),
    ...missing.map((column) => find("missing-column", path, { column, hour })),
    ...[...expected].flatMap(([column, type]) => {
      const got = content.columns.get(column);
      return got === undefined || got === type
        ? []
        : [find("column-type", path, { column, got, expected: type, hour })];
    }),
    ...(other ? [find("misplaced-parquet", path, { other: other.key })] : []),
  ];
}

const expectedColumns = (format: LogFormat): ReadonlyMap<string, string> =>
  new Map([
    ...duckdbColumns(format).map(({ name, type }) => [name, type] as const),
    ...COMMIT_COLUMNS.map((name) => [name, "VARCHAR"] as const),
  ]);

function judgeTwice(parquet: readonly ParquetFacts[], find: Find): Finding[] {
  const holders = new Map<string, string[]>();
  for (const { path, content } of parquet) {
    for (const { key } of content.kind === "read" ? content.logs : []) {
      holders.set(key, [...(holders.get(key) ?? []), path]);
    }
  }
  return [...holders]
    .filter(([, files]) => files.length > 1)
    .map(([key, files]) => find("file-twice", key, { count: files.length, files: files.join(", ") }));
}
