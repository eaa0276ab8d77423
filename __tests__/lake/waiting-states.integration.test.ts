import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addHours, hourOf, hoursFrom } from "../../formats/hour";
import type { Partition } from "../../formats/partition-layout";
import { QueryFailedError } from "../../handlers/core/errors";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { lakeLayout } from "../../lake/layout";
import { partitionState } from "../../lake/partition-state";
import { WaitingStates } from "../../lake/waiting-states";
import { UserError } from "../../terminal/user-error";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";

const FIRST = hourOf(Date.UTC(2026, 10, 23, 7));
const PARTITIONS = hoursFrom(FIRST, addHours(FIRST, 3)).map((hour) => ({ table: "alb_access_logs", hour }));
const [ONE, OTHER, THIRD] = PARTITIONS as [Partition, Partition, Partition];

let lake: TestLake;
let engine: DuckdbEngine;
let waiting: WaitingStates;
/** Statements that the waiting states ran. */
let statements: string[];

beforeEach(async () => {
  lake = testLake();
  for (const hour of ["07", "08", "09", "10"]) {
    lake.put(albKey(`20261123T${hour}10Z`), `${albLine({ user_agent: `"${hour}"` })}\n`);
    lake.put(albKey(`20261123T${hour}20Z`), `${albLine({ user_agent: `"late ${hour}"` })}\n`.repeat(2));
  }
  await lake.ingest();
  engine = await openDuckdb();
  statements = [];
  const rows: DuckdbEngine["rows"] = (sql) => {
    statements.push(sql);
    return engine.rows(sql);
  };
  waiting = new WaitingStates({ ...engine, rows }, lakeLayout(lake.lake));
  for (const partition of PARTITIONS) waiting.add(partition);
});
afterEach(() => {
  engine.close();
  lake.delete();
});

const alone = (partition: Partition) => partitionState(engine, lakeLayout(lake.lake), partition);
const folderOf = (partition: Partition): string => lakeLayout(lake.lake).typedPartition(partition);
const parquetOf = (partition: Partition): string => {
  const [name = ""] = readdirSync(folderOf(partition));
  return join(folderOf(partition), name);
};

describe("the states of partitions that wait", () => {
  it("are read together, and are what each would be alone", async () => {
    const states = [];
    for (const partition of PARTITIONS) states.push(await waiting.take(partition));
    expect(statements).toHaveLength(2);
    for (const [index, partition] of PARTITIONS.entries()) {
      const state = await alone(partition);
      expect(states[index]).toEqual(state);
      expect([...state.committed.values()].map(({ lines }) => lines).sort()).toEqual([1, 2]);
    }
  });

  it("are read together, too, if several are taken at once", async () => {
    const states = await Promise.all(PARTITIONS.map((partition) => waiting.take(partition)));
    expect(statements).toHaveLength(2);
    expect(states).toEqual(await Promise.all(PARTITIONS.map(alone)));
  });

  it("are read again for a partition that was changed after its state was taken", async () => {
    await waiting.take(ONE);
    rmSync(parquetOf(ONE));
    waiting.add(ONE);
    expect((await waiting.take(ONE)).committed.size).toBe(0);
  });

  it("do not depend on a Parquet file that cannot be read, which is an error of its own partition", async () => {
    writeFileSync(parquetOf(OTHER), "no Parquet");
    expect(await waiting.take(ONE)).toEqual(await alone(ONE));
    await expect(waiting.take(OTHER)).rejects.toThrow(QueryFailedError);
    expect(await waiting.take(THIRD)).toEqual(await alone(THIRD));
  });

  it("do not depend on a folder in the place of a Parquet file", async () => {
    const folder = parquetOf(OTHER);
    rmSync(folder);
    mkdirSync(folder);
    expect(await waiting.take(ONE)).toEqual(await alone(ONE));
    await expect(waiting.take(OTHER)).rejects.toThrow(UserError);
    expect(await waiting.take(THIRD)).toEqual(await alone(THIRD));
  });

  it("do not count the lines of a Parquet file that was copied to another partition twice", async () => {
    copyFileSync(parquetOf(ONE), join(folderOf(OTHER), "0123456789abcdef.parquet"));
    expect(await waiting.take(ONE)).toEqual(await alone(ONE));
    expect(await waiting.take(OTHER)).toEqual(await alone(OTHER));
  });

  it("need no statement if no table has rows of them", async () => {
    for (const partition of PARTITIONS) rmSync(folderOf(partition), { recursive: true });
    expect((await waiting.take(ONE)).committed.size).toBe(0);
    expect(statements).toEqual([]);
  });

  it("are not read together with that of a large partition", async () => {
    writeFileSync(parquetOf(ONE), Buffer.alloc(2 << 20));
    await expect(waiting.take(ONE)).rejects.toThrow(QueryFailedError);
    expect(statements.filter((sql) => sql.includes(folderOf(OTHER)))).toEqual([]);
  });
});
