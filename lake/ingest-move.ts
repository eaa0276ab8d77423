import { join } from "node:path";
import { type Partition, partitionPath } from "../formats/partition-layout";
import { FILES_PER_NOTE, type MovedFile, noteArrivals } from "../handlers/core/arrival-notes";
import { codeOf } from "../handlers/core/errors";
import { type MoveConfig, moveObjects } from "../handlers/core/move-objects";
import { type ArrivedObject, matched, planMove, plannedPartition } from "../handlers/core/move-plan";
import { type ObjectStore, systemClock } from "../handlers/core/ports";
import { Copies, type ReadFile } from "./copies";
import { deleteOriginals, deleteReadOriginals, type ReadOriginal, stateOf } from "./delete-originals";
import { Downloads } from "./downloads";
import type { DuckdbEngine } from "./duckdb-engine";
import { exists } from "./exists";
import { fileProblem } from "./file-problem";
import { ANY_SOURCE, type Folders, type ListedLog, lakeStore, type MovableLogs } from "./folders";
import { GrownFiles } from "./grown-files";
import { keyPath } from "./key-path";
import { LAKE_BUCKET, type LakeLayout } from "./layout";
import {
  type FoundLogs,
  fileChunks,
  type LineTools,
  nothingFound,
  type RecognisedLog,
  readByLines,
  type UnnamedFile,
} from "./read-by-lines";
import { readObject } from "./read-object";
import { openBucket, type RemoteBucket } from "./remote-bucket";
import { NotReplacedError, type Replacements } from "./replacements";
import type { LostObject, SkippedObject } from "./skipped";
import { throwIfFull } from "./storage-full";

/** Files that are moved together: their number, and their bytes, after which a first partition can be committed. */
const BATCH_FILES = 200;
const BATCH_BYTES = 16 << 20;
const MOVE_CONFIG: MoveConfig = {
  sources: ANY_SOURCE,
  targetBucket: LAKE_BUCKET,
  names: "identity",
  keepOriginals: true,
};

export interface IngestMoveOptions extends Pick<LineTools, "format"> {
  readonly onProgress: (progress: MoveProgress) => void;
}

/** Files that are moved, objects that are downloaded, or lines of the file that is read. */
export interface MoveProgress {
  readonly phase: "move" | "download" | "lines";
  readonly done: number;
}

/** The commits of the files that are moved. */
export interface Commits {
  /** All files that a partition gets for now are noted. */
  start(partition: Partition): void;
  /** A partition got other files. */
  change(partition: Partition): void;
}

/** Moves the logs of an ingest below `raw/` and notes them, but deletes no original: that comes after the commits. */
export class IngestMove {
  private readonly store: ObjectStore;
  readonly skipped: SkippedObject[] = [];
  readonly recognised: RecognisedLog[] = [];
  /** Logs that are below `raw/` now. */
  count = 0;
  /** Those of them that were not there before. */
  added = 0;
  /** Those whose bytes or lines are there under another name. */
  duplicates = 0;
  private done = 0;
  private readonly opened: Folders[] = [];
  private readonly originals: ReadOriginal[] = [];
  private readonly tools: LineTools;
  private downloads: Downloads | undefined;
  private readonly copies: Copies;
  private unnoted: MovedFile[] = [];
  private read: ReadFile[] = [];

  constructor(
    private readonly lake: LakeLayout,
    private readonly options: IngestMoveOptions,
    suspects: ReadonlySet<string>,
    private readonly commits: Commits,
    private readonly replacements: Replacements,
  ) {
    this.store = lakeStore(lake);
    const onLines = (done: number) => options.onProgress({ phase: "lines", done });
    this.copies = new Copies(lake);
    const { format } = options;
    const tools = { lake, suspects, grown: new GrownFiles(lake), copies: this.copies, onLines };
    this.tools = { ...tools, ...(format ? { format } : {}) };
  }

  /** Moves the files under names of AWS, and reads the others by their lines. */
  async addFolder(folders: Folders): Promise<void> {
    this.opened.push(folders);
    const sizes = await this.copies.sizes();
    const list = sizes.size === 0 ? folders.list : () => this.withoutCopies(folders, sizes);
    const batches = byPartition({ ...folders, list });
    const unnamed = await this.addNamed(folders, batches, (files) => this.progress(files));
    // The folder itself has no key.
    for (const [key, detail] of folders.unreadable)
      this.skipped.push({ key: key || folders.directory, reason: "unreadable-file", detail });
    for (const key of unnamed) await this.addFile(join(folders.directory, keyPath(key)), key);
    await this.note();
  }

