import { randomUUID } from "node:crypto";
import { FORMATS } from "../../formats";
import { deliveredPrefixOf } from "../../formats/delivered-layout";
import { RAW_PREFIX } from "../../formats/partition-layout";
import { deliveredFolders, fileId, movedFileAt, type NotedFile, type NotePorts } from "./arrival-notes";
import { type OperationError, QueryFailedError, RetryableError } from "./errors";
import { committedFiles, type FileBatch } from "./plan-commits";
import type { CountingEngine, Lake } from "./ports";
import { type RejectedFile, setAside } from "./rejected-files";

export interface FailurePorts extends NotePorts {
  readonly engine: Pick<CountingEngine, "run">;
  readonly lake: Pick<Lake, "commitSql">;
}

export interface FailureConfig {
  /** Bucket of the files. */
  readonly bucket: string;
  /** Name of the typed table. */
  readonly table: string;
  /** When the run must end. */
  readonly deadline: Date;
}

/** What to do with a batch whose statement failed. */
export type AfterFailure =
  /** Commit these batches instead. */
  | { readonly kind: "again"; readonly batches: readonly FileBatch[] }
  /** A file that the statement read was rejected. @see fileId */
  | { readonly kind: "rejected"; readonly id: string }
  | { readonly kind: "given-up" };

/** Pauses before the retries of a statement that may have had a transient error. */
const RETRY_PAUSES_MS = [2_000, 10_000];
/** A key that no file has. */
const NO_FILE = `${RAW_PREFIX}none`;
/** Number of failures without a committed or rejected file between them, after which a file cannot be the cause. */
const MAX_FAILURES_IN_A_ROW = 20;

/** The failures of one run for one table: determines if a file is the cause, and which one. */
export class FailedCommits {
  /** Rejected files. */
  readonly rejected: Pick<RejectedFile, "key" | "reason">[] = [];
  /** Failures that the run could not resolve. */
  readonly failures: OperationError[] = [];
  /** Keys of rejected files. Those that AWS delivered are still there, so no statement may read them again. */
  readonly unreadable = new Set<string>();
  /** Files that are the probable cause of one failure. */
  private readonly suspects = new Set<string>();
  private inARow = 0;
  private retries = 0;

  constructor(
    private readonly ports: FailurePorts,
    private readonly config: FailureConfig,
  ) {}

  get isHopeless(): boolean {
    return this.inARow >= MAX_FAILURES_IN_A_ROW;
  }

  /** Call it after a statement succeeded: earlier failures were caused by files that it did not read. */
  succeeded(): void {
    this.inARow = 0;
    this.retries = 0;
  }

  async after(batch: FileBatch, error: QueryFailedError): Promise<AfterFailure> {
    this.inARow++;
    const { fault } = error;
    if (fault.kind === "statement" || this.isHopeless) return this.giveUp(error);
    if (fault.kind === "file") {
      const file = this.fileAt(fault.path, batch);
      if (file) return this.blame(file, batch, error);
    }
    const pause = fault.kind === "transient" ? RETRY_PAUSES_MS[this.retries++] : undefined;
    if (pause !== undefined) {
      await this.ports.clock.sleep(pause);
      return again(batch);
    }
    const half = Math.ceil(batch.length / 2);
    if (batch.length > 1) return again(batch.slice(0, half), batch.slice(half));
    const [file] = batch;
    const isOfFile = fault.kind !== "transient" && (await this.canCommitNothing(batch));
    if (!file || !isOfFile) return this.giveUp(error);
    // The engine worked before this failure, and works now.
    return this.blame(file, batch, error);
  }

  /** One failure may be a coincidence, e.g. a lost connection. A file that two queries could not read is rejected. */
  private async blame(file: NotedFile, batch: FileBatch, error: QueryFailedError): Promise<AfterFailure> {
    const id = fileId(file);
    if (this.suspects.has(id)) return this.reject(file, error);
    this.suspects.add(id);
    return again(batch);
  }

  /** True if the same statement without files succeeds: then a file caused the failure. */
  private async canCommitNothing(batch: FileBatch): Promise<boolean> {
    const { engine, lake } = this.ports;
    const ranges = [{ from: NO_FILE, to: NO_FILE }];
    const sql = lake.commitSql({ ...committedFiles(batch), ranges });
    try {
      await engine.run({ sql, token: randomUUID(), waitUntil: this.config.deadline, once: true });
      return true;
    } catch (error) {
      if (error instanceof QueryFailedError || error instanceof RetryableError) return false;
      throw error;
    }
  }

  private async reject(file: NotedFile, { reason }: QueryFailedError): Promise<AfterFailure> {
    const { key } = file;
    if (await setAside(this.ports, this.config.bucket, file, reason)) this.rejected.push({ key, reason });
    this.unreadable.add(key);
    this.inARow = 0;
    return { kind: "rejected", id: fileId(file) };
  }

  private giveUp(error: QueryFailedError): AfterFailure {
    this.failures.push(error);
    return { kind: "given-up" };
  }

  /** A file that the batch's statement read: one of the batch, or one in a range between two of them. */
  private fileAt(path: string, batch: FileBatch): NotedFile | undefined {
    const { bucket, table } = this.config;
    const root = `s3://${bucket}/`;
    if (path.startsWith(`${root}${RAW_PREFIX}${table}/`)) return movedFileAt(path.slice(root.length));
    return batch.find((file) => fileId(file) === path) ?? deliveredFileAt(path, batch);
  }
}

/** A file in the folders of a batch, which is of one source. */
function deliveredFileAt(path: string, batch: FileBatch): NotedFile | undefined {
  const format = Object.values(FORMATS).find(({ table }) => table === batch[0]?.partition.table);
  if (format?.delivered.kind !== "folders") return undefined;
  const { delivered: layout } = format;
  const folder = deliveredFolders(batch).find((one) =>
    path.startsWith(`s3://${one.bucket}/${deliveredPrefixOf(layout, one)}`),
  );
  const object = format.classify(path);
  if (!folder || !batch[0] || object.kind === "skip") return undefined;
  const key = path.slice(`s3://${folder.bucket}/`.length);
  return { kind: "delivered", key, folder, partition: { ...batch[0].partition, hour: object.hour } };
}

const again = (...batches: readonly FileBatch[]): AfterFailure => ({ kind: "again", batches });
