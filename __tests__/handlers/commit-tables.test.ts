import { randomUUID } from "node:crypto";
import { hourOf } from "../../formats/hour";
import { type Partition, rawPrefixOf } from "../../formats/partition-layout";
import type { CommittedFiles } from "../../formats/render/file-conditions";
import { noteArrivals } from "../../handlers/core/arrival-notes";
import { commitRecords } from "../../handlers/core/commit-records";
import { commitTables } from "../../handlers/core/commit-tables";
import { QueryFailedError, type QueryFault, RetryableError } from "../../handlers/core/errors";
import type { CountingEngine, Statement } from "../../handlers/core/ports";
import { rejectedFiles, takeBack } from "../../handlers/core/rejected-files";
import { memoryObjectStore } from "../../testing/memory-object-store";
import { virtualClock } from "../../testing/virtual-clock";

const BUCKET = "logs";
const TABLE = "alb_access_logs";
const partitionAt = (hour: string): Partition => ({
  table: TABLE,
  hour: hourOf(Date.parse(`2026-11-23T${hour}:00:00Z`)),
});

/** The effect of a file on the statement that reads it. */
type Trouble = (key: string) => { readonly reason: string; readonly fault: QueryFault };

interface FakeQuery {
  /** Files whose rows it added. */
  readonly keys: readonly string[];
  readonly linesRead: number;
  readonly error?: QueryFailedError;
}

/**
 * An engine whose statements read the files of a store, each with one row and the lines of a header; a query lasts for a
 * given number of runs.
 */
function fakeEngine(files: () => Promise<readonly string[]>, troubles: ReadonlyMap<string, Trouble>) {
  const committed: string[] = [];
  const queries = new Map<string, FakeQuery>();
  const unparsed = new Map<string, number>();
  /** Counts of unparsed lines that were run. */
  const counts: Statement[] = [];
  const countErrors: Error[] = [];
  let hasStatistics = true;
  let runsLeft = 0;
  let outage: QueryFault | undefined;
  const filesIn = async ({ ranges }: CommittedFiles) =>
    (await files()).filter((key) => ranges.some(({ from, to }) => from <= key && key <= to));
  const execute = async ({ sql, token }: Statement): Promise<FakeQuery> => {
    const read = await filesIn(JSON.parse(sql.slice(HEAD.length)));
    const linesRead = read.reduce((sum, key) => sum + 1 + HEADER_LINES + (unparsed.get(key) ?? 0), 0);
    const keys = read.filter((key) => !committed.includes(key));
    const trouble = keys.map((key) => troubles.get(key)?.(key)).find((found) => found !== undefined);
    const reason = outage ? { reason: "the engine is out of order", fault: outage } : trouble;
    if (reason) {
      const error = new QueryFailedError(token, reason.reason, { fault: reason.fault });
      return { keys, linesRead, error };
    }
    committed.push(...keys);
    return { keys, linesRead };
  };
  const engine: CountingEngine = {
    run: async (statement) => {
      const query = queries.get(statement.token) ?? (await execute(statement));
      queries.set(statement.token, query);
      if (runsLeft-- > 0) throw new RetryableError("QUERY_TIMEOUT", "it goes on");
      if (query.error) throw query.error;
      return { queryId: statement.token, bytesScanned: query.keys.length };
    },
    value: async (statement) => {
      counts.push(statement);
      const error = countErrors.shift();
      if (error) throw error;
      const read = await filesIn(JSON.parse(statement.sql));
      const lines = read
        .filter((key) => unparsed.has(key))
        .map((key) => `${unparsed.get(key)} s3://${BUCKET}/${key}`);
      return lines.length > 0 ? lines.join("\n") : undefined;
    },
    rowsRead: async (id) => (hasStatistics ? queries.get(id)?.linesRead : undefined),
    rowsWritten: async (id) => queries.get(id)?.keys.length,
  };
  return {
    engine,
    committed,
    queries,
    unparsed,
    counts,
    countErrors,
    setStatistics: (exist: boolean) => {
      hasStatistics = exist;
    },
    setOutage: (fault: QueryFault | undefined) => {
      outage = fault;
    },
    outlive: (runs: number) => {
      runsLeft = runs;
    },
  };
}