  /** The same with the objects of a bucket: those that the lake does not have are downloaded. */
  async addBucket(remote: RemoteBucket): Promise<void> {
    const { lake, suspects } = this.tools;
    this.downloads ??= await Downloads.of(lake);
    const downloads = this.downloads;
    const onObject = () => this.options.onProgress({ phase: "download", done: ++this.done });
    const bucket = openBucket(remote, lake, downloads, suspects, this.replacements.check, onObject);
    const unnamed = await this.addNamed(bucket, inOrder(bucket), bucket.throwIfBroken);
    for (const key of unnamed) {
      const object = bucket.listed(key);
      await this.add(await readObject(this.tools, bucket, object, downloads));
      bucket.throwIfBroken();
      onObject();
    }
    await this.note();
  }

  /** The logs of a folder, but those whose bytes were read by their lines under another name: these are not moved. */
  private async *withoutCopies(folders: Folders, sizes: Sizes): AsyncGenerator<ListedLog> {
    for await (const log of folders.list()) {
      if (!sizes.has(log.size) || !(await this.addCopy(folders, log))) yield log;
    }
  }

  /** @returns false if the log must be moved: its lines are not there, or an earlier content of it is */
  private async addCopy({ bucket, directory }: Folders, { key, size }: ListedLog): Promise<boolean> {
    const plan = planMove(ANY_SOURCE, "identity", { bucket, key, size }, LAKE_BUCKET);
    if (plan.kind === "skip" || (await exists(join(this.lake.root, plan.key)))) return false;
    const path = join(directory, keyPath(key));
    const state = await stateOf(path).catch(() => undefined);
    // A file that cannot be read is reported when it is moved.
    const files = state && (await this.copies.linesOf(path, state.size).catch(() => undefined));
    if (!files) return false;
    await this.add({ ...nothingFound(), named: 1, files, duplicates: 1 });
    this.originals.push({ key, path, state, copies: files });
    return true;
  }

  /** @returns the keys of the other files */
  private async addNamed(
    logs: MovableLogs,
    batches: AsyncIterable<MoveBatch>,
    onBatch: (files: number) => void,
  ): Promise<string[]> {
    const { store } = logs;
    const unnamed: string[] = [];
    for await (const { objects: batch, partitions, complete } of batches) {
      for (const partition of partitions) this.commits.change(partition);
      const outcomes = await moveObjects({ store, clock: systemClock }, MOVE_CONFIG, batch);
      throwIfFull(outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome.error.message] : [])));
      for (const [index, { key }] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome?.kind === "moved") this.count++;
        else if (outcome?.kind === "failed") this.skipped.push({ key, ...notCopied(outcome.error) });
        else if (outcome?.kind === "skipped" && outcome.reason === "unmatched-key") unnamed.push(key);
        else if (outcome?.kind === "skipped") this.skipped.push({ key, reason: outcome.reason });
      }
      onBatch(batch.length);
      for (const partition of complete) this.commits.start(partition);
    }
    this.added += logs.copied();
    this.copies.forget();
    return unnamed;
  }

  async addStream(stream: UnnamedFile): Promise<void> {
    await this.add(await readByLines(this.tools, stream));
    await this.note();
  }

  /** @returns originals that were kept although their lines are in the typed tables */
  async deleteOriginals(engine: DuckdbEngine): Promise<LostObject[]> {
    const kept: LostObject[] = [];
    for (const folders of this.opened)
      kept.push(...(await deleteOriginals(folders, engine, ({ key }) => !this.replacements.kept.has(key))));
    return [...kept, ...(await deleteReadOriginals(this.lake, engine, this.originals))];
  }

  private async addFile(path: string, key: string): Promise<void> {
    const state = await stateOf(path).catch(() => undefined);
    const found = await readByLines(this.tools, { key, open: () => fileChunks(path) });
    await this.add(found);
    const isRead = found.skipped.length === 0 && found.files.length > 0;
    if (isRead && state) this.originals.push({ key, path, state, copies: found.files });
  }

  private async add({
    recognised,
    named,
    added,
    duplicates,
    files,
    read,
    skipped,
  }: FoundLogs): Promise<void> {
    const found = recognised.length + named;
    this.count += found;
    this.added += Math.min(found, added);
    this.duplicates += duplicates;
    this.read.push(...read);
    this.recognised.push(...recognised);
    this.skipped.push(...skipped);
    this.unnoted.push(...files);
    for (const { partition } of files) this.commits.change(partition);
    if (this.unnoted.length >= FILES_PER_NOTE) await this.note();
  }

  private async note(): Promise<void> {
    await noteArrivals({ store: this.store, clock: systemClock }, LAKE_BUCKET, this.unnoted);
    await this.copies.add(this.read);
    [this.unnoted, this.read] = [[], []];
  }

  private progress(files: number): void {
    this.done += files;
    this.options.onProgress({ phase: "move", done: this.done });
  }
}

