import { join } from "node:path";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import type { ObjectStore } from "../handlers/core/ports";
import { type CommitContext, commitFiles, commitRecords } from "./commit";
import type { FileRecord, RawFile } from "./file-records";
import { compareTexts, type SameBeginning } from "./grown-files";
import { LAKE_BUCKET } from "./layout";
import { type MostlyUnparsed, mostlyUnparsed } from "./mostly-unparsed";
import { isPacked, otherPackings } from "./other-packing";
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
  /** Keys of the files that were added although the table has other lines of a log with their name. */
  readonly differing: readonly string[];
  readonly mostlyUnparsed: readonly MostlyUnparsed[];
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
  /** False if the content is packed in another way. */
  readonly hasSameBytes: boolean;
}

/** A file, and those that may be the same log. */
interface LaterFile {
  readonly file: RawFile;
  readonly others: readonly RawFile[];
}

interface SameLog {
  /** `known`: it has all lines of the file. `grown`: the file has all of its lines, and more. `other`: neither. */
  readonly kind: SameBeginning["kind"] | "other";
  readonly record: FileRecord;
  /** Name of the file with its content that has the rows. */
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
  /** Files that are compared with files of the same log after those are in the table. */
  private later: LaterFile[] = [];
  private readonly settled: FileRecord[] = [];
  private readonly duplicates: Duplicate[] = [];
  private readonly differing: string[] = [];
  private readonly mostlyUnparsed: MostlyUnparsed[] = [];
  private readonly lost: LostObject[] = [];
  private rows = 0;
  private unparsed = 0;
  private elsewhere = 0;
  private changed = 0;

  constructor(
    private readonly tools: CommitTools,
    private readonly partition: Partition,
    private readonly state: PartitionState,
  ) {
    this.known = knownFiles(state);
    this.holders = new Map([...this.known.rowHashes].map(([name, hash]) => [hash, name]));
  }

