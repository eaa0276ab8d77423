import { addHours, hourOf, partitionValuesOf } from "../../formats/hour";
import { deliveredTableOf, rawTableOf } from "../../formats/log-format";
import type { LakeTable } from "../../formats/render/lake-sql";
import {
  renderDaysBefore,
  renderDaysToMerge,
  renderDeleteDays,
  renderOptimize,
  renderVacuum,
} from "../../formats/render/maintenance-sql";
import { renderUnparsedView } from "../../formats/render/unparsed-sql";
import { DAY_MS } from "../../formats/time";
import { commitRecords } from "./commit-records";
import { messageOf, OperationError, QueryFailedError, RetryableError } from "./errors";
import type { ObjectStore, QueryEngine, TableVersions, TextPartitions } from "./ports";
import type { Reconciled } from "./reconciled";

export interface MaintainPorts {
  readonly store: ObjectStore;
  readonly engine: QueryEngine;
  readonly versions: TableVersions;
  readonly partitions: TextPartitions;
  /** Compares delivered files with the table, once per night. */
  readonly reconcile: () => Promise<Reconciled | undefined>;
}

export interface MaintainConfig {
  /** Bucket of the records of commits. */
  readonly bucket: string;
  readonly now: Date;
  /**
   * Id of the night: a later run of the same night joins the statements of an earlier one, and uses the
   * results of those that have ended.
   */
  readonly token: string;
  /** When to stop waiting for a statement. It continues, and a later run of the night joins it. */
  readonly deadline: Date;
  /** Whole days that rows are kept, not counting today. Default: rows are not deleted. */
  readonly retentionDays?: number | undefined;
}

/** Result for one table. */
export interface MaintainedTable {
  readonly table: string;
  /** Days whose rows were deleted. */
  readonly deletedDays: number;
  /** Days whose small files were merged. */
  readonly mergedDays: number;
  readonly deletedVersions: number;
  /** Partitions of the raw tables that had another pattern. */
  readonly alignedPartitions: number;
  /** Result of the reconciliation; `undefined` if an earlier run of the night did it, or if it failed. */
  readonly reconciled: Omit<Reconciled, "known"> | undefined;
  /** True if a statement is still running and a later run must join it. */
  readonly isUnfinished: boolean;
  /** Errors of the failed steps; the other steps were completed. */
  readonly failures: readonly OperationError[];
}

const HOURS_PER_DAY = 24;
/** Athena stops OPTIMIZE and VACUUM after a while and asks for another run. */
const MAX_ROUNDS = 20;
const MORE_RUNS_NEEDED = /MORE_RUNS_NEEDED/;
/**
 * Functions run for at most 15 minutes: after this time, no running function still acts on a record that it
 * read, and hardly any file that it names is in another commit.
 */
const RECORD_AGE_MS = DAY_MS;

/** The nightly work on a typed table. Each step runs, even if others fail. */
export async function maintainTable(
  ports: MaintainPorts,
  table: LakeTable,
  config: MaintainConfig,
): Promise<MaintainedTable> {
  const run = new Maintenance(ports, table, config);
  // First: the next commit adds the files that the reconciliation finds, and reads them with the new pattern.
  await run.step(() => run.alignPartitions());
  await run.step(() => run.reconcile());
  await run.step(() => run.deleteVersions());
  await run.step(() => run.replaceView());
  await run.step(() => run.forgetCommits());
  await run.step(() => run.deleteExpired());
  await run.step(() => run.mergeFiles());
  await run.step(() => run.vacuum());
  return run.result;
}

class Maintenance {
  private deletedDays = 0;
  private mergedDays = 0;
  private deletedVersions = 0;
  private alignedPartitions = 0;
  private reconciled: MaintainedTable["reconciled"];
  private isUnfinished = false;
  private readonly failures: OperationError[] = [];

  constructor(
    private readonly ports: MaintainPorts,
    private readonly table: LakeTable,
    private readonly config: MaintainConfig,
  ) {}

  get result(): MaintainedTable {
    const { deletedDays, mergedDays, deletedVersions, alignedPartitions } = this;
    const { reconciled, isUnfinished, failures } = this;
    const table = this.table.format.table;
    return {
      table,
      deletedDays,
      mergedDays,
      deletedVersions,
      alignedPartitions,
      reconciled,
      isUnfinished,
      failures,
    };
  }

