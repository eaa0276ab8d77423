import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { PROGRAM, runProgram } from "../helpers/run-program";

let lake: TestLake;
beforeAll(async () => {
  lake = testLake();
  lake.put(albKey("20261123T0705Z"), `${albLine()}\n`);
  await lake.ingest();
});
afterAll(() => lake.delete());

const ask = async (name: string, ...args: readonly string[]) =>
  (await runProgram(["ask", name, "--lake", lake.lake, ...args])).stderr;

describe("an answer from a lake", () => {
  it("has no warning if the lake has such logs", async () => {
    expect(await ask("alb_top_clients")).toBe("");
    expect(await ask("alb_top_clients", "--from", "2026-11-23T07", "--to", "2026-11-24")).toBe("");
  });

  it("has a warning if the lake has no logs of the format, or of the days", async () => {
    expect(await ask("cloudfront_top_clients")).toBe(
      "warning: the lake has no cloudfront logs; it has alb logs of 2026-11-23\n",
    );
    expect(await ask("alb_top_clients", "--from", "2026-11-24", "--to", "2026-11-25")).toBe(
      "warning: the lake has alb logs of 2026-11-23, by the names of their files: none of the asked days\n",
    );
  });

  it("has a warning if its rows are hours of UTC and the time zone is not whole hours from it", async () => {
    const inZone = (name: string, tz: string) =>
      ask(name, "--from", "2026-11-23T03", "--to", "2026-11-23", "--tz", tz);
    expect(await inZone("alb_status_over_time", "America/St_Johns")).toMatch(
      /^warning: America\/St_Johns is not whole hours from UTC: /,
    );
    expect(await inZone("alb_status_over_time", "Europe/Berlin")).toBe("");
    expect(await inZone("alb_top_clients", "America/St_Johns")).toBe("");
  });

  it("has no such warning for all rows, which have no part of an hour", async () => {
    expect(await ask("alb_status_over_time", "--tz", "America/St_Johns")).toBe("");
  });

  it("is refused if the folder is no lake", async () => {
    expect((await runProgram(["query", "SELECT 1", "--lake", lake.logs])).stderr).toMatch(
      /^error: lake .*: the folder is not a lake; if it has logs, create a lake with "access-logs ingest /,
    );
    const file = join(lake.logs, "file");
    writeFileSync(file, "");
    expect((await runProgram(["query", "SELECT 1", "--lake", file])).stderr).toMatch(
      /^error: lake .*: that is a file; enter the folder of a lake\n$/,
    );
  });

  it("has no warning for the empty lake of an ingest without logs, and says that it is empty", async () => {
    const [logs, empty] = [join(lake.logs, "empty"), join(lake.lake, "../empty")];
    mkdirSync(logs);
    expect((await runProgram(["ingest", logs, "--lake", empty])).status).toBe(1);
    expect((await runProgram(["status", "--lake", empty])).stdout).toContain("empty-lake");
  });
});

describe("an interrupted ingest", () => {
  it("says how to continue, and answers have a warning until it ended", async () => {
    const root = join(lake.lake, "../interrupted");
    const child = spawn(process.execPath, [PROGRAM, "ingest", "-", "--lake", root]);
    while (!existsSync(join(root, ".lock"))) await turn();
    child.kill("SIGINT");
    const [said, [, signal]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect([said, signal]).toEqual(["interrupted; run the same command again to continue\n", "SIGINT"]);
    const query = ["query", "SELECT 1 AS one", "--lake", root];
    expect((await runProgram(query)).stderr).toMatch(
      /^warning: an ingest of .* is running, or it failed or was interrupted: /,
    );
    expect((await runProgram(["ingest", lake.logs, "--lake", root])).status).toBe(0);
    expect((await runProgram(query)).stderr).toBe("");
  });
});