/** A source that is read as delivered. */
const SOURCE = { name: "web", bucket: BUCKET, prefix: "web/AWSLogs/" };
const FOLDER = "111122223333/elasticloadbalancing/eu-central-1";
const DAY = Date.parse("2026-11-23T00:00:00Z");

const HEADER_LINES = 2;
const HEAD = `INSERT INTO "logs"."${TABLE}" (`;

async function openPipeline() {
  const clock = virtualClock();
  const store = memoryObjectStore(() => clock.now());
  const keysBelow = async (prefix: string) => {
    const keys: string[] = [];
    for await (const { key } of store.list(BUCKET, prefix)) keys.push(key);
    return keys;
  };
  const troubles = new Map<string, Trouble>();
  const fake = fakeEngine(
    async () => [...(await keysBelow("raw/")), ...(await keysBelow(SOURCE.prefix))],
    troubles,
  );
  const lake = {
    prepare: async () => undefined,
    commitSql: (files: CommittedFiles) => HEAD + JSON.stringify(files),
    isCommit: (_: string, sql: string) => sql.startsWith(HEAD),
    countUnparsedSql: (files: CommittedFiles) => JSON.stringify(files),
    isCountOfUnparsed: (_: string, sql: string) => sql.startsWith("{"),
    headerLines: () => HEADER_LINES,
  };
  const catalog = { add: async () => undefined, addDelivered: async () => undefined };
  const ports = { store, clock, catalog, engine: fake.engine, lake };
  /** Moves files into an hour, with one note for all of them. */
  const arrive = async (hour: string, ...names: readonly string[]) => {
    const partition = partitionAt(hour);
    const files = names.map((name) => ({
      kind: "moved" as const,
      key: rawPrefixOf(partition) + name,
      partition,
    }));
    for (const { key } of files) await store.put({ bucket: BUCKET, key }, key);
    await noteArrivals(ports, BUCKET, files);
    return files.map(({ key }) => key);
  };
  /** Delivers files to a folder that is read as it is, with one note for all of them. */
  const deliver = async (...names: readonly string[]) => {
    const { name: source, bucket, prefix } = SOURCE;
    const folder = { table: TABLE, source, bucket, prefix, folder: FOLDER, time: hourOf(DAY) };
    const files = names.map((name) => ({
      kind: "delivered" as const,
      key: `${SOURCE.prefix}${FOLDER}/2026/11/23/${name}`,
      partition: partitionAt("07"),
      folder,
    }));
    for (const { key } of files) await store.put({ bucket: BUCKET, key }, key);
    await noteArrivals(ports, BUCKET, files);
    return files.map(({ key }) => key);
  };
  const run = async (seconds = 600, delivered = [SOURCE]) => {
    const deadline = new Date(clock.now().getTime() + seconds * 1000);
    const config = { bucket: BUCKET, tables: [{ table: TABLE, delivered }], deadline };
    const [result] = await commitTables(
      ports,
      config,
      (key) => unknown.push(key),
      (_, lines) => reported.push(lines),
    );
    if (!result) throw new Error("no table");
    return result;
  };
  const unknown: string[] = [];
  const reported: number[] = [];
  return { ...fake, reported, store, clock, troubles, keysBelow, arrive, deliver, run, unknown };
}

const named: Trouble = (key) => ({
  reason: `HIVE_CURSOR_ERROR: Failed to read file: s3://${BUCKET}/${key}`,
  fault: { kind: "file", path: `s3://${BUCKET}/${key}` },
});
const unnamed: Trouble = () => ({ reason: "HIVE_BAD_DATA", fault: { kind: "unknown" } });
const busy: Trouble = () => ({ reason: "SlowDown", fault: { kind: "transient" } });

