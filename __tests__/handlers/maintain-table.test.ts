import { randomUUID } from "node:crypto";
import { FORMATS } from "../../formats";
import { HOUR_MS } from "../../formats/time";
import { commitRecords } from "../../handlers/core/commit-records";
import { QueryFailedError, RetryableError } from "../../handlers/core/errors";
import { type MaintainConfig, maintainTable } from "../../handlers/core/maintain-table";
import type { Statement } from "../../handlers/core/ports";
import { memoryObjectStore } from "../../testing/memory-object-store";

const TABLE = { format: FORMATS.alb, database: "logs", bucket: "logs", bySource: false };
const NOW = new Date("2026-11-28T03:30:00Z");

/** A table with days of files, which carries its statements out. */
function openTable(days: readonly string[] = []) {
  let clock = new Date(NOW.getTime() - 48 * HOUR_MS);
  const store = memoryObjectStore(() => clock);
  const records = commitRecords(store, "logs", TABLE.format.table);
  const held = new Set(days);
  const statements: string[] = [];
  const errors = new Map<RegExp, Error[]>();
  const values = new Map<RegExp, () => string | undefined>([
    [/< DATE '/, () => [...held].filter((day) => day < "2026-11-01").join(",") || undefined],
    [/"file_count" >/, () => ["2026-11-02", "2026-11-27"].filter((day) => held.has(day)).join(",")],
  ]);
  let deletes = true;
  const run = (sql: string) => {
    statements.push(sql);
    for (const [pattern, list] of errors) {
      const error = pattern.test(sql) ? list.shift() : undefined;
      if (error) throw error;
    }
    const [, from = "", to = ""] = /^DELETE[\s\S]*>= TIMESTAMP '(\S+) .*< TIMESTAMP '(\S+) /.exec(sql) ?? [];
    if (deletes) for (const day of held) if (day >= from && day < to) held.delete(day);
    if (/^OPTIMIZE/.test(sql) && !deletes) for (const day of held) if (day < "2026-11-01") held.delete(day);
  };
  const ports = {
    store,
    partitions: {
      align: async (table: string) => {
        run(`align ${table}`);
        return 2;
      },
    },
    versions: { deleteOld: async () => 7 },
    reconcile: async () => {
      run("reconcile");
      return undefined;
    },
    engine: {
      run: async ({ sql }: Statement) => {
        run(sql);
        return { queryId: "q" };
      },
      value: async ({ sql }: Statement) => {
        run(sql);
        return [...values].find(([pattern]) => pattern.test(sql))?.[1]();
      },
    },
  };
  /** Records a commit of some hours before now. */
  const commit = async (hoursAgo: number, isCounted: boolean) => {
    clock = new Date(NOW.getTime() - hoursAgo * HOUR_MS);
    const { next: number } = await records.read();
    await records.begin({ number, sql: "INSERT", token: randomUUID(), notes: [], partitions: [] });
    await records.end(number, { state: "committed", queryId: "q" });
    if (isCounted) await records.recordCount(number, { unparsed: 0 });
  };
  const maintain = (config: Partial<MaintainConfig> = {}) =>
    maintainTable(ports, TABLE, {
      bucket: "logs",
      now: NOW,
      token: "2026-11-28",
      deadline: new Date(NOW.getTime() + 600_000),
      ...config,
    });
  return {
    records,
    held,
    statements,
    errors,
    commit,
    maintain,
    marksRowsOnly: () => {
      deletes = false;
    },
  };
}

describe("maintainTable", () => {
  it("gives the partitions of the raw tables their pattern before it looks for files that were not read with it", async () => {
    const { maintain, statements } = openTable();
    expect((await maintain()).alignedPartitions).toBe(2);
    expect(statements.slice(0, 2)).toEqual(["align alb_access_logs_raw", "reconcile"]);
  });

  it("deletes the records of counted commits of earlier days, except the last one", async () => {
    const { commit, maintain, records } = openTable();
    await commit(50, true);
    await commit(40, false);
    await commit(30, true);
    await commit(20, true);
    await maintain();
    expect((await records.read()).ended.map(({ number }) => number)).toEqual([2, 4]);
    await maintain({ now: new Date(NOW.getTime() + 24 * HOUR_MS) });
    expect((await records.read()).ended.map(({ number }) => number)).toEqual([2, 4]);
  });

  it("merges days that have many small files, also files of other writers", async () => {
    const { maintain, statements } = openTable(["2026-11-02", "2026-11-20", "2026-11-27"]);
    expect(await maintain()).toMatchObject({ mergedDays: 2, deletedVersions: 7, failures: [] });
    const merged = statements.filter((sql) => sql.startsWith("OPTIMIZE"));
    expect(merged).toHaveLength(2);
    expect(merged[0]).toContain(
      `"time" >= TIMESTAMP '2026-11-02 00:00:00' AND "time" < TIMESTAMP '2026-11-03`,
    );
  });

  it("deletes each day that is older than the retention", async () => {
    const { maintain, held } = openTable(["2020-01-01", "2026-10-31", "2026-11-02"]);
    expect(await maintain({ retentionDays: 27 })).toMatchObject({ deletedDays: 2, failures: [] });
    expect([...held]).toEqual(["2026-11-02"]);
  });

  it("merges the files of deleted days if the engine only marked their rows as deleted", async () => {
    const { maintain, held, marksRowsOnly, statements } = openTable(["2026-10-30", "2026-10-31"]);
    marksRowsOnly();
    expect(await maintain({ retentionDays: 27 })).toMatchObject({ deletedDays: 2, failures: [] });
    expect([...held]).toEqual([]);
    expect(statements.find((sql) => sql.startsWith("OPTIMIZE"))).toContain(
      `"time" >= TIMESTAMP '2026-10-30 00:00:00' AND "time" < TIMESTAMP '2026-11-01 00:00:00'`,
    );
  });

  it("runs the other steps when one fails, and names the failed step", async () => {
    const { maintain, errors, statements } = openTable(["2026-11-02"]);
    errors.set(/^OPTIMIZE/, [new QueryFailedError("q", "no")]);
    const { failures } = await maintain();
    expect(failures.map(({ code }) => code)).toEqual(["QUERY_FAILED"]);
    expect(statements.at(-1)).toBe("VACUUM logs.alb_access_logs");
  });

  it("runs OPTIMIZE again as long as Athena asks for it", async () => {
    const { maintain, errors, statements } = openTable(["2026-11-02"]);
    const more = () => new QueryFailedError("q", "ICEBERG_OPTIMIZE_MORE_RUNS_NEEDED");
    errors.set(/^OPTIMIZE/, [more(), more()]);
    expect((await maintain()).mergedDays).toBe(1);
    expect(statements.filter((sql) => sql.startsWith("OPTIMIZE"))).toHaveLength(3);
  });

  it("leaves a statement that takes too long to a later run of the same night", async () => {
    const { maintain, errors } = openTable();
    errors.set(/^VACUUM/, [new RetryableError("QUERY_TIMEOUT", "it goes on")]);
    expect(await maintain()).toMatchObject({ isUnfinished: true, failures: [] });
  });
});
