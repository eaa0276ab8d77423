import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HANDLER_NAMES } from "../modules/handler-code";

const ROOT = join(__dirname, "..");

/** What a clone at this path, at this time and in this time zone, synthesizes: every file with its bytes. */
function synthIn(folder: string, touchedAt: Date, timeZone: string): Record<string, string> {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const file of files.trim().split("\n")) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
    utimesSync(join(folder, file), touchedAt, touchedAt);
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const options = { cwd: folder, env: { ...process.env, TZ: timeZone } };
  execFileSync(process.execPath, ["scripts/build.js"], options);
  execFileSync(process.execPath, ["dist/main.js"], options);
  const output = join(folder, "cdktf.out");
  return Object.fromEntries(
    readdirSync(output, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(output.length), readFileSync(path, "base64")]),
  );
}

it("synthesizes the same bytes from two clones, in other folders, at other times, in other time zones", () => {
  const root = mkdtempSync(join(tmpdir(), "clones-"));
  try {
    const one = synthIn(join(root, "a"), new Date("2020-01-01T00:00:00Z"), "America/Los_Angeles");
    const two = synthIn(
      join(root, "a folder with spaces"),
      new Date("2026-11-23T12:00:00Z"),
      "Pacific/Kiritimati",
    );
    expect(Object.keys(one).filter((path) => path.endsWith(".zip"))).toHaveLength(HANDLER_NAMES.length);
    expect(Object.keys(two)).toEqual(Object.keys(one));
    for (const [path, bytes] of Object.entries(one))
      expect([path, two[path] === bytes]).toEqual([path, true]);
  } finally {
    rmSync(root, { recursive: true });
  }
}, 60_000);
