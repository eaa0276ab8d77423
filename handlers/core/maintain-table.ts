import pLimit from "p-limit";
import { addHours, hourOf, partitionValuesOf } from "../../formats/hour";
import { parsePartitionPath } from "../../formats/partition-layout";
import { type LakeTable, renderCountUnparsed, renderUnparsedView } from "../../formats/render/lake-sql";
import {
  renderDaysBefore,
  renderDaysToMerge,
  renderDeleteDays,
  renderOptimize,
  renderVacuum,
} from "../../formats/render/maintenance-sql";
import { HOUR_MS } from "../../formats/time";
import { commitRecords } from "./commit-records";
import { messageOf, OperationError, QueryFailedError, RetryableError } from "./errors";
import type { ObjectStore, QueryEngine, TableVersions } from "./ports";

export interface MaintainPorts {
  readonly store: ObjectStore;
  readonly engine: QueryEngine;
  readonly versions: TableVersions;
}

export interface MaintainConfig {
  /** Bucket of the records of commits. */
  readonly bucket: string;
  readonly now: Date;
  /**
   * Names the night: a later run of the same night joins the statements of an earlier one, and takes the results of those
   * that have ended.
   */
  readonly token: string;
  /** When to stop waiting for a statement. It goes on, and a later run of the night joins it. */
  readonly deadline: Date;
  /** Whole days that rows are kept, today not counted; default: they are kept. */
  readonly retentionDays?: number | undefined;
}

/** What was done for one table. */
export interface MaintainedTable {
  readonly table: string;
  /** Days whose rows were deleted. */
  readonly deletedDays: number;
  /** Days whose small files were merged. */
  readonly mergedDays: number;
  readonly deletedVersions: number;
  /** Unparsed lines of finished days that got files since they were last counted; `undefined` if there was no such day. */
  readonly unparsed: number | undefined;
  /** True if a statement goes on and a later run has to join it. */
  readonly isUnfinished: boolean;
  /** What failed; the other steps were carried out. */
  readonly failures: readonly OperationError[];
}

const HOURS_PER_DAY = 24;
/** By then the last late file of a day has come. */
const COUNTED_DAYS_AGO = 2;
/** Athena stops OPTIMIZE and VACUUM after a while and asks for another run. */
const MAX_ROUNDS = 20;
const MORE_RUNS_NEEDED = /MORE_RUNS_NEEDED/;
/** No function runs longer than a quarter of an hour: after this, none can have seen a record and still act on it. */
const RECORD_AGE_MS = 2 * HOUR_MS;
const READS_AT_ONCE = 32;

/** The nightly work on a typed table. Each step is tried, whatever became of the others. */
export async function maintainTable(
  ports: MaintainPorts,
  table: LakeTable,
  config: MaintainConfig,
): Promise<MaintainedTable> {
  const run = new Maintenance(ports, table, config);
  await run.step(() => run.deleteVersions());
  await run.step(() => run.countUnparsed());
  await run.step(() => run.deleteExpired());
  await run.step(() => run.mergeFiles());
  await run.step(() => run.vacuum());
  return run.result;
}

class Maintenance {
  private deletedDays = 0;
  private mergedDays = 0;
  private deletedVersions = 0;
  private unparsed: number | undefined;
  private isUnfinished = false;
  private readonly failures: OperationError[] = [];

  constructor(
    private readonly ports: MaintainPorts,
    private readonly table: LakeTable,
    private readonly config: MaintainConfig,
  ) {}

  get result(): MaintainedTable {
    const { deletedDays, mergedDays, deletedVersions, unparsed, isUnfinished, failures } = this;
    const table = this.table.format.table;
    return { table, deletedDays, mergedDays, deletedVersions, unparsed, isUnfinished, failures };
  }

  async step(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof OperationError && error.code === "QUERY_TIMEOUT") this.isUnfinished = true;
      else this.failures.push(operationError(error));
    }
  }

  /** Every commit adds one, and the catalog takes only so many. */
  async deleteVersions(): Promise<void> {
    this.deletedVersions = await this.ports.versions.deleteOld(this.table.format.table);
  }

  /**
   * Counts the lines that are no rows in the finished days that got files. The records of commits say which these are;
   * they are deleted with that, but for the last one, from which the next commit is numbered.
   */
  async countUnparsed(): Promise<void> {
    await this.run(renderUnparsedView(this.table), "view");
    const { numbers, days } = await this.endedCommits();
    for (const dt of days) {
      const count = await this.value(renderCountUnparsed(this.table, dt), `unparsed/${numbers.at(-1)}`);
      this.unparsed = (this.unparsed ?? 0) + Number(count);
    }
    await this.records.forget(numbers);
  }

  /**
   * The commits of finished days, by number, and these days. Around midnight a commit is of two days: it need not wait for the
   * second one where commits of that day alone stand for it, or the first day would be counted again with it.
   */
  private async endedCommits(): Promise<{ numbers: number[]; days: string[] }> {
    const { ended, next } = await this.records.read();
    const lastDay = this.daysAgo(COUNTED_DAYS_AGO);
    const isOld = ({ endedAt }: { endedAt: Date }) =>
      this.config.now.getTime() - endedAt.getTime() > RECORD_AGE_MS;
    const old = ended.filter(({ number }) => number < next - 1).filter(isOld);
    const commits = await pLimit(READS_AT_ONCE).map(old, async ({ number }) => {
      const start = await this.records.start(number);
      const partitions = (start?.partitions ?? []).flatMap((path) => parsePartitionPath(path) ?? []);
      return { number, days: [...new Set(partitions.map(({ hour }) => partitionValuesOf(hour).dt))] };
    });
    const alone = new Set(commits.flatMap(({ days }) => (days.length === 1 ? days : [])));
    const finished = commits.filter(({ days }) =>
      days.every((dt) => dt <= lastDay || (days.length > 1 && alone.has(dt))),
    );
    return {
      numbers: finished.map(({ number }) => number),
      days: [...new Set(finished.flatMap(({ days }) => days))].filter((dt) => dt <= lastDay).sort(),
    };
  }

  /** Where the engine only marks rows as deleted, merging the files of these days deletes them. */
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

  /** Whatever wrote them: the commits of the last days, late files, or history. */
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
