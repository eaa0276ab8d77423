import { tablesOfSources } from "../../formats/configured-source";
import type { DeliveredFolder } from "../../formats/delivered-layout";
import { parseHourRange } from "../../handlers/core/add-partitions";
import { allNotes } from "../../handlers/core/arrival-notes";
import { backfill } from "../../handlers/core/backfill";
import { backfillDelivered, type DeliveredBackfillConfig } from "../../handlers/core/backfill-delivered";
import { paceOf } from "../../handlers/core/pace";
import { memoryObjectStore } from "../../testing/memory-object-store";
import { virtualClock } from "../../testing/virtual-clock";
import { albFileKey, LOGS, WEB } from "../helpers/delivered";
import { TUNNEL, tunnelFileKey } from "../helpers/delivered-tunnel";

const SOURCES = [WEB, TUNNEL];

async function openBucket(keys: readonly string[]) {
  const clock = virtualClock("2026-11-23T07:50:00Z");
  const store = memoryObjectStore(clock.now);
  for (const key of keys) await store.put({ bucket: LOGS, key }, "lines");
  const added: DeliveredFolder[] = [];
  const notedBefore: number[] = [];
  const noted = async () => {
    const notes = await allNotes(store, "lake", tablesOfSources(SOURCES));
    return notes.flatMap(({ files }) => files.map(({ key }) => key)).sort();
  };
  const catalog = {
    add: async () => undefined,
    addDelivered: async (folders: readonly DeliveredFolder[]) => {
      notedBefore.push((await noted()).length);
      added.push(...folders);
    },
  };
  const ports = { store, listing: store, catalog, clock, pace: paceOf(clock, 100) };
  const config = {
    sources: SOURCES,
    bucket: "lake",
    range: parseHourRange("2025-01-31T22", "2025-02-01"),
    isDryRun: false,
    onProgress: () => undefined,
  };
  return {
    clock,
    store,
    added,
    notedBefore,
    noted,
    run: (changes: Partial<DeliveredBackfillConfig> = {}) =>
      backfillDelivered(ports, { ...config, ...changes }),
    /** The part of the backfill for sources whose files are moved. */
    move: () => backfill(ports, { ...config, logBucket: LOGS, names: "time-first", keepOriginals: false }),
  };
}

const at = (text: string) => new Date(`${text}:00Z`);
const IN_RANGE = [
  albFileKey({ end: at("2025-01-31T23:00") }),
  albFileKey({ end: at("2025-02-01T12:00") }),
  // The last minutes of the range, in the folder of the next day.
  albFileKey({ end: at("2025-02-02T00:00") }),
  tunnelFileKey(at("2025-02-01T05:00")),
];
const ALL = [
  ...IN_RANGE,
  albFileKey({ end: at("2025-01-31T22:00") }),
  albFileKey({ end: at("2025-02-02T01:00") }),
  albFileKey({ end: at("2024-12-01T12:00") }),
  tunnelFileKey(at("2025-02-01T06:00")).replace("tunnel_", "other_"),
];

describe("backfill of sources that are read as delivered", () => {
  it("notes the files in the range and adds their folders first, without a copy", async () => {
    const { run, noted, added, notedBefore, store } = await openBucket(ALL);
    expect(await run()).toEqual({
      objects: 7,
      files: 4,
      outOfRange: 2,
      skipped: { "unmatched-key": 1 },
      folders: 4,
    });
    expect(await noted()).toEqual([...IN_RANGE].sort());
    expect(added.map(({ source, time }) => [source, new Date(time).toISOString().slice(0, 13)])).toEqual([
      ["web", "2025-01-31T00"],
      ["web", "2025-02-01T00"],
      ["web", "2025-02-02T00"],
      ["tunnel", "2025-02-01T05"],
    ]);
    expect(notedBefore[0]).toBe(0);
    for (const key of ALL) expect(await store.exists({ bucket: LOGS, key })).toBe(true);
  });

  it("only counts in a dry run", async () => {
    const { run, noted, added } = await openBucket(ALL);
    expect(await run({ isDryRun: true })).toMatchObject({ files: 4, folders: 4 });
    expect([await noted(), added]).toEqual([[], []]);
  });

  it("reads only the folders of the table that was asked for", async () => {
    const { run, noted } = await openBucket(ALL);
    expect(await run({ table: "tunnel_access_logs" })).toMatchObject({ files: 1 });
    expect(await noted()).toEqual([IN_RANGE[3]]);
  });

  it("can be repeated", async () => {
    const { run, noted, clock } = await openBucket(ALL);
    await run();
    await clock.sleep(1000);
    expect(await run()).toMatchObject({ files: 4 });
    expect([...new Set(await noted())]).toEqual([...IN_RANGE].sort());
  });

  it("keeps to the rate", async () => {
    const { run, clock } = await openBucket(ALL);
    await run();
    expect(clock.slept).toBeGreaterThan(100);
  });

  it("moves none of these files", async () => {
    const { move, store } = await openBucket(ALL);
    expect(await move()).toMatchObject({ objects: 0, moved: 0, files: 0 });
    for (const key of ALL) expect(await store.exists({ bucket: LOGS, key })).toBe(true);
  });
});