describe("commitTables", () => {
  it("commits the noted files of all hours with one statement, and deletes their notes", async () => {
    const { arrive, run, queries, committed, keysBelow } = await openPipeline();
    const files = [...(await arrive("07", "a", "b")), ...(await arrive("03", "c"))];
    expect(await run()).toMatchObject({ committed: 2, waiting: 0, rows: 3, failures: [], rejected: [] });
    expect(queries.size).toBe(1);
    expect([...committed].sort()).toEqual([...files].sort());
    expect(await keysBelow("_arrivals/")).toEqual([]);
    expect(await keysBelow("_commits/")).toEqual([
      `_commits/${TABLE}/0000000001.counted.json`,
      `_commits/${TABLE}/0000000001.done.json`,
      `_commits/${TABLE}/0000000001.json`,
    ]);
  });

  it("does not read files that the table already has", async () => {
    const { arrive, run } = await openPipeline();
    await arrive("07", "a", "b", "c");
    await run();
    await arrive("07", "d");
    expect(await run()).toMatchObject({ bytesScanned: 1, rows: 1 });
  });

  it("leaves a query that lasts longer than the run to the next run, which joins it", async () => {
    const { arrive, run, queries, outlive, committed } = await openPipeline();
    await arrive("07", "a");
    outlive(1);
    expect(await run()).toMatchObject({ committed: 0, waiting: 1 });
    expect(await run()).toMatchObject({ committed: 1, waiting: 0, rows: 1 });
    expect(queries.size).toBe(1);
    expect(committed).toHaveLength(1);
  });

  it("starts no query while the query of an earlier run still runs", async () => {
    const { arrive, run, queries, outlive } = await openPipeline();
    await arrive("07", "a");
    outlive(2);
    await run();
    await arrive("08", "b");
    expect(await run()).toMatchObject({ committed: 0, waiting: 2 });
    expect(queries.size).toBe(1);
  });

  it("commits each file once, and counts its rows once, when two runs meet", async () => {
    const { arrive, run, committed } = await openPipeline();
    await arrive("07", "a", "b");
    const results = await Promise.all([run(), run()]);
    expect(committed).toHaveLength(2);
    expect(results[0].rows + results[1].rows).toBe(2);
  });

  it("reports the longest wait of a note, including notes that still wait", async () => {
    const { arrive, run, clock, setOutage } = await openPipeline();
    await arrive("07", "a");
    await clock.sleep(300_000);
    setOutage({ kind: "statement" });
    expect(await run()).toMatchObject({ secondsToLake: 300, waiting: 1 });
    setOutage(undefined);
    expect(await run()).toMatchObject({ secondsToLake: 300, waiting: 0 });
    expect(await run()).toMatchObject({ secondsToLake: 0 });
  });

  it("does not submit a record whose statement is not a commit to the table", async () => {
    const { run, store, queries } = await openPipeline();
    const foreign = { sql: "DROP TABLE x", token: randomUUID(), notes: [], partitions: [] };
    await store.put({ bucket: BUCKET, key: `_commits/${TABLE}/0000000001.json` }, JSON.stringify(foreign));
    await expect(run()).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("delete its record"),
    });
    expect(queries.size).toBe(0);
  });

  it.each(["hello", "null", "{}"])("explains how to repair a record that no run wrote: %s", async (body) => {
    const { run, store } = await openPipeline();
    await store.put({ bucket: BUCKET, key: `_commits/${TABLE}/0000000001.json` }, body);
    await expect(run()).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("delete it when no INSERT"),
    });
  });

  it("names a note that it cannot parse, and keeps it", async () => {
    const { run, store, unknown, keysBelow } = await openPipeline();
    const key = `_arrivals/${TABLE}/note.json`;
    await store.put(
      { bucket: BUCKET, key },
      '{"files":[{"key":"raw/other/x","dt":"2026-11-23","hour":"07"}]}',
    );
    await run();
    expect(unknown).toContain(key);
    expect(await keysBelow("_arrivals/")).toEqual([key]);
  });

  it("replaces the markers of older versions with notes, once", async () => {
    const { run, store, committed, keysBelow } = await openPipeline();
    const prefix = rawPrefixOf(partitionAt("07"));
    await store.put({ bucket: BUCKET, key: `${prefix}a` }, "a");
    await store.put({ bucket: BUCKET, key: `_touched/${prefix.slice("raw/".length, -1)}` }, "1");
    await run();
    expect(committed).toEqual([`${prefix}a`]);
    expect(await keysBelow("_touched/")).toEqual([]);
  });
});

