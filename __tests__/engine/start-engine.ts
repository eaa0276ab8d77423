import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(__dirname, "../../scripts/engine.sh");

/** Starts the engine unless one runs, and makes a file for what the tests measure. */
export default function startEngine(): void {
  process.env.ENGINE_MEASUREMENTS = join(mkdtempSync(join(tmpdir(), "engine-")), "measurements.jsonl");
  if (process.env.TRINO_URL !== undefined && process.env.S3_ENDPOINT !== undefined) return;
  // The script itself reports missing programs.
  const variables = execFileSync(SCRIPT, ["start"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  for (const [, name = "", value] of variables.matchAll(/(\w+)=(\S+)/g)) process.env[name] = value;
  process.env.ENGINE_STARTED = SCRIPT;
}
