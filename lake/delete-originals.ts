import { rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Partition, RAW_PREFIX, rawPrefixOf } from "../formats/partition-layout";
import { messageOf } from "../handlers/core/errors";
import { type MovePlan, planMove } from "../handlers/core/move-plan";
import { hashOfFile } from "./content-hash";
import { DeletedOriginals } from "./deleted-originals";
import type { DuckdbEngine } from "./duckdb-engine";
import type { FileRecord, RawFile } from "./file-records";
import { ANY_SOURCE, type Folders } from "./folders";
import { keyPath } from "./key-path";
import { LAKE_BUCKET, type LakeLayout, TYPED_PREFIX } from "./layout";
import { type KnownFiles, knownFiles, partitionState } from "./partition-state";
import type { LostObject } from "./skipped";
import { syncFile, syncFolder } from "./sync-to-disk";

type Move = Extract<MovePlan, { readonly kind: "move" }>;

/**
 * Deletes the originals whose lines are in the typed tables, after their copies and rows are on the disk. Call it
 * after the commits.
 *
 * An original that changed since it was copied is kept: a program may still be writing to it. Its bytes are compared, because
 * another content may have the same size and time.
 *
 * @param isWanted false for files that this run does not move, or did not copy
 * @returns originals that were kept although their lines are in the typed tables
 */
export async function deleteOriginals(
  { directory, bucket, list, lake }: Folders,
  engine: DuckdbEngine,
  isWanted: (plan: Move) => boolean,
): Promise<LostObject[]> {
  const kept: LostObject[] = [];
  const settled = settledCopies(lake, engine);
  const deleted = new DeletedOriginals(lake);
  for await (const { key, size } of list()) {
    const plan = planMove(ANY_SOURCE, "identity", { bucket, key, size }, LAKE_BUCKET);
    if (plan.kind === "skip" || !isWanted(plan)) continue;
    const file = await settled(plan);
    if (!file) continue;
    const reason = await deleteUnchanged(join(directory, keyPath(key)), file, () => deleted.add(plan.key));
    if (reason !== undefined) kept.push({ key, reason: "original-kept", detail: reason });
  }
  await deleted.sync();
  return kept;
}

/** A file whose lines are in several files below `raw/`. */
export interface ReadOriginal {
  readonly key: string;
  readonly path: string;
  /** What it was before it was read. */
  readonly state: FileState;
  readonly copies: readonly RawCopy[];
}

/** The same for files that were read by their lines. */
export async function deleteReadOriginals(
  lake: LakeLayout,
  engine: DuckdbEngine,
  originals: readonly ReadOriginal[],
): Promise<LostObject[]> {
  const kept: LostObject[] = [];
  const settled = settledCopies(lake, engine);
  for (const { key, path, state, copies } of originals) {
    let isSettled = true;
    for (const copy of copies) isSettled &&= (await settled(copy)) !== undefined;
    const reason = isSettled ? await deleteUnchanged(path, state) : undefined;
    if (reason !== undefined) kept.push({ key, reason: "original-kept", detail: reason });
  }
  return kept;
}

/** A file below `raw/`. */
type RawCopy = Pick<Move, "key" | "partition">;

/** @returns a function that resolves to a copy whose lines are in the typed table, and that survives a power failure */
function settledCopies(lake: LakeLayout, engine: DuckdbEngine) {
  const known = lastPartition((partition) => partitionState(engine, lake, partition).then(knownFiles));
  const synced = new Set<string>();
  const syncFolders = async (prefix: string): Promise<void> => {
    for (let folder = join(lake.root, prefix); !synced.has(folder); folder = dirname(folder)) {
      synced.add(folder);
      await syncFolder(folder);
      if (folder === lake.root) await syncFolder(dirname(folder));
      if (folder === lake.root) return;
    }
  };
  return async ({ key, partition }: RawCopy): Promise<FileRecord | undefined> => {
    const copy = join(lake.root, keyPath(key));
    const file = await fileAt(copy, key, partition);
    const record = file && (await known(partition)).find(file);
    if (!record) return undefined;
    await syncFile(copy);
    await syncFolders(rawPrefixOf(partition));
    await syncFolders(rawPrefixOf(partition).replace(RAW_PREFIX, TYPED_PREFIX));
    // The hash of its record may be that of the same text, packed in another way.
    return record.isDuplicate ? { ...record, hash: await hashOfFile(copy) } : record;
  };
}

/** Keys come in order, so that one partition follows the other: only the last one is kept in memory. */
function lastPartition(read: (partition: Partition) => Promise<KnownFiles>) {
  let last: { readonly prefix: string; readonly known: Promise<KnownFiles> } | undefined;
  return (partition: Partition): Promise<KnownFiles> => {
    const prefix = rawPrefixOf(partition);
    if (last?.prefix !== prefix) last = { prefix, known: read(partition) };
    return last.known;
  };
}

/** @returns `undefined` if there is no such file */
async function fileAt(path: string, key: string, partition: Partition): Promise<RawFile | undefined> {
  const state = await stateOf(path).catch(() => undefined);
  return state && { name: key.slice(rawPrefixOf(partition).length), ...state };
}

type FileState = Omit<RawFile, "name">;

/** In integers, as the store compares them: other numbers are rounded. */
export async function stateOf(path: string): Promise<FileState> {
  const { size, mtimeMs } = await stat(path, { bigint: true });
  return { size: Number(size), modified: Number(mtimeMs) };
}

/**
 * @param hash of the bytes that are in the lake; another content may have the same size and time
 * @param beforeDelete called if the file did not change
 * @returns the reason if the original was kept
 */
async function deleteUnchanged(
  path: string,
  { size, modified, hash }: FileState & Partial<Pick<FileRecord, "hash">>,
  beforeDelete?: () => Promise<void>,
): Promise<string | undefined> {
  try {
    const now = await stateOf(path);
    if (now.size !== size || now.modified !== modified) {
      return "the file changed after it was copied; the next run commits it again";
    }
    if (hash !== undefined && (await hashOfFile(path)) !== hash) {
      return "its content is not that of its copy, although size and time are the same; touch it, and run again";
    }
    await beforeDelete?.();
    await rm(path);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