describe("a file that the engine cannot read", () => {
  const NAMES = Array.from({ length: 100 }, (_, index) => `file-${String(index).padStart(3, "0")}`);

  it("is moved to rejected/ with its bytes and the reason, and the same run commits the other files", async () => {
    const { arrive, run, troubles, committed, store, keysBelow } = await openPipeline();
    const keys = await arrive("07", ...NAMES);
    const bad = [3, 17, 40, 41, 99].map((index) => keys[index] ?? "");
    for (const key of bad) troubles.set(key, named);
    const result = await run();
    expect(result.rejected.map(({ key }) => key).sort()).toEqual(bad);
    expect(result).toMatchObject({ waiting: 0, failures: [], rows: 95 });
    expect([...committed].sort()).toEqual(keys.filter((key) => !bad.includes(key)));
    expect(await keysBelow("raw/")).toEqual(keys.filter((key) => !bad.includes(key)));
    const rejected = await rejectedFiles(store, BUCKET);
    expect(rejected.map(({ key, isReplaced }) => ({ key, isReplaced }))).toEqual(
      bad.map((key) => ({ key, isReplaced: false })),
    );
    expect(rejected[0]?.reason).toContain("HIVE_CURSOR_ERROR");
    for (const { key, rejectedKey } of rejected)
      expect((await store.read({ bucket: BUCKET, key: rejectedKey }))?.body).toBe(key);
    expect(await keysBelow("_arrivals/")).toEqual([]);
  });

  it("is found by bisection if the engine does not name it", async () => {
    const { arrive, run, troubles, queries } = await openPipeline();
    const keys = await arrive("07", ...NAMES);
    const bad = keys[61] ?? "";
    troubles.set(bad, unnamed);
    expect(await run()).toMatchObject({
      rejected: [{ key: bad, reason: "HIVE_BAD_DATA" }],
      rows: 99,
      waiting: 0,
    });
    // Seven halvings, each with the other half, and the check of the last file.
    expect(queries.size).toBeLessThanOrEqual(20);
  });

  it("is found if it is the only new file", async () => {
    const { arrive, run, troubles } = await openPipeline();
    const [bad = ""] = await arrive("07", "a");
    troubles.set(bad, unnamed);
    expect(await run()).toMatchObject({ rejected: [{ key: bad }], waiting: 0, failures: [] });
  });

  it("is retried, because a failure can be temporary", async () => {
    const { arrive, run, troubles } = await openPipeline();
    const [first = ""] = await arrive("07", "a", "b");
    troubles.set(first, (key) => {
      troubles.delete(key);
      return named(key);
    });
    expect(await run()).toMatchObject({ rejected: [], rows: 2, failures: [] });
  });

  it("is not moved while the engine fails for every file", async () => {
    const { arrive, run, setOutage, keysBelow, queries } = await openPipeline();
    const keys = await arrive("07", ...NAMES);
    setOutage({ kind: "unknown" });
    const { rejected, failures, waiting } = await run();
    expect({ rejected, waiting }).toEqual({ rejected: [], waiting: 1 });
    expect(failures.length).toBeGreaterThan(0);
    expect(await keysBelow("raw/")).toEqual(keys);
    expect(queries.size).toBeLessThan(60);
  });

  it("waits if the reason is temporary, and the other files are committed", async () => {
    const { arrive, run, troubles, committed } = await openPipeline();
    const keys = await arrive("07", ...NAMES);
    troubles.set(keys[5] ?? "", busy);
    expect(await run()).toMatchObject({ rejected: [], waiting: 1, rows: 99 });
    troubles.clear();
    expect(await run()).toMatchObject({ waiting: 0, rows: 1 });
    expect(committed).toHaveLength(100);
  });

  it("is not searched for if the engine refuses the statement itself", async () => {
    const { arrive, run, setOutage, queries } = await openPipeline();
    await arrive("07", ...NAMES);
    setOutage({ kind: "statement" });
    expect((await run()).failures).toHaveLength(1);
    expect(queries.size).toBe(1);
  });
});

