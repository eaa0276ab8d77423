import { COPY_CONCURRENCY, moveObjects } from "../../handlers/core/move-objects";
import type { Clock, ObjectStore } from "../../handlers/core/ports";
import { createScheduler } from "../../simulation/scheduler";
import { memoryObjectStore } from "../../testing/memory-object-store";
import { albKey } from "../helpers/lake";
import { notedFiles } from "../helpers/notes";

const SOURCES = [{ format: "alb", prefix: "alb/AWSLogs/" }] as const;
const START = Date.parse("2026-11-23T07:50:00Z");
/** The duration of a copy when S3 is slow. */
const SLOW_COPY_MS = 2_500;

async function openBucket(objects: number) {
  const scheduler = createScheduler(START);
  const memory = memoryObjectStore(() => new Date(scheduler.now()));
  const keys = Array.from({ length: objects }, () => albKey());
  for (const key of keys) await memory.put({ bucket: "logs", key }, key);
  const clock: Clock = { now: () => new Date(scheduler.now()), sleep: scheduler.sleep };
  let inFlight = 0;
  let maxInFlight = 0;
  const store: ObjectStore = {
    ...memory,
    copy: async (source, target) => {
      maxInFlight = Math.max(maxInFlight, ++inFlight);
      await scheduler.sleep(SLOW_COPY_MS);
      inFlight--;
      return memory.copy(source, target);
    },
  };
  const list = async (prefix: string) => {
    const found: string[] = [];
    for await (const { key } of memory.list("logs", prefix)) found.push(key);
    return found;
  };
  /** Moves within some seconds of virtual time. */
  const move = async (
    moved: readonly string[],
    seconds: number,
    alongside: () => Promise<void> = async () => undefined,
  ) => {
    const deadline = new Date(scheduler.now() + seconds * 1000);
    let outcomes: Awaited<ReturnType<typeof moveObjects>> = [];
    scheduler.start(async () => {
      outcomes = await moveObjects(
        { store, clock },
        { sources: SOURCES, targetBucket: "logs", names: "time-first", keepOriginals: false, deadline },
        moved.map((key) => ({ bucket: "logs", key })),
      );
    });
    scheduler.start(alongside);
    await scheduler.run();
    return outcomes;
  };
  const noted = () => notedFiles(memory, "logs", "_arrivals/");
  return { keys, scheduler, list, move, noted, maxInFlight: () => maxInFlight };
}

describe("moveObjects when copies are slow", () => {
  it("moves the objects that it has time for, returns the others, and ends in time", async () => {
    const { keys, scheduler, list, move, noted, maxInFlight } = await openBucket(1_000);
    const outcomes = await move(keys, 45);
    const kinds = outcomes.map(({ kind }) => kind);
    const moved = kinds.filter((kind) => kind === "moved").length;
    expect(moved).toBe((45_000 / SLOW_COPY_MS) * COPY_CONCURRENCY);
    expect(kinds.filter((kind) => kind === "postponed")).toHaveLength(1_000 - moved);
    expect(scheduler.now() - START).toBeLessThanOrEqual(45_000 + SLOW_COPY_MS);
    expect(maxInFlight()).toBe(COPY_CONCURRENCY);
    const left = await list("alb/");
    expect(left).toEqual(keys.filter((_, index) => kinds[index] === "postponed").sort());
    expect(await list("raw/")).toHaveLength(moved);
    expect(await noted()).toEqual(await list("raw/"));
    expect((await move(left, 45)).every(({ kind }) => kind === "moved")).toBe(true);
    expect(await list("alb/")).toEqual([]);
    expect(await noted()).toEqual(await list("raw/"));
  });

  it("notes and deletes copied objects before it copies the others, so that little is lost if it stops", async () => {
    const { keys, scheduler, list, move, noted } = await openBucket(1_000);
    let [left, known]: [string[], string[]] = [[], []];
    await move(keys, 600, async () => {
      await scheduler.sleep(30_000);
      [left, known] = [await list("alb/"), await noted()];
    });
    // 12 times 32 were copied until then: three full batches of a hundred.
    expect(left).toHaveLength(700);
    expect(known).toHaveLength(300);
    expect(await list("alb/")).toEqual([]);
  });
});
