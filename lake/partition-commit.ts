import { join } from "node:path";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import type { ObjectStore } from "../handlers/core/ports";
import { type CommitContext, commitFiles, commitRecords } from "./commit";
import type { FileRecord, RawFile } from "./file-records";
import { LAKE_BUCKET } from "./layout";
import { type KnownFiles, knownFiles, type PartitionState, partitionState } from "./partition-state";
import { shareContent } from "./share-content";
import type { LostObject } from "./skipped";
import {
  batchesOf,
  discard,
  type FileBatch,
  idOf,
  type SpooledBatch,
  spoolAgain,
  spoolBatch,
} from "./spooled-batch";
import type { LakeWriter } from "./writer";

export interface CommitTools extends CommitContext, LakeWriter {
  readonly store: ObjectStore;
}

/** Result of committing a partition. */
export interface PartitionOutcome {
  readonly rows: number;
  readonly unparsed: number;
  /** Rows whose times are far from the hour of their file. */
  readonly elsewhere: number;
  /** Files whose earlier lines were replaced, because their content changed. */
  readonly changed: number;
  /** Files whose content was in the lake under another name. */
  readonly duplicates: number;
  /** Files that could not be read. */
  readonly lost: readonly LostObject[];
}

/** What to do with the files of a batch that were read. */
interface Sorted {
  /** Files whose lines the commit adds, or removes if they have none now. */
  readonly added: FileRecord[];
  /** Files whose lines are in the table, or that have none. */
  readonly settled: FileRecord[];
  readonly duplicates: Duplicate[];
  readonly lost: LostObject[];
  /** Hashes of the contents that these files hold from now on. */
  readonly claimed: string[];
  readonly lines: number;
}

interface Duplicate {
  readonly record: FileRecord;
  /** Name of the file with the same content. */
  readonly holder: string;
}

/** The commit of a partition's files that its typed table does not have, or has with another content. */
export class PartitionCommit {
  /**
   * Names of the files whose lines are in the table, by the hash of their content. A file that is to be read again holds
   * its content only after it was read: it may have another one by then.
   */
  private readonly holders: Map<string, string>;
  private readonly known: KnownFiles;
  private readonly settled: FileRecord[] = [];
  private readonly duplicates: Duplicate[] = [];
  private readonly lost: LostObject[] = [];
  private rows = 0;
  private unparsed = 0;
  private elsewhere = 0;
  private changed = 0;

  private constructor(
    private readonly tools: CommitTools,
    private readonly partition: Partition,
    private readonly state: PartitionState,
  ) {
    this.known = knownFiles(state);
    this.holders = new Map([...this.known.rowHashes].map(([name, hash]) => [hash, name]));
  }

  /** @throws QueryFailedError if the typed table cannot be read */
  static async open(tools: CommitTools, partition: Partition): Promise<PartitionCommit> {
    return new PartitionCommit(tools, partition, await partitionState(tools.engine, tools.lake, partition));
  }

  /**
   * Batches of the files to read.
   *
   * @returns `rewriting`: files with lines in the table; commit these first and one by one, because their
   * contents say which other files are in the lake, and because they rewrite Parquet files. `adding`: the others, with
   * those whose lines are only in the table under the name of a file to rewrite
   */
  async batches(): Promise<{ readonly rewriting: FileBatch[]; readonly adding: FileBatch[] }> {
    const adding: RawFile[] = [];
    const rewriting = new Map<string, RawFile[]>();
    const duplicates: { readonly file: RawFile; readonly hash: string }[] = [];
    for await (const file of this.rawFiles()) {
      const record = this.known.find(file);
      if (record?.isDuplicate) duplicates.push({ file, hash: record.hash });
      if (record) continue;
      const parquet = this.state.committed.get(file.name)?.parquet;
      const files = parquet === undefined ? adding : rewriting.get(parquet);
      if (files) files.push(file);
      else if (parquet !== undefined) rewriting.set(parquet, [file]);
    }
    for (const { name } of [...rewriting.values()].flat()) this.release(name);
    for (const { file, hash } of duplicates) if (!this.holders.has(hash)) adding.push(file);
    return {
      rewriting: [...rewriting].flatMap(([parquet, files]) => batchesOf(this.partition, files, parquet)),
      adding: batchesOf(this.partition, adding, undefined),
    };
  }

  /** The content of a file's rows belongs to no file from now on. */
  private release(name: string): void {
    const hash = this.known.rowHashes.get(name);
    if (hash !== undefined && this.holders.get(hash) === name) this.holders.delete(hash);
  }

