import * as z from "zod/mini";
import { COMMITS_PREFIX } from "../../formats/partition-layout";
import { RetryableError } from "./errors";
import type { ObjectLocation, ObjectStore } from "./ports";

const startSchema = z.strictObject({
  /** The statement of the commit, and its token. */
  sql: z.string(),
  token: z.string(),
  /** Keys of the notes that are no longer needed after the statement has succeeded. */
  notes: z.array(z.string()),
  /** Partitions of its files as paths below `raw/`, e.g. `alb_access_logs/dt=2026-11-23/hour=07`. */
  partitions: z.array(z.string()),
  /** What the count of its unparsed lines takes. Older versions did not record it. */
  text: z.optional(
    z.strictObject({
      /** Paths of its files, `s3://<bucket>/<key>`. */
      files: z.array(z.string()),
      /** The statement that counts, see `Lake.countUnparsedSql`. */
      sql: z.string(),
    }),
  ),
});
/** A commit before its statement is submitted. */
export type CommitStart = z.output<typeof startSchema>;

/** A commit whose statement may be running. */
export interface PendingCommit extends CommitStart {
  readonly number: number;
}

const endSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("committed"), queryId: z.string() }),
  z.object({ state: z.literal("failed"), reason: z.string() }),
]);
/** End of a statement. */
export type CommitEnd = z.output<typeof endSchema>;

const countSchema = z.object({ unparsed: z.optional(z.number()), files: z.optional(z.array(z.string())) });
/** Unparsed lines of a commit, and the paths of the files that have any. */
export type UnparsedCount = z.output<typeof countSchema>;

/** A commit whose end is recorded. */
export interface EndedCommit {
  readonly number: number;
  readonly endedAt: Date;
  /** True if the number of its unparsed lines is recorded, or it has none to count. */
  readonly isCounted: boolean;
}

/**
 * The commits to one typed table, as write-once objects: `<number>.json` before a statement is submitted, and
 * `<number>.done.json` when it has ended. `<number>.counted.json` follows when its unparsed lines are counted.
 *
 * The first writer of a number owns it, and writes it only when the previous commit has ended: so at most one
 * statement is running, even if several functions are. This depends only on If-None-Match. Old records may be
 * deleted only when no function that has seen them can still be running. Otherwise their numbers could be
 * reused.
 */
export interface CommitRecords {
  /** @returns the pending commit, if there is one, the next number, and all ended commits */
  read(): Promise<{
    readonly pending: PendingCommit | undefined;
    readonly next: number;
    readonly ended: readonly EndedCommit[];
  }>;
  /** @returns false if another run has taken the number */
  begin(commit: PendingCommit): Promise<boolean>;
  /** @returns false if another run has already recorded the end */
  end(number: number, end: CommitEnd): Promise<boolean>;
  /** @returns the commit's start; `undefined` if the record was deleted */
  start(number: number): Promise<CommitStart | undefined>;
  /** @returns the commit's end; `undefined` if it has not ended, or the record was deleted */
  outcome(number: number): Promise<CommitEnd | undefined>;
  /** Records the unparsed lines of an ended commit. @param count `undefined` if it has none to count */
  recordCount(number: number, count: UnparsedCount | undefined): Promise<void>;
  /** @returns the recorded count; `undefined` without one */
  countOf(number: number): Promise<UnparsedCount | undefined>;
  /** When the last statement succeeded, according to the last records. */
  lastCommit(): Promise<Date | undefined>;
  /** Deletes the records of ended commits. */
  forget(numbers: readonly number[]): Promise<void>;
}

/** Records to read for the last statement that succeeded: an alarm reports so many failures in a row. */
const MAX_READ_BACK = 20;
/** Padded, so that numbers sort as texts. Other names are no records: a very large number has no next one. */
const DIGITS = 10;
const MAX_NUMBER = 10 ** DIGITS - 1;
const [START, END, COUNTED] = [".json", ".done.json", ".counted.json"] as const;
const RECORD = new RegExp(`/(?<number>\\d{${DIGITS}})(?<suffix>\\.json|\\.done\\.json|\\.counted\\.json)$`);

