import { DAY_MS } from "../formats/time";
import { FILES_PER_NOTE } from "../handlers/core/arrival-notes";
import { MAX_EXPECTED_FILES } from "../handlers/core/expected-files";
import { LOOK_BACK_MS } from "../handlers/core/find-delivered";
import { COMPARED_DAYS } from "../handlers/core/reconcile";
import { CREATE_PARTITION, MAINTAIN, MEMORY_MIB, REPORT, TRANSFORM } from "../pipeline/sizing";
import { KEYS_PER_LIST, listSeconds } from "./function-time";
import { type Item, item, LOG_GB_PER_INVOCATION, tbScanned } from "./item";
import { DAYS_PER_MONTH, HOURS_PER_DAY, HOURS_PER_MONTH, type Month } from "./load";
import { moveNotes } from "./move-items";
import { REPORT_ALARMS, REQUESTS } from "./requests";
import { TABLE_PER_TEXT } from "./storage-items";

/** Assumed, because they depend on Athena: seconds that a function waits for statements. */
export const COMMIT_SECONDS = 10;
const ADD_PARTITIONS_SECONDS = 10;
const MAINTAIN_SECONDS = 120;
const REPORT_SECONDS = 60;
const IDLE_SECONDS = 0.3;
/** Data file, manifest, manifest list and metadata; and Athena's objects with a statement's results. */
const WRITES_PER_COMMIT = 4;
export const WRITES_PER_STATEMENT = 2;

function scheduledItems(name: string, runs: number, seconds: number): Item[] {
  return [
    item(`${name}: invocations`, "lambdaInvocations", runs),
    item(`${name}: schedule`, "schedulerInvocations", runs),
    item(`${name}: run time`, "lambdaArm", (seconds * MEMORY_MIB) / 1024),
    item(`${name}: log`, "functionLogs", runs * LOG_GB_PER_INVOCATION),
  ];
}

/** @param writes requests of a run */
export const partitionItems = ({ tables }: Month, writes: number): Item[] => {
  const runs = CREATE_PARTITION.perHour * HOURS_PER_MONTH;
  return [
    ...scheduledItems("partitions", runs, runs * tables * ADD_PARTITIONS_SECONDS),
    item("partitions: requests", "s3Writes", runs * tables * (REQUESTS.createPartitionRun.writes + writes)),
  ];
};

/** Where the typed tables' files are read. */
export type Layout = "hive" | "as-delivered";

const transformRuns = TRANSFORM.perHour * HOURS_PER_MONTH;
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
export function listingItems({ files, sources }: Month): Item[] {
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

export function tableItems({ files, gb, commitsPerHour, tables }: Month, layout: Layout): Item[] {
  const commits = commitsPerHour * HOURS_PER_MONTH;
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
export function reportItems({ gb, reportDays, tables }: Month): Item[] {
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