  /**
   * Batches of the files to read.
   *
   * @returns `rewriting`: files with lines in the table; commit these first and one by one, because their
   * contents say which other files are in the lake, and because they rewrite Parquet files. `adding`: the others, with
   * those whose lines are only in the table under the name of a file to rewrite. `laterBatches` has the files that may be the
   * same log as one of these
   */
  async batches(): Promise<{ readonly rewriting: FileBatch[]; readonly adding: FileBatch[] }> {
    const adding: RawFile[] = [];
    const rewriting = new Map<string, RawFile[]>();
    const duplicates: { readonly file: RawFile; readonly hash: string }[] = [];
    const files = await this.rawFiles();
    for (const file of files) {
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
    const added = this.withoutLater(files, adding);
    return {
      rewriting: [...rewriting].flatMap(([parquet, files]) => batchesOf(this.partition, files, parquet)),
      adding: batchesOf(this.partition, added, undefined),
    };
  }

  /** Holds back the files that may be the same log as another one: of two that are new, the one that is not packed. */
  private withoutLater(files: readonly RawFile[], adding: readonly RawFile[]): readonly RawFile[] {
    const othersOf = otherPackings(files);
    const isAdded = new Set(adding.map(({ name }) => name));
    const added: RawFile[] = [];
    for (const file of adding) {
      const others = othersOf(file);
      const isLater = !isPacked(file) || !others.every(({ name }) => isAdded.has(name));
      if (others.length > 0 && isLater) this.later.push({ file, others });
      else added.push(file);
    }
    return added;
  }

  /** Batches of the files that were held back: commit them one by one, after all others. A file that adds no line is in none. */
  async laterBatches(): Promise<FileBatch[]> {
    const { later, partition } = this;
    if (later.length === 0) return [];
    const { engine, lake } = this.tools;
    const state = await partitionState(engine, lake, partition);
    const known = knownFiles(state);
    const batches: FileBatch[] = [];
    for (const held of later) {
      const { file } = held;
      const same = await this.sameLog(held, known);
      if (same?.kind === "other") {
        this.differing.push(rawPrefixOf(partition) + file.name);
        batches.push({ partition, files: [file], parquet: undefined });
        continue;
      }
      if (same?.kind === "known") {
        const record = { ...file, hash: same.record.hash, isDuplicate: true } as const;
        this.duplicates.push({ record, holder: same.holder, hasSameBytes: false });
        continue;
      }
      const parquet = same && state.committed.get(same.holder)?.parquet;
      const continued = same && { ...same.record, name: same.holder };
      batches.push({ partition, files: [file], parquet, ...(parquet && continued ? { continued } : {}) });
    }
    this.later = [];
    return batches;
  }

  /** The file of the same log whose lines are in the table, and the name that these have there. */
  private async sameLog({ file, others }: LaterFile, known: KnownFiles): Promise<SameLog | undefined> {
    let differing: SameLog | undefined;
    // Some records of this run are written at its end.
    const unwritten = [...this.settled, ...this.duplicates.map(({ record }) => record)];
    for (const other of others) {
      const record = known.find(other) ?? unwritten.find(({ name }) => name === other.name);
      const holder = record && this.holders.get(record.hash);
      if (!record || holder === undefined) continue;
      const kind = await compareTexts(this.pathOf(file), this.pathOf(other));
      if (kind) return { kind, record, holder };
      differing = { kind: "other", record, holder };
    }
    return differing;
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

  private async rawFiles(): Promise<RawFile[]> {
    const prefix = rawPrefixOf(this.partition);
    const files: RawFile[] = [];
    for await (const { key, size, writtenAt } of this.tools.store.list(LAKE_BUCKET, prefix)) {
      files.push({ name: key.slice(prefix.length), size, modified: writtenAt.getTime() });
    }
    return files;
  }

  private pathOf({ name }: Pick<RawFile, "name">): string {
    return join(this.tools.lake.root, rawPrefixOf(this.partition), name);
  }

  /** Commits all files of a batch, or none: after an error, the batch can be committed again. */
  async commit(batch: FileBatch): Promise<void> {
    const { pool, lake } = this.tools;
    const spooled = await spoolBatch(pool, lake, batch);
    try {
      const sorted = this.sort(spooled);
      await this.add(spooled, sorted, batch.continued).catch((error: unknown) => {
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
      sorted.duplicates.push({ record: { ...record, isDuplicate }, holder, hasSameBytes: true });
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

  /** @param continued file whose lines the only added file has, too */
  private async add(
    spooled: SpooledBatch,
    { added, lines }: Sorted,
    continued: RawFile | undefined,
  ): Promise<void> {
    const [first] = added;
    if (!first) return;
    const { partition } = this;
    const { pool, lake } = this.tools;
    const { id, folder, parquet } = spooled;
    // Files whose lines are not added are rare.
    const hasOthers = spooled.typed.written.rows !== lines;
    const typed = hasOthers ? await spoolAgain(pool, lake, partition, spooled, added) : spooled.typed;
    const replaced = continued && { ...continued, hash: first.hash, isDuplicate: true as const };
    const records = replaced ? [...added, replaced] : added;
    const addition = { partition, id, folder, typed, lines, parquet, records };
    const { rows, unparsed, elsewhere } = await commitFiles(this.tools, addition);
    this.rows += rows;
    this.unparsed += unparsed;
    this.elsewhere += elsewhere;
    this.mostlyUnparsed.push(...mostlyUnparsed(spooled, rawPrefixOf(partition), added));
    if (parquet !== undefined) this.changed += added.length;
    for (const [hash, name] of this.holders) if (name === continued?.name) this.holders.delete(hash);
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
    for (const { record, holder, hasSameBytes } of duplicates)
      if (hasSameBytes) await shareContent(this.pathOf({ name: holder }), this.pathOf(record));
    const { rows, unparsed, elsewhere, changed, differing, mostlyUnparsed, lost } = this;
    return {
      rows,
      unparsed,
      elsewhere,
      changed,
      duplicates: duplicates.length,
      differing,
      mostlyUnparsed,
      lost,
    };
  }
}