/** Selects the keys of pending commits: their end is not recorded. */
export function pendingKeys(keys: readonly string[]): ReadonlySet<string> {
  const all = new Set(keys);
  return new Set(
    keys.filter((key) => {
      const isStart = RECORD.exec(key)?.groups?.suffix === START;
      return isStart && !all.has(key.slice(0, -START.length) + END);
    }),
  );
}

/** @throws RetryableError `STORE_FAILED` from its methods if a record is invalid */
export function commitRecords(store: ObjectStore, bucket: string, table: string): CommitRecords {
  const prefix = `${COMMITS_PREFIX}${table}/`;
  const location = (number: number, suffix: string): ObjectLocation => ({
    bucket,
    key: `${prefix}${String(number).padStart(DIGITS, "0")}${suffix}`,
  });
  const startOf = (number: number) => location(number, START);
  const endOf = (number: number) => location(number, END);
  const countAt = (number: number) => location(number, COUNTED);

  const recordAt = async <Schema extends z.ZodMiniType>(
    at: ObjectLocation,
    schema: Schema,
  ): Promise<z.output<Schema> | undefined> => {
    const body = (await store.read(at))?.body;
    return body === undefined ? undefined : parse(schema, at.key, body);
  };
  const start = (number: number) => recordAt(startOf(number), startSchema);
  const outcome = (number: number) => recordAt(endOf(number), endSchema);

  const read: CommitRecords["read"] = async () => {
    const started: number[] = [];
    const ends: Omit<EndedCommit, "isCounted">[] = [];
    const counted = new Set<number>();
    for await (const { key, writtenAt } of store.list(bucket, prefix)) {
      const { number: text, suffix } = RECORD.exec(key)?.groups ?? {};
      if (text === undefined) continue;
      if (suffix === END) ends.push({ number: Number(text), endedAt: writtenAt });
      else if (suffix === COUNTED) counted.add(Number(text));
      else started.push(Number(text));
    }
    const ended = ends.map((end) => ({ ...end, isCounted: counted.has(end.number) }));
    const last = Math.max(0, ...started, ...ended.map(({ number }) => number));
    if (last === MAX_NUMBER) throw invalid(startOf(last).key);
    const isPending = last > 0 && !ended.some(({ number }) => number === last);
    const commit = isPending ? await start(last) : undefined;
    return { pending: commit && { number: last, ...commit }, next: last + 1, ended };
  };

  return {
    start,
    outcome,
    read,
    lastCommit: async () => {
      for (const { number, endedAt } of (await read()).ended.slice(-MAX_READ_BACK).reverse()) {
        if ((await outcome(number))?.state === "committed") return endedAt;
      }
      return undefined;
    },
    begin: async ({ number, ...commit }) =>
      (await store.putIfAbsent(startOf(number), JSON.stringify(commit))) !== undefined,
    end: async (number, end) => (await store.putIfAbsent(endOf(number), JSON.stringify(end))) !== undefined,
    recordCount: async (number, count = {}) => {
      await store.putIfAbsent(countAt(number), JSON.stringify(count));
    },
    countOf: (number) => recordAt(countAt(number), countSchema),
    forget: async (numbers) => {
      // A start without an end would look like a pending commit, an end without a count like one to count.
      for (const part of [startOf, endOf, countAt]) {
        await store.deleteAll(
          bucket,
          numbers.map((number) => part(number).key),
        );
      }
    },
  };
}

function parse<Schema extends z.ZodMiniType>(schema: Schema, key: string, body: string): z.output<Schema> {
  try {
    return z.parse(schema, JSON.parse(body));
  } catch (cause) {
    throw invalid(key, cause);
  }
}

const invalid = (key: string, cause?: unknown): RetryableError =>
  new RetryableError(
    "STORE_FAILED",
    `${key} is not a valid commit record; delete it when no INSERT into the table is running`,
    { cause },
  );