describe("the unparsed lines of a commit", () => {
  it("are 0, without another reading, if the statement wrote each line that it read, except headers", async () => {
    const { arrive, run, counts, reported } = await openPipeline();
    await arrive("07", "a", "b");
    expect(await run()).toMatchObject({ unparsed: 0 });
    expect(reported).toEqual([0]);
    expect(counts).toEqual([]);
  });

  it("are counted from its files if the statement read more lines than it wrote", async () => {
    const { arrive, run, counts, unparsed, reported } = await openPipeline();
    const [first = "", second = ""] = await arrive("07", "a", "b", "c");
    unparsed.set(first, 3).set(second, 4);
    await arrive("08", "d");
    expect(await run()).toMatchObject({ rows: 4, unparsed: 7, failures: [] });
    expect(reported).toEqual([7]);
    expect(counts).toHaveLength(1);
    expect(await run()).toMatchObject({ unparsed: undefined });
  });

  it("are counted once if another note names the file again", async () => {
    const { arrive, run, unparsed, reported } = await openPipeline();
    unparsed.set((await arrive("07", "a"))[0] ?? "", 3);
    await run();
    const [, another = ""] = await arrive("07", "a", "b");
    unparsed.set(another, 2);
    expect(await run()).toMatchObject({ rows: 1, unparsed: 2 });
    expect(reported).toEqual([3, 2]);
  });

  it("do not hide behind the header that two notes of one file seem to have", async () => {
    const { arrive, run, unparsed } = await openPipeline();
    await arrive("07", "a");
    const [again = ""] = await arrive("07", "a");
    unparsed.set(again, HEADER_LINES);
    expect(await run()).toMatchObject({ unparsed: HEADER_LINES });
  });

  it("wait for the statistics in a later run, for hours if needed, and are then counted from its files", async () => {
    const { arrive, run, clock, counts, unparsed, setStatistics } = await openPipeline();
    unparsed.set((await arrive("07", "a"))[0] ?? "", 3);
    setStatistics(false);
    expect(await run()).toMatchObject({ rows: 1, unparsed: undefined });
    await clock.sleep(60 * 60_000);
    expect(await run()).toMatchObject({ unparsed: undefined });
    expect(counts).toEqual([]);
    await clock.sleep(2 * 60 * 60_000);
    expect(await run()).toMatchObject({ unparsed: 3 });
  });

  it("are not counted by another run that could meet the one that counts them", async () => {
    const { arrive, run, clock, setStatistics } = await openPipeline();
    await arrive("07", "a");
    setStatistics(false);
    await run();
    setStatistics(true);
    await clock.sleep(10 * 60_000);
    expect(await run()).toMatchObject({ unparsed: undefined });
    await clock.sleep(21 * 60_000);
    expect(await run()).toMatchObject({ unparsed: 0 });
  });

  it("stay unknown if their count fails: the failure is reported, and a later run counts them", async () => {
    const { arrive, run, clock, counts, countErrors, unparsed, reported, keysBelow } = await openPipeline();
    unparsed.set((await arrive("07", "a"))[0] ?? "", 3);
    countErrors.push(new QueryFailedError("q", "no"));
    const { rows, unparsed: found, failures } = await run();
    expect({ rows, found, codes: failures.map(({ code }) => code) }).toEqual({
      rows: 1,
      found: undefined,
      codes: ["QUERY_FAILED"],
    });
    expect(await keysBelow("_arrivals/")).toEqual([]);
    expect(reported).toEqual([]);
    await clock.sleep(61 * 60_000);
    expect(await run()).toMatchObject({ unparsed: 3, failures: [] });
    expect(new Set(counts.map(({ token }) => token)).size).toBe(2);
  });

  it("are counted by a later run if the count takes longer than the run, which joins it", async () => {
    const { arrive, run, clock, counts, countErrors, unparsed } = await openPipeline();
    unparsed.set((await arrive("07", "a"))[0] ?? "", 3);
    countErrors.push(new RetryableError("QUERY_TIMEOUT", "it goes on"));
    await clock.sleep(15 * 60_000);
    expect(await run()).toMatchObject({ unparsed: undefined, failures: [] });
    await clock.sleep(31 * 60_000);
    expect(await run()).toMatchObject({ unparsed: 3 });
    expect(new Set(counts.map(({ token }) => token)).size).toBe(1);
  });

  it("are not counted with a statement from the bucket that is not a count", async () => {
    const { run, clock, store, counts } = await openPipeline();
    const records = commitRecords(store, BUCKET, TABLE);
    const text = { files: ["s3://logs/a"], sql: "DROP TABLE x" };
    await records.begin({ number: 1, sql: "INSERT", token: "t", notes: [], partitions: [], text });
    await records.end(1, { state: "committed", queryId: "q" });
    await clock.sleep(3 * 60 * 60_000);
    expect((await run()).failures).toEqual([
      expect.objectContaining({ message: expect.stringContaining("not of the pipeline; delete it") }),
    ]);
    expect(counts).toEqual([]);
  });

  it("are not looked for in commits that failed, or that an older version recorded", async () => {
    const { run, clock, store, counts, keysBelow } = await openPipeline();
    const records = commitRecords(store, BUCKET, TABLE);
    const start = { sql: "INSERT", token: "t", notes: [], partitions: [] };
    await records.begin({ ...start, number: 1, text: { files: ["s3://logs/a"], sql: "{}" } });
    await records.end(1, { state: "failed", reason: "x" });
    await records.begin({ ...start, number: 2 });
    await records.end(2, { state: "committed", queryId: "q" });
    await clock.sleep(31 * 60_000);
    expect(await run()).toMatchObject({ unparsed: undefined });
    expect(counts).toEqual([]);
    expect((await keysBelow("_commits/")).filter((key) => key.endsWith(".counted.json"))).toHaveLength(2);
  });
});