  async step(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof OperationError && error.code === "QUERY_TIMEOUT") this.isUnfinished = true;
      else this.failures.push(operationError(error));
    }
  }

  /** An upgrade can change the pattern of a raw table: its partitions keep the one that they were added with. */
  async alignPartitions(): Promise<void> {
    const { format, hasDelivered } = this.table;
    for (const table of [rawTableOf(format), ...(hasDelivered ? [deliveredTableOf(format)] : [])])
      this.alignedPartitions += await this.ports.partitions.align(table);
  }

  async reconcile(): Promise<void> {
    const found = await this.ports.reconcile();
    if (!found) return;
    const { known: _, ...reconciled } = found;
    this.reconciled = reconciled;
  }

  /** Every commit adds a version, and the catalog limits their number. */
  async deleteVersions(): Promise<void> {
    this.deletedVersions = await this.ports.versions.deleteOld(this.table.format.table);
  }

  /** So that it hides lines if the settings ask for it now. */
  async replaceView(): Promise<void> {
    await this.run(renderUnparsedView(this.table), "view");
  }

  /** Deletes the records of counted commits, except the last one, which gives the next commit its number. */
  async forgetCommits(): Promise<void> {
    const { ended, next } = await this.records.read();
    const isOld = (endedAt: Date) => this.config.now.getTime() - endedAt.getTime() > RECORD_AGE_MS;
    const counted = ended.filter(
      ({ number, endedAt, isCounted }) => isCounted && number < next - 1 && isOld(endedAt),
    );
    await this.records.forget(counted.map(({ number }) => number));
  }

  /** If the engine only marks rows as deleted, merging the files of these days deletes them. */
  async deleteExpired(): Promise<void> {
    const { retentionDays } = this.config;
    if (retentionDays === undefined) return;
    const before = renderDaysBefore(this.table, this.daysAgo(retentionDays));
    let days = await this.days(before, "expired/1");
    for (let round = 1; days.length > 0 && round < MAX_ROUNDS; round++) {
      const [first, last] = [days[0] ?? "", days.at(-1) ?? ""];
      await this.run(renderDeleteDays(this.table, first, last), "delete");
      let left = await this.days(before, `expired/${round}/deleted`);
      if (left.includes(first)) {
        await this.runUntilDone(renderOptimize(this.table, first, last));
        left = await this.days(before, `expired/${round}/merged`);
      }
      if (left.includes(first)) {
        const message = `${this.table.format.table}: rows of ${first} still exist after they were deleted`;
        throw new RetryableError("QUERY_FAILED", message);
      }
      this.deletedDays += days.length;
      days = left;
    }
  }

  /** Small files come from the last days' commits, late files, or history. */
  async mergeFiles(): Promise<void> {
    for (const dt of await this.days(renderDaysToMerge(this.table), "merge")) {
      await this.runUntilDone(renderOptimize(this.table, dt));
      this.mergedDays++;
    }
  }

  async vacuum(): Promise<void> {
    await this.runUntilDone(renderVacuum(this.table));
  }

  private async runUntilDone(sql: string): Promise<void> {
    for (let round = 1; ; round++) {
      try {
        await this.run(sql, `${round}`);
        return;
      } catch (error) {
        const needsMore = error instanceof QueryFailedError && MORE_RUNS_NEEDED.test(error.reason);
        if (!needsMore || round === MAX_ROUNDS) throw error;
      }
    }
  }

  private async days(sql: string, step: string): Promise<readonly string[]> {
    const list = (await this.value(sql, step)) ?? "";
    return list === "" ? [] : list.split(",");
  }

  private async run(sql: string, step: string): Promise<void> {
    await this.ports.engine.run(this.statement(sql, step));
  }

  private value(sql: string, step: string): Promise<string | undefined> {
    return this.ports.engine.value(this.statement(sql, step));
  }

  private statement(sql: string, step: string) {
    const { token, deadline } = this.config;
    return { sql, token: `${token}/${this.table.format.table}/${step}`, waitUntil: deadline };
  }

  private get records() {
    return commitRecords(this.ports.store, this.config.bucket, this.table.format.table);
  }

  private daysAgo(days: number): string {
    return partitionValuesOf(addHours(hourOf(this.config.now), -days * HOURS_PER_DAY)).dt;
  }
}

const operationError = (error: unknown): OperationError =>
  error instanceof OperationError
    ? error
    : new RetryableError("STORE_FAILED", messageOf(error), { cause: error });