function notCopied(error: Error): Pick<LostObject, "reason" | "detail"> {
  const { cause } = error;
  if (cause instanceof NotReplacedError) return { reason: cause.reason, detail: cause.message };
  const detail = fileProblem("it cannot be copied to the lake", codeOf(cause) === undefined ? error : cause);
  return { reason: "unreadable-file", detail };
}

type Sizes = Awaited<ReturnType<Copies["sizes"]>>;
type ListedObject = ArrivedObject & ListedLog;

interface PartitionObjects {
  readonly partition: Partition;
  readonly path: string;
  readonly objects: ListedObject[];
}

interface MoveBatch {
  readonly objects: readonly ArrivedObject[];
  /** Partitions that the objects are moved to, as far as they are known before. */
  readonly partitions: readonly Partition[];
  /** Those of them that get no object of a later batch. */
  readonly complete: readonly Partition[];
}

/** As they are listed: a bucket's objects are downloaded before all of them are listed. */
async function* inOrder({ bucket, list }: MovableLogs): AsyncGenerator<MoveBatch> {
  let objects: ArrivedObject[] = [];
  let partitions: Partition[] = [];
  const batch = (): MoveBatch => ({ objects, partitions, complete: [] });
  for await (const { key, size } of list()) {
    const object = matched(ANY_SOURCE, { bucket, key, size });
    const partition = plannedPartition(object.match);
    if (partition) partitions.push(partition);
    objects.push(object);
    if (objects.length < BATCH_FILES) continue;
    yield batch();
    [objects, partitions] = [[], []];
  }
  if (objects.length > 0) yield batch();
}

/**
 * By table and hour: the first partitions are committed while the others are moved. Sorted by hours alone, a batch would have notes
 * of all tables.
 */
async function* byPartition({ bucket, list }: MovableLogs): AsyncGenerator<MoveBatch> {
  const groups = new Map<string, PartitionObjects>();
  const others: ListedObject[] = [];
  for await (const { key, size } of list()) {
    const object = matched(ANY_SOURCE, { bucket, key, size });
    const partition = plannedPartition(object.match);
    if (!partition) {
      others.push(object);
      continue;
    }
    const { table, source = "", hour } = partition;
    // The path is made only once for each partition.
    const name = `${table}/${source}/${hour}`;
    const group = groups.get(name);
    if (group) group.objects.push(object);
    else groups.set(name, { partition, path: partitionPath(partition), objects: [object] });
  }
  let [objects, partitions, complete]: [ArrivedObject[], Partition[], Partition[]] = [[], [], []];
  let bytes = 0;
  const flush = function* (): Generator<MoveBatch> {
    if (objects.length > 0) yield { objects, partitions, complete };
    [objects, partitions, complete, bytes] = [[], [], [], 0];
  };
  const sorted = [...groups.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
  for (const group of [...sorted, { partition: undefined, objects: others }]) {
    for (const object of group.objects) {
      if (objects.length === BATCH_FILES) yield* flush();
      if (group.partition && partitions.at(-1) !== group.partition) partitions.push(group.partition);
      objects.push(object);
      bytes += object.size;
    }
    if (group.partition) complete.push(group.partition);
    if (bytes > BATCH_BYTES) yield* flush();
  }
  yield* flush();
}
