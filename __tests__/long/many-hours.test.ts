import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { albLine } from "../helpers/lines";

const PROGRAM = join(__dirname, "../../dist/cli/access-logs.mjs");
const HOURS = 4000;
const LINES_PER_HOUR = 30;
/** Enough for a file of some hours: 20 KiB more for each hour would not fit. */
const MOST_HEAP_MIB = 96;
const FIRST = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "many-hours-"));
  mkdirSync(join(root, "logs"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const lineAt = (time: number): string =>
  albLine({ time: new Date(time).toISOString().replace("Z", "001Z"), conn_trace_id: `TID_${time}` });

/** Lines of each hour, in the order of their times. */
function putLines(name: string, firstMinute: number): void {
  const lines = Array.from({ length: HOURS * LINES_PER_HOUR }, (_, number) => {
    const [hour, minute] = [Math.floor(number / LINES_PER_HOUR), firstMinute + (number % LINES_PER_HOUR)];
    return `${lineAt(FIRST + (60 * hour + minute) * MINUTE)}\n`;
  });
  writeFileSync(join(root, "logs", name), gzipSync(lines.join("")));
}

/** Rows that the program adds. @throws Error if it needs more memory */
function ingested(): unknown {
  const args = ["ingest", join(root, "logs"), "--lake", join(root, "lake"), "--json"];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [`--max-old-space-size=${MOST_HEAP_MIB}`, PROGRAM, ...args],
    { encoding: "utf8" },
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout).rows;
}

describe("a file without AWS's name with lines of thousands of hours", () => {
  const rows = HOURS * LINES_PER_HOUR;

  it("needs little memory for each hour", () => {
    putLines("renamed.log.gz", 0);
    expect(ingested()).toEqual({ alb_access_logs: rows });
  });

  it("needs little memory for each hour when it is compared with other files of the same hours", () => {
    putLines("other.log.gz", 1);
    expect(ingested()).toEqual({ alb_access_logs: rows });
  });
});