describe("the records of commits", () => {
  it("give a number to the first run that claims it", async () => {
    const store = memoryObjectStore();
    const commit = { number: 1, sql: "INSERT", token: randomUUID(), notes: [], partitions: [] };
    const records = commitRecords(store, BUCKET, TABLE);
    expect(await Promise.all([records.begin(commit), records.begin(commit)])).toEqual([true, false]);
    expect((await records.read()).pending).toEqual(commit);
  });

  it.each(["99999999999999999999.json", "9007199254740992.done.json", "5.json", "1e5.json", "-1.json"])(
    "are not confused with another object, which would take all numbers: %s",
    async (name) => {
      const store = memoryObjectStore();
      await store.put({ bucket: BUCKET, key: `_commits/${TABLE}/${name}` }, "null");
      expect(await commitRecords(store, BUCKET, TABLE).read()).toMatchObject({ pending: undefined, next: 1 });
    },
  );

  it("stop at the last number that has a name, because the next one would not be found again", async () => {
    const store = memoryObjectStore();
    const key = `_commits/${TABLE}/9999999999.json`;
    for (const name of [key, key.replace(".json", ".done.json")])
      await store.put({ bucket: BUCKET, key: name }, "{}");
    await expect(commitRecords(store, BUCKET, TABLE).read()).rejects.toThrow(`${key} is not a valid`);
  });

  it("end once, and the next number follows", async () => {
    const store = memoryObjectStore();
    const records = commitRecords(store, BUCKET, TABLE);
    await records.begin({ number: 1, sql: "INSERT", token: randomUUID(), notes: [], partitions: [] });
    expect(await records.end(1, { state: "failed", reason: "x" })).toBe(true);
    expect(await records.end(1, { state: "committed", queryId: "q" })).toBe(false);
    expect(await records.read()).toMatchObject({ pending: undefined, next: 2 });
    expect(await records.lastCommit()).toBeUndefined();
  });

  it("do not reuse numbers after old records are deleted", async () => {
    const store = memoryObjectStore();
    const records = commitRecords(store, BUCKET, TABLE);
    for (const number of [1, 2, 3]) {
      await records.begin({ number, sql: "INSERT", token: randomUUID(), notes: [], partitions: [] });
      await records.end(number, { state: "committed", queryId: "q" });
    }
    await records.forget([1, 2]);
    expect(await records.read()).toMatchObject({ pending: undefined, next: 4 });
    expect(await records.lastCommit()).toBeInstanceOf(Date);
  });
});

