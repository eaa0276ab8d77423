import { join } from "node:path";
import { FILES_PER_NOTE, type MovedFile, noteArrivals } from "../handlers/core/arrival-notes";
import { type MoveConfig, moveObjects } from "../handlers/core/move-objects";
import type { ArrivedObject } from "../handlers/core/move-plan";
import { type ObjectStore, systemClock } from "../handlers/core/ports";
import { deleteOriginals, deleteReadOriginals, type ReadOriginal, stateOf } from "./delete-originals";
import { Downloads } from "./downloads";
import type { DuckdbEngine } from "./duckdb-engine";
import { ANY_SOURCE, type Folders, lakeStore, type MovableLogs } from "./folders";
import { keyPath } from "./key-path";
import { LAKE_BUCKET, type LakeLayout } from "./layout";
import {
  type FoundLogs,
  fileChunks,
  type LineTools,
  type RecognisedLog,
  readByLines,
  type UnnamedFile,
} from "./read-by-lines";
import { readObject } from "./read-object";
import { openBucket, type RemoteBucket } from "./remote-bucket";
import type { LostObject, SkippedObject } from "./skipped";
import { throwIfFull } from "./storage-full";

const MOVE_BATCH = 1000;
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

/** Moves the logs of an ingest below `raw/` and notes them, but deletes no original: that comes after the commits. */
export class IngestMove {
  readonly store: ObjectStore;
  readonly skipped: SkippedObject[] = [];
  readonly recognised: RecognisedLog[] = [];
  /** Logs that are below `raw/` now. */
  count = 0;
  /** Those of them that were not there before. */
  added = 0;
  private done = 0;
  private readonly opened: Folders[] = [];
  private readonly originals: ReadOriginal[] = [];
  private readonly tools: LineTools;
  private downloads: Downloads | undefined;
  private unnoted: MovedFile[] = [];

  constructor(
    private readonly lake: LakeLayout,
    private readonly options: IngestMoveOptions,
    suspects: ReadonlySet<string>,
  ) {
    this.store = lakeStore(lake);
    const onLines = (done: number) => options.onProgress({ phase: "lines", done });
    this.tools = { lake, suspects, onLines, ...(options.format ? { format: options.format } : {}) };
  }

  /** Moves the files under names of AWS, and reads the others by their lines. */
  async addFolder(folders: Folders): Promise<void> {
    this.opened.push(folders);
    const unnamed = await this.addNamed(folders, (files) => this.progress(files));
    for (const [key, detail] of folders.unreadable)
      this.skipped.push({ key, reason: "unreadable-file", detail });
    for (const key of unnamed) await this.addFile(join(folders.directory, keyPath(key)), key);
    await this.note();
  }

  /** The same with the objects of a bucket: those that the lake does not have are downloaded. */
  async addBucket(remote: RemoteBucket): Promise<void> {
    const { lake, suspects } = this.tools;
    this.downloads ??= await Downloads.of(lake);
    const downloads = this.downloads;
    const onObject = () => this.options.onProgress({ phase: "download", done: ++this.done });
    const bucket = openBucket(remote, lake, downloads, suspects, onObject);
    const unnamed = await this.addNamed(bucket, bucket.throwIfBroken);
    for (const key of unnamed) {
      const object = bucket.listed(key);
      await this.add(await readObject(this.tools, bucket, object, downloads));
      bucket.throwIfBroken();
      onObject();
    }
    await this.note();
  }

  /** @returns the keys of the other files */
  private async addNamed(logs: MovableLogs, onBatch: (files: number) => void): Promise<string[]> {
    const { store } = logs;
    const unnamed: string[] = [];
    for await (const batch of batches(logs)) {
      const outcomes = await moveObjects({ store, clock: systemClock }, MOVE_CONFIG, batch);
      throwIfFull(outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome.error.message] : [])));
      for (const [index, { key }] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome?.kind === "moved") this.count++;
        else if (outcome?.kind === "failed")
          this.skipped.push({ key, reason: "unreadable-file", detail: outcome.error.message });
        else if (outcome?.kind === "skipped" && outcome.reason === "unmatched-key") unnamed.push(key);
        else if (outcome?.kind === "skipped") this.skipped.push({ key, reason: outcome.reason });
      }
      onBatch(batch.length);
    }
    this.added += logs.copied();
    return unnamed;
  }

  async addStream(stream: UnnamedFile): Promise<void> {
    await this.add(await readByLines(this.tools, stream));
    await this.note();
  }

  /** @returns originals that were kept although their lines are in the typed tables */
  async deleteOriginals(engine: DuckdbEngine): Promise<LostObject[]> {
    const kept: LostObject[] = [];
    for (const folders of this.opened) kept.push(...(await deleteOriginals(folders, engine, () => true)));
    return [...kept, ...(await deleteReadOriginals(this.lake, engine, this.originals))];
  }

  private async addFile(path: string, key: string): Promise<void> {
    const state = await stateOf(path).catch(() => undefined);
    const found = await readByLines(this.tools, { key, open: () => fileChunks(path) });
    await this.add(found);
    const isRead = found.skipped.length === 0 && found.files.length > 0;
    if (isRead && state) this.originals.push({ key, path, state, copies: found.files });
  }

  private async add({ recognised, named, added, files, skipped }: FoundLogs): Promise<void> {
    const found = recognised.length + named;
    this.count += found;
    this.added += Math.min(found, added);
    this.recognised.push(...recognised);
    this.skipped.push(...skipped);
    this.unnoted.push(...files);
    if (this.unnoted.length >= FILES_PER_NOTE) await this.note();
  }

  private async note(): Promise<void> {
    await noteArrivals({ store: this.store, clock: systemClock }, LAKE_BUCKET, this.unnoted);
    this.unnoted = [];
  }

  private progress(files: number): void {
    this.done += files;
    this.options.onProgress({ phase: "move", done: this.done });
  }
}

async function* batches({ bucket, list }: MovableLogs): AsyncGenerator<ArrivedObject[]> {
  let batch: ArrivedObject[] = [];
  for await (const { key, size } of list()) {
    batch.push({ bucket, key, size });
    if (batch.length < MOVE_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
