import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { queryLake } from "../../lake/query";
import { randomFrom } from "../../sample/random";
import { writeSample } from "../../sample/write-sample";

const PROGRAM = join(__dirname, "../../dist/cli/access-logs.mjs");
/** CI kills the program more often. */
const KILLS = Number(process.env.KILLS ?? 2);
const random = randomFrom(Number(process.env.SEED ?? 1));

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "kill-"));
  await writeSample(join(root, "logs"), { seed: 1, files: 24, lines: 200, hours: 4 }, () => undefined);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** @returns the exit code; null if it was killed first */
async function runFor(milliseconds: number | undefined, args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: "ignore" });
  const timer =
    milliseconds === undefined ? undefined : globalThis.setTimeout(() => child.kill("SIGKILL"), milliseconds);
  const [code] = await once(child, "exit");
  clearTimeout(timer);
  return code;
}

const TABLES = ["alb_access_logs", "cloudfront_access_logs"].flatMap((table) => [table, `${table}_unparsed`]);

/** Every row and unparsed line, and the files in the lake's folders of raw files and of markers. */
async function contentsOf(lake: string): Promise<unknown> {
  const digests = await queryLake(
    lake,
    TABLES.map(
      (table) => `SELECT '${table}', count(*), CAST(bit_xor(hash(t)) AS VARCHAR) FROM ${table} t`,
    ).join(" UNION ALL "),
    async ({ rows }) => {
      const found = [];
      for await (const row of rows) found.push(row.join(" "));
      return found.sort();
    },
  );
  const files = (folder: string) =>
    readdirSync(join(lake, folder), { recursive: true, encoding: "utf8" }).sort();
  return { digests, raw: files("raw").filter((name) => !name.endsWith(".partial")), work: files(".work") };
}

describe.each([
  ["ingest", (lake: string) => ["ingest", join(root, "logs"), "--lake", lake]],
  [
    "backfill",
    (lake: string) => [
      "backfill",
      "--from",
      "2026-06-01",
      "--to",
      "2026-06-30",
      "--dir",
      join(root, "logs"),
      "--lake",
      lake,
    ],
  ],
])("%s", (command, args) => {
  it("makes the same lake with repeated kills as without", async () => {
    const [whole, killed] = [join(root, `${command}-whole`), join(root, `${command}-killed`)];
    const started = performance.now();
    expect(await runFor(undefined, args(whole))).toBe(0);
    const milliseconds = Math.round(performance.now() - started);
    for (let kill = 0; kill < KILLS; kill++) await runFor(random.integer(50, milliseconds), args(killed));
    expect(await runFor(undefined, args(killed))).toBe(0);
    const expected = await contentsOf(whole);
    expect(expected).toMatchObject({ digests: TABLES.map((table) => expect.stringContaining(table)) });
    expect(await contentsOf(killed)).toEqual(expected);
  });
});

describe("two ingests of one lake at the same time", () => {
  it("make the same lake as one: the second is refused while the first runs, also if it is paused or killed", async () => {
    const [expected, lake] = [join(root, "one"), join(root, "two")];
    const args = (to: string) => ["ingest", join(root, "logs"), "--lake", to];
    expect(await runFor(undefined, args(expected))).toBe(0);
    const first = spawn(process.execPath, [PROGRAM, ...args(lake)], { stdio: "ignore" });
    const exit = once(first, "exit");
    while (!existsSync(join(lake, ".lock"))) await setTimeout(1);
    if (process.platform !== "win32") first.kill("SIGSTOP");
    const refused = spawn(process.execPath, [PROGRAM, ...args(lake)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const [stderr, [code]] = await Promise.all([text(refused.stderr), once(refused, "exit")]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${lake}: another ingest is writing`)]);
    first.kill("SIGKILL");
    await exit;
    expect(await runFor(undefined, args(lake))).toBe(0);
    expect(await contentsOf(lake)).toEqual(await contentsOf(expected));
  });
});
