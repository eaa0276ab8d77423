import fc from "fast-check";
import { isStampedKey } from "../../formats/file-identity";
import { addHours, type Hour, hourOf } from "../../formats/hour";
import { rawPrefixOf } from "../../formats/partition-layout";
import { DAY_MS } from "../../formats/time";
import type { DeliveredFile, NotedFile } from "../../handlers/core/arrival-notes";
import {
  committedFiles,
  MAX_BYTES,
  MAX_DAYS,
  MAX_EXACT_STATEMENTS,
  MAX_PARTITIONS,
  MAX_RANGES,
  planCommits,
} from "../../handlers/core/plan-commits";

const TABLE = { table: "alb_access_logs" };
const START = hourOf(Date.parse("2025-11-23T00:00:00Z"));
const fileAt = (hour: Hour, name: string, source?: string, size?: number): NotedFile => {
  const partition = { table: TABLE.table, hour, ...(source === undefined ? {} : { source }) };
  return {
    kind: "moved",
    key: rawPrefixOf(partition) + name,
    partition,
    ...(size === undefined ? {} : { size }),
  };
};

const deliveredAt = (hour: Hour, source: string, name: string): DeliveredFile => {
  const time = hourOf(Math.floor(hour / DAY_MS) * DAY_MS);
  const day = new Date(time).toISOString().slice(0, 10).replaceAll("-", "/");
  const folder = { table: TABLE.table, source, bucket: "logs", prefix: `${source}/`, folder: "eu", time };
  const stamp = new Date(hour).toISOString();
  return {
    kind: "delivered",
    key: `${source}/eu/${day}/${stamp}${name}`,
    partition: { ...TABLE, hour: hourOf(hour) },
    folder,
  };
};

const folderOf = (key: string) => key.slice(0, key.lastIndexOf("/"));

const anyFile = fc
  .tuple(fc.integer({ min: 0, max: 3000 }), fc.stringMatching(/^(log-[0-9]{2}Z-)?[0-9a-f]{1,12}$/))
  .map(([hours, name]) => fileAt(addHours(START, hours), name));