describe("files as delivered", () => {
  it("are committed by a statement of their own", async () => {
    const { arrive, deliver, run, committed, queries } = await openPipeline();
    const keys = [...(await arrive("07", "a")), ...(await deliver("b", "c"))];
    expect(await run()).toMatchObject({ rows: 3, waiting: 0, committed: 2 });
    expect([...committed].sort()).toEqual(keys.sort());
    expect(queries.size).toBe(2);
  });

  it("are left to the move if their source is moved now", async () => {
    const { deliver, run, committed, keysBelow } = await openPipeline();
    await deliver("a");
    expect(await run(600, [])).toMatchObject({ rows: 0, waiting: 0 });
    expect([committed, await keysBelow("_arrivals/")]).toEqual([[], []]);
  });

  it.each([
    ["names", named],
    ["does not name", unnamed],
  ])(
    "stay where they are, with a copy in rejected/, if the engine cannot read them and %s them",
    async (_, trouble) => {
      const { deliver, run, troubles, committed, keysBelow, store, clock } = await openPipeline();
      const keys = await deliver("a", "b", "c");
      // A second note of the same files, as after a crash between the note and the position of a listing.
      await clock.sleep(1000);
      await deliver("a", "b", "c");
      const bad = keys[1] ?? "";
      troubles.set(bad, trouble);
      expect(await run()).toMatchObject({ rejected: [{ key: bad }], rows: 2, waiting: 0, failures: [] });
      expect([...committed].sort()).toEqual(keys.filter((key) => key !== bad));
      expect(await keysBelow(SOURCE.prefix)).toEqual(keys);
      const rejected = async () => (await rejectedFiles(store, BUCKET)).map(({ isReplaced }) => isReplaced);
      expect(await rejected()).toEqual([false]);
      await clock.sleep(1000);
      troubles.delete(bad);
      await store.put({ bucket: BUCKET, key: bad }, "an intact copy");
      expect(await rejected()).toEqual([true]);
      for (const file of await rejectedFiles(store, BUCKET)) await takeBack({ store, clock }, BUCKET, file);
      expect(await run()).toMatchObject({ rows: 1, waiting: 0 });
      expect([await keysBelow("rejected/"), await keysBelow("_arrivals/")]).toEqual([[], []]);
    },
  );
});
