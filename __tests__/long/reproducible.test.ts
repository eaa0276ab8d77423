import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
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
import { HANDLER_NAMES } from "../../pipeline/handler-names";

const ROOT = join(__dirname, "../..");

/** The synthesized output of a built checkout: every file with its bytes. */
function synth(checkout: string, output: string, timeZone: string): Record<string, string> {
  execFileSync(process.execPath, ["dist/main.js"], {
    cwd: checkout,
    env: { ...process.env, TZ: timeZone, CDKTF_OUTDIR: output },
  });
  return Object.fromEntries(
    readdirSync(output, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(output.length), readFileSync(path, "base64")]),
  );
}

/** Clones this checkout in its current state, and builds the clone at another time and in another time zone. */
function cloneTo(folder: string, touchedAt: Date, timeZone: string): void {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const file of files
    .trim()
    .split("\n")
    .filter((name) => existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
    utimesSync(join(folder, file), touchedAt, touchedAt);
  }
  // On Windows every user may create a junction, but not a symbolic link.
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  execFileSync(process.execPath, ["scripts/build.js"], {
    cwd: folder,
    env: { ...process.env, TZ: timeZone },
  });
}

it("synthesizes the same bytes from two clones, in other folders, at other times, in other time zones", () => {
  const root = mkdtempSync(join(tmpdir(), "clones-"));
  const clone = join(root, "a folder with spaces");
  try {
    cloneTo(clone, new Date("2020-01-01T00:00:00Z"), "Pacific/Kiritimati");
    const here = synth(ROOT, join(root, "here"), "America/Los_Angeles");
    const there = synth(clone, join(clone, "cdktf.out"), "Pacific/Kiritimati");
    // Without a report in the settings, there is no function for it.
    expect(Object.keys(here).filter((path) => path.endsWith(".zip"))).toHaveLength(HANDLER_NAMES.length - 1);
    expect(Object.keys(there)).toEqual(Object.keys(here));
    for (const [path, bytes] of Object.entries(here)) {
      expect([path, there[path] === bytes]).toEqual([path, true]);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
}, 60_000);