describe("planCommits", () => {
  it("puts every file into exactly one statement, within the limits of a statement", () => {
    fc.assert(
      fc.property(fc.array(anyFile, { maxLength: 400 }), (files) => {
        const batches = planCommits(TABLE, files);
        expect(
          batches
            .flat()
            .map(({ key }) => key)
            .sort(),
        ).toEqual(files.map(({ key }) => key).sort());
        for (const batch of batches) {
          const { partitions, ranges } = committedFiles(batch);
          expect(partitions.length).toBeLessThanOrEqual(MAX_PARTITIONS);
          expect(ranges.length).toBeLessThanOrEqual(MAX_RANGES);
          // Old and new names are never in one statement.
          expect(new Set(batch.map(({ key }) => isStampedKey(key))).size).toBe(1);
          const days = new Set(batch.map(({ partition }) => Math.floor(partition.hour / 86_400_000)));
          expect(days.size).toBeLessThanOrEqual(MAX_DAYS);
          for (const { key } of batch)
            expect(ranges.some(({ from, to }) => from <= key && key <= to)).toBe(true);
          // A range has keys of one partition.
          expect(ranges.filter(({ from, to }) => folderOf(from) !== folderOf(to))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("commits a year of hourly history in about a hundred statements", () => {
    const files = Array.from({ length: 365 * 24 }, (_, hours) => fileAt(addHours(START, hours), "a"));
    expect(planCommits(TABLE, files)).toHaveLength(Math.ceil((365 * 24) / MAX_PARTITIONS));
  });

  it("commits a year of files every five minutes in as many", () => {
    const files = Array.from({ length: 365 * 24 * 12 }, (_, index) =>
      fileAt(addHours(START, Math.floor(index / 12)), `log-${index}Z-0a1b2c3d-x`),
    );
    expect(planCommits(TABLE, files)).toHaveLength(Math.ceil((365 * 24) / MAX_PARTITIONS));
  });

  it("commits a year of files as delivered in as many, of one source each", () => {
    const files = ["web", "shop"].flatMap((source) =>
      Array.from({ length: 365 * 24 * 2 }, (_, index) =>
        deliveredAt(addHours(START, Math.floor(index / 2)), source, `${index % 2}`),
      ),
    );
    const batches = planCommits(TABLE, files);
    expect(batches).toHaveLength(2 * Math.ceil((365 * 24) / MAX_PARTITIONS));
    for (const batch of batches) {
      const committed = committedFiles(batch);
      const folders = committed.kind === "delivered" ? committed.folders : [];
      expect(new Set(folders.map(({ source }) => source)).size).toBe(1);
      expect(committed.ranges.filter(({ from, to }) => folderOf(from) !== folderOf(to))).toEqual([]);
    }
  });

  it("names the files of a busy run one by one in several statements, the oldest first, before it covers them", () => {
    const files = (count: number) =>
      Array.from({ length: count }, (_, index) => fileAt(addHours(START, index % 3), `${index}`));
    const busy = planCommits(TABLE, files(MAX_EXACT_STATEMENTS * MAX_RANGES));
    expect(busy.map(({ length }) => length)).toEqual(busy.map(() => MAX_RANGES));
    expect(busy.every((batch) => committedFiles(batch).ranges.every(({ from, to }) => from === to))).toBe(
      true,
    );
    expect(planCommits(TABLE, files(MAX_EXACT_STATEMENTS * MAX_RANGES + 1))).toHaveLength(1);
  });

  it("reads each of a day's files once in one statement a run, if their names begin with the minute", () => {
    const intervals = 12;
    const files = Array.from({ length: 24 * intervals }, (_, interval) =>
      Array.from({ length: 60 }, (_, index) => {
        const [hour, minute] = [Math.floor(interval / intervals), (interval % intervals) * 5];
        const stamp = `20251123T${String(hour).padStart(2, "0")}${String(minute).padStart(2, "0")}Z`;
        return fileAt(addHours(START, hour), `log-${stamp}-${String(7919 * index).padStart(8, "0")}-x`);
      }),
    );
    const keys = files.flat().map(({ key }) => key);
    expect(keys).toEqual([...keys].sort());
    const at = new Map(keys.map((key, index) => [key, index]));
    let read = 0;
    for (let run = 0; run < files.length; run += 2) {
      const batches = planCommits(TABLE, files.slice(run, run + 2).flat());
      expect(batches).toHaveLength(1);
      const { ranges } = committedFiles(batches[0] ?? []);
      // The ends of a range are files, and no file is in two ranges.
      for (const { from, to } of ranges) read += (at.get(to) ?? Number.NaN) - (at.get(from) ?? 0) + 1;
    }
    expect(read).toBe(keys.length);
  });

  it("puts the copies of a file under its old and its new name into two statements", () => {
    const names = ["0a1b2c3d-x", "log-20251123T00Z-0a1b2c3d-x"];
    const batches = planCommits(
      TABLE,
      names.map((name) => fileAt(START, name)),
    );
    expect(batches).toHaveLength(2);
  });

  it("covers no file that the engine cannot read", () => {
    const files = Array.from({ length: 300 }, (_, index) => fileAt(START, `${1000 + index}`));
    const broken = `${rawPrefixOf({ ...TABLE, hour: START })}1150-broken`;
    const { ranges } = committedFiles(files, new Set([broken]));
    expect(ranges.length).toBeLessThanOrEqual(MAX_RANGES);
    expect(ranges.some(({ from, to }) => from <= broken && broken <= to)).toBe(false);
  });

  it("starts with the oldest hours", () => {
    const files = [5, 3, 400, 1].map((hours) => fileAt(addHours(START, hours), "a"));
    const hours = planCommits(TABLE, files).map(([file]) => file?.partition.hour);
    expect(hours).toEqual([...hours].sort((a, b) => Number(a) - Number(b)));
  });

  it("names up to a hundred files one by one, so that the engine reads no other file", () => {
    const files = Array.from({ length: 100 }, (_, index) => fileAt(START, `file-${index}`));
    expect(committedFiles(files).ranges.every(({ from, to }) => from === to)).toBe(true);
  });

  it("covers more than a hundred files with ranges of the most similar names", () => {
    const five = Array.from({ length: 99 }, (_, index) => fileAt(START, `0005-${index}`));
    const ten = Array.from({ length: 99 }, (_, index) => fileAt(START, `0010-${index}`));
    const { ranges } = committedFiles([...five, ...ten]);
    expect(ranges).toHaveLength(MAX_RANGES);
    expect(ranges.some(({ from, to }) => from.includes("/0005") && to.includes("/0010"))).toBe(false);
  });

  it("separates only sources that have their own privacy rules", () => {
    const files = [fileAt(START, "a", "shop"), fileAt(START, "b", "api")];
    const rule = { clientIps: "truncate", queryStrings: "keep", cookies: "keep" } as const;
    expect(planCommits({ ...TABLE, sources: ["shop", "api"] }, files)).toHaveLength(1);
    const privacy = [{ source: "shop", ...rule }];
    expect(planCommits({ ...TABLE, sources: ["shop", "api"], privacy }, files)).toHaveLength(2);
  });

  it("limits the text of one statement, so that it ends within minutes", () => {
    const files = ["a", "b", "c"].map((name) => fileAt(START, name, undefined, MAX_BYTES / 2));
    expect(planCommits(TABLE, files).map(({ length }) => length)).toEqual([2, 1]);
  });
});
