import { MINUTE_MS } from "../../formats/time";
import type { CommitRecords, EndedCommit } from "./commit-records";
import { OperationError } from "./errors";
import type { Clock, CountingEngine, Lake } from "./ports";
import { countUnparsed, type SucceededCommit } from "./unparsed-lines";

export interface CountPorts {
  readonly engine: CountingEngine;
  readonly lake: Lake;
  readonly clock: Clock;
  readonly records: CommitRecords;
}

export interface CountConfig {
  /** Bucket of the files. */
  readonly bucket: string;
  readonly table: string;
  /** When the run must end. */
  readonly deadline: Date;
}

/**
 * Functions run for at most 15 minutes: a commit that ended longer ago and is not counted was left by a run that was
 * interrupted, or that found no statistics yet.
 */
const LEFT_AFTER_MS = 30 * MINUTE_MS;

/** Counts the unparsed lines of commits after their end. What fails is left to a later run. */
export class CommitCounts {
  /** Unparsed lines of the counted commits; `undefined` if none was counted. */
  unparsed: number | undefined;
  readonly failures: OperationError[] = [];
  private left: readonly EndedCommit[] | undefined;
  private readonly succeeded: SucceededCommit[] = [];

  /**
   * @param onCounted called with the unparsed lines of a commit just before they are recorded: once for each commit,
   * unless the run ends in between
   */
  constructor(
    private readonly ports: CountPorts,
    private readonly config: CountConfig,
    private readonly onCounted: (unparsed: number) => void,
  ) {}

  /** Adds the commits that earlier runs have left, as they are when the run starts. */
  addLeft(ended: readonly EndedCommit[]): void {
    const now = this.ports.clock.now().getTime();
    this.left ??= ended.filter(
      (commit) => !commit.isCounted && now - commit.endedAt.getTime() > LEFT_AFTER_MS,
    );
  }

  /** Adds a commit of this run. */
  add(commit: SucceededCommit): void {
    this.succeeded.push(commit);
  }

  async count(): Promise<void> {
    for (const commit of this.succeeded) await this.countOne(commit);
    for (const ended of this.left ?? []) {
      const commit = await this.succeededCommit(ended);
      if (commit) await this.countOne(commit);
      else await this.ports.records.recordCount(ended.number, undefined);
    }
  }

  /** @returns `undefined` if the commit failed, or an older version recorded it without its files */
  private async succeededCommit({ number, endedAt }: EndedCommit): Promise<SucceededCommit | undefined> {
    const { records } = this.ports;
    const [start, end] = [await records.start(number), await records.outcome(number)];
    if (start?.text === undefined || end?.state !== "committed") return undefined;
    return { number, token: start.token, text: start.text, endedAt, queryId: end.queryId };
  }

  private async countOne(commit: SucceededCommit): Promise<void> {
    const { deadline: waitUntil, ...config } = this.config;
    const now = this.ports.clock.now();
    if (now >= waitUntil) return;
    try {
      const count = await countUnparsed(this.ports, commit, { ...config, waitUntil, now });
      if (count === undefined) return;
      const { unparsed = 0 } = count;
      this.unparsed = (this.unparsed ?? 0) + unparsed;
      this.onCounted(unparsed);
      await this.ports.records.recordCount(commit.number, count);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      // The query continues: a later run joins it.
      if (error.code !== "QUERY_TIMEOUT") this.failures.push(error);
    }
  }
}
