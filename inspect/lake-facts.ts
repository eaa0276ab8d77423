import { readdir, readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { rawPrefixOf } from "../formats/partition-layout";
import type { HourRange } from "../handlers/core/add-partitions";
import { codeOf } from "../handlers/core/errors";
import { isPartialPath } from "../lake/directory-object-store";
import { openDuckdb } from "../lake/duckdb-engine";
import { forEachAtOnce } from "../lake/for-each-at-once";
import { isForeignFolder, isLakePath, type LakeLayout, lakeLayout } from "../lake/layout";
import { type LockState, lockState } from "../lake/lock";
import { requireOwnFiles } from "../lake/own-files";
import type { StreamFacts } from "./facts";
import { filesBelow } from "./folder-files";
import { type LakeFiles, lakeFiles, type PartitionFile } from "./lake-files";
import { lakeStreams } from "./lake-streams";
import { type BrokenFile, openFiles } from "./open-files";
import { type ParquetFacts, readParquet } from "./parquet-facts";

/** Observed state of a local lake. */
export type LakeFacts =
  | {
      readonly kind: "none";
      readonly folder: string;
      readonly why: "lake-path" | "no-lake" | "not-a-folder" | "not-a-lake";
    }
  | ExistingLakeFacts;

export interface ExistingLakeFacts
  extends Pick<LakeFiles, "isEmpty" | "unknownNotes" | "leftovers" | "strays"> {
  readonly kind: "lake";
  readonly root: string;
  readonly at: Date;
  readonly streams: readonly StreamFacts[];
  readonly parquet: readonly ParquetFacts[];
  readonly lock?: LockState;
  /** Files of interrupted work, which the next `ingest` deletes. */
  readonly work: readonly string[];
  readonly broken: readonly BrokenFile[];
  /** Keys that have rows, but no file below `raw/` any more. */
  readonly gone: readonly string[];
  /** Objects that the last ingest skipped, by reason; `undefined` if its list cannot be read. */
  readonly skipped: Readonly<Record<string, number>> | undefined;
}

export interface LakeView {
  readonly now: Date;
  /** Inspects only these hours. */
  readonly range?: HourRange;
  /** Reads every log and every value of the tables, not only what `status` needs. */
  readonly isDeep: boolean;
  readonly onProgress: (what: string, done: number, total: number) => void;
}

/** An uncommitted file may be a file without lines: `status` opens this many of them to check. */
const OPENED_BY_STATUS = 200;
const PARQUETS_AT_ONCE = 4;

/**
 * Inspects a lake without changing it.
 *
 * @throws UserError if there is something else than a file in the place of one of the lake's own files
 */
export async function lakeFacts(folder: string, view: LakeView): Promise<LakeFacts> {
  if (!isLakePath(folder)) return { kind: "none", folder, why: "lake-path" };
  const layout = lakeLayout(folder);
  const stats = await stat(layout.root).catch(() => undefined);
  if (!stats) return { kind: "none", folder, why: "no-lake" };
  if (!stats.isDirectory()) return { kind: "none", folder, why: "not-a-folder" };
  const names = await readdir(layout.root);
  if (isForeignFolder(names)) return { kind: "none", folder, why: "not-a-lake" };
  requireOwnFiles(layout);
  return existingLake(layout, names, view);
}

async function existingLake(
  layout: LakeLayout,
  names: readonly string[],
  view: LakeView,
): Promise<ExistingLakeFacts> {
  const before = await lockState(layout);
  const { raw, typed, noted, ...others } = await lakeFiles(layout.root, view.range);
  const parquet = await readAll(layout.root, typed, view);
  const logs = parquet.flatMap(({ content }) => (content.kind === "read" ? content.logs : []));
  const withRows = new Set(logs.map(({ key }) => key));
  const recorded = parquet.flatMap(({ partition, content }) =>
    content.kind === "read" ? content.recorded.map((name) => rawPrefixOf(partition) + name) : [],
  );
  const commits = new Set([...withRows, ...recorded]);
  const toOpen = view.isDeep ? raw : raw.filter(({ path }) => !commits.has(path)).slice(0, OPENED_BY_STATUS);
  const opened = await openFiles(layout.root, toOpen, (done, total) =>
    view.onProgress("reading logs", done, total),
  );
  const keys = new Set(raw.map(({ path }) => path));
  // A process that ended since, or has started, was writing while the files were looked at.
  const lock = before?.isHeld ? before : await lockState(layout);
  const isDeletedByIngest = (path: string) =>
    isPartialPath(path) && (lock !== undefined || names.includes(path));
  const leftovers = [
    ...others.leftovers,
    ...names.filter((name) => LOCK_LEFTOVER.test(name) || isPartialPath(name)),
  ];
  return {
    kind: "lake",
    root: layout.root,
    at: view.now,
    streams: lakeStreams({ raw, noted, commits, opened, parquet }),
    parquet,
    ...(lock ? { lock } : {}),
    ...others,
    work: [
      ...(await pathsBelow(layout.root, basename(layout.workFolder))),
      ...leftovers.filter(isDeletedByIngest),
    ],
    leftovers: leftovers.filter((path) => !isDeletedByIngest(path)),
    broken: opened.broken,
    gone: [...withRows].filter((key) => !keys.has(key)).sort(),
    skipped: await skippedOf(layout.skippedFile),
  };
}

/** Temporary names of a lock while it is written; the first is of older versions. */
const LOCK_LEFTOVER = /^\.lock\.(?:\d+|.+\.partial)$/;

async function readAll(
  root: string,
  files: readonly PartitionFile[],
  { isDeep, onProgress }: LakeView,
): Promise<ParquetFacts[]> {
  const engine = await openDuckdb();
  const parquet: ParquetFacts[] = [];
  try {
    await forEachAtOnce(files, PARQUETS_AT_ONCE, async ({ path, partition, modified }) => {
      parquet.push({ path, partition, modified, content: await readParquet(engine, root, path, isDeep) });
      onProgress("reading tables", parquet.length, files.length);
    });
  } finally {
    engine.close();
  }
  return parquet.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function pathsBelow(root: string, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of filesBelow(root, folder)) paths.push(path);
  return paths;
}

async function skippedOf(file: string): Promise<Record<string, number> | undefined> {
  const counts: Record<string, number> = {};
  try {
    for (const line of (await readFile(file, "utf8")).split("\n")) {
      if (line === "") continue;
      const { reason } = JSON.parse(line);
      if (typeof reason !== "string") return undefined;
      counts[reason] = (counts[reason] ?? 0) + 1;
    }
  } catch (error) {
    return codeOf(error) === "ENOENT" ? {} : undefined;
  }
  return counts;
}
