import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { queryLake } from "../../lake/query";
import { writeSample } from "../../sample/write-sample";
import { PROGRAM } from "../helpers/run-program";

/** A process that counts process ids and mounts file systems of its own, as in a container. */
const CONTAINER = ["--pid", "--mount", "--fork", "--kill-child", "--mount-proc"];
const hasContainers = spawnSync("unshare", [...CONTAINER, "true"]).status === 0;

let root: string;
let rows: number;
let tables: readonly string[];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "containers-"));
  const written = await writeSample(
    join(root, "logs"),
    { seed: 1, files: 60, lines: 300, hours: 4 },
    () => undefined,
  );
  tables = Object.keys(written.rows);
  rows = Object.values(written.rows).reduce((sum, count) => sum + count, 0);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs `ingest` in a container that has the lake at another path. */
function ingestInContainer(lake: string, name: string): ChildProcess {
  const place = join(root, name);
  mkdirSync(place, { recursive: true });
  const script = 'mount --bind "$1" "$2" && exec "$3" "$4" ingest "$5" --lake "$2"';
  const values = [lake, place, process.execPath, PROGRAM, join(root, "logs")];
  return spawn("unshare", [...CONTAINER, "sh", "-c", script, "sh", ...values], {
    stdio: ["ignore", "ignore", "pipe"],
  });
}

const newLake = (name: string): string => {
  const lake = join(root, name);
  mkdirSync(lake);
  return lake;
};

const countOf = (lake: string) =>
  queryLake(
    lake,
    `SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table})`).join(" + ")}`,
    async ({ rows: found }) => {
      for await (const [count] of found) return Number(count);
      return 0;
    },
  );

(hasContainers ? describe : describe.skip)("two containers (skipped where none can be made)", () => {
  it("that ingest into one lake at once add each row once, and the one that comes second is refused", async () => {
    const lake = newLake("lake");
    const outcomes = await Promise.all(
      ["one", "two"].map(async (name) => {
        const child = ingestInContainer(lake, name);
        const said = child.stderr ? text(child.stderr) : "";
        const [code] = await once(child, "exit");
        return { code, said: await said };
      }),
    );
    // On a slow machine, the second one may start when the first one has ended.
    const refused = outcomes.filter(({ code }) => code !== 0);
    expect(refused.length).toBeLessThan(2);
    for (const { said } of refused)
      expect(said).toContain("another ingest is writing to this lake: process ");
    expect(await countOf(lake)).toBe(rows);
  });

  it("one of which is killed and starts again do not stop each other, although both are process 1", async () => {
    const lake = newLake("killed-lake");
    const killed = ingestInContainer(lake, "three");
    await setTimeout(700);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    const again = ingestInContainer(lake, "four");
    expect(await once(again, "exit")).toEqual([0, null]);
    expect(await countOf(lake)).toBe(rows);
  });
});