  /** A file's rows stay as they are. */
  private keep(name: string): void {
    const hash = this.known.rowHashes.get(name);
    if (hash !== undefined && !this.holders.has(hash)) this.holders.set(hash, name);
  }

  private async *rawFiles(): AsyncGenerator<RawFile> {
    const prefix = rawPrefixOf(this.partition);
    for await (const { key, size, writtenAt } of this.tools.store.list(LAKE_BUCKET, prefix)) {
      yield { name: key.slice(prefix.length), size, modified: writtenAt.getTime() };
    }
  }

  /** Commits all files of a batch, or none: after an error, the batch can be committed again. */
  async commit(batch: FileBatch): Promise<void> {
    const { pool, lake } = this.tools;
    const spooled = await spoolBatch(pool, lake, batch);
    try {
      const sorted = this.sort(spooled);
      await this.add(spooled, sorted).catch((error: unknown) => {
        for (const hash of sorted.claimed) this.holders.delete(hash);
        for (const { file } of spooled.files) this.keep(file.name);
        throw error;
      });
      this.settled.push(...sorted.settled);
      this.duplicates.push(...sorted.duplicates);
      this.lost.push(...sorted.lost);
    } finally {
      await discard(spooled);
    }
  }

  private sort({ files }: SpooledBatch): Sorted {
    const sorted = { added: [], settled: [], duplicates: [], lost: [], claimed: [] } as Omit<Sorted, "lines">;
    let lines = 0;
    for (const { file, outcome } of files) {
      if (outcome.kind !== "spooled") {
        const key = rawPrefixOf(this.partition) + file.name;
        const reason = outcome.kind === "corrupt" ? "corrupt-file" : "failed-file";
        sorted.lost.push({ key, reason, detail: outcome.reason });
        this.keep(file.name);
        continue;
      }
      const record = { ...file, hash: outcome.hash };
      lines += this.sortFile(record, outcome.lines, sorted);
    }
    return { ...sorted, lines };
  }

  /** @returns number of its lines to add */
  private sortFile(record: FileRecord, lines: number, sorted: Omit<Sorted, "lines">): number {
    const { name, hash } = record;
    const before = this.state.committed.get(name);
    const holder = this.holders.get(hash);
    const isDuplicate = lines > 0 && holder !== undefined && holder !== name;
    if (isDuplicate && !before) {
      sorted.duplicates.push({ record: { ...record, isDuplicate }, holder });
      return 0;
    }
    // Older versions kept no records: there, only the number of lines can differ.
    const isUnchanged = before && (this.known.hasContent(name, hash) ?? before.lines === lines);
    // Another file got the content of this one, which has it still.
    const isRepeated = isDuplicate && this.known.rowHashes.has(name);
    if (lines > 0 && !isDuplicate) {
      this.holders.set(hash, name);
      sorted.claimed.push(hash);
    }
    if ((isUnchanged && !isRepeated) || (!before && lines === 0)) {
      sorted.settled.push(record);
      return 0;
    }
    sorted.added.push(isDuplicate ? { ...record, isDuplicate } : record);
    return isDuplicate ? 0 : lines;
  }

  private async add(spooled: SpooledBatch, { added, lines }: Sorted): Promise<void> {
    if (added.length === 0) return;
    const { partition } = this;
    const { pool, lake } = this.tools;
    const { id, folder, parquet } = spooled;
    // Files whose lines are not added are rare.
    const hasOthers = spooled.typed.written.rows !== lines;
    const typed = hasOthers ? await spoolAgain(pool, lake, partition, spooled, added) : spooled.typed;
    const addition = { partition, id, folder, typed, lines, parquet, records: added };
    const { rows, unparsed, elsewhere } = await commitFiles(this.tools, addition);
    this.rows += rows;
    this.unparsed += unparsed;
    this.elsewhere += elsewhere;
    if (parquet !== undefined) this.changed += added.length;
  }

  /** Records the files that add no line. Call it after all batches. */
  async end(): Promise<PartitionOutcome> {
    // If the commit of the other file failed, the next run decides again.
    const duplicates = this.duplicates.filter(
      ({ record, holder }) => this.holders.get(record.hash) === holder,
    );
    const records = [...this.settled, ...duplicates.map(({ record }) => record)];
    if (records.length > 0) {
      await commitRecords(this.tools, this.partition, idOf(JSON.stringify(records)), records);
    }
    const pathOf = (name: string) => join(this.tools.lake.root, rawPrefixOf(this.partition), name);
    for (const { record, holder } of duplicates) await shareContent(pathOf(holder), pathOf(record.name));
    const { rows, unparsed, elsewhere, changed, lost } = this;
    return { rows, unparsed, elsewhere, changed, duplicates: duplicates.length, lost };
  }
}
