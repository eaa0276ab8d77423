import { join } from "node:path";
import type { BenchOptions, Outcome } from "./benchmark";
import { sample, withFolder } from "./data";
import { runOnce } from "./measure";

const PROGRAM = join(__dirname, "cli", "access-logs.mjs");
const COUNTS = [10_000, 100_000];
const QUICK_COUNTS = [1000, 10_000];

/** Memory of `backfill`: it must not grow with the number of objects. */
export async function backfill(options: BenchOptions): Promise<Outcome> {
  const rows: { count: number; seconds: number; peakMiB: number }[] = [];
  for (const count of options.quick ? QUICK_COUNTS : COUNTS) {
    const { seconds, peakMiB } = await withFolder("backfill", async (root) => {
      const logs = join(root, "logs");
      await sample(logs, count, options.progress, { lines: 1, hours: 48 });
      options.progress(`bringing in ${count} objects`);
      const range = ["--from", "2026-01-01", "--to", "2026-12-31"];
      const folders = ["--dir", logs, "--lake", join(root, "lake")];
      return runOnce([process.execPath, PROGRAM, "backfill", ...range, ...folders, "--json"]);
    });
    rows.push({ count, seconds, peakMiB });
  }
  return {
    input: "Objects of one line each, over two days, from a folder.",
    tables: [
      {
        title: "Backfill",
        columns: ["objects", "s", "objects/s", "peak MiB"],
        rows: rows.map(({ count, seconds, peakMiB }) => [
          count,
          seconds,
          Math.round(count / seconds),
          Math.round(peakMiB),
        ]),
      },
    ],
    targets: [
      {
        kind: "limit",
        name: "memory of backfill",
        value: Math.max(...rows.map(({ peakMiB }) => peakMiB)),
        bound: { atMost: 500 },
        unit: "MiB",
      },
    ],
    notes: [],
  };
}
