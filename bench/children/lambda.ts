import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type FunctionReport, LIVE_MEMORY } from "../function-report";

/**
 * Replaces Lambda's runtime: loads the module of the first argument, and passes the parent's events to its
 * `handler`, one after another.
 */
const MIB = 2 ** 20;
const [, , file = ""] = process.argv;

const started = performance.now();
const { handler }: { handler: (event: unknown, context: object) => Promise<unknown> } = require(file);
/** The part of Lambda's context that handlers use: there is enough time for every event of a benchmark. */
const CONTEXT = { getRemainingTimeInMillis: () => 900_000 };
report({ milliseconds: performance.now() - started });

process.on("message", async (event) => {
  if (event === LIVE_MEMORY) {
    collectGarbage();
    return report({ milliseconds: 0 });
  }
  const before = process.cpuUsage();
  const start = performance.now();
  try {
    await handler(event, CONTEXT);
    report({ milliseconds: performance.now() - start, before });
  } catch (error) {
    report({ milliseconds: performance.now() - start, before, error: String(error) });
  }
});

interface Timed extends Pick<FunctionReport, "milliseconds" | "error"> {
  readonly before?: NodeJS.CpuUsage;
}

function report({ before, ...timed }: Timed): void {
  const { user, system } = process.cpuUsage(before);
  const { rss, heapUsed } = process.memoryUsage();
  const full: FunctionReport = {
    ...timed,
    cpuMilliseconds: (user + system) / 1000,
    memoryMiB: rss / MIB,
    heapMiB: heapUsed / MIB,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
  process.send?.(full);
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
