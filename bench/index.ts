import { cpus, totalmem } from "node:os";
import { backfillLimits, ingestLimits, type Limit, sizeLimits, synthLimits } from "./limits";

const BENCHMARKS: Readonly<Record<string, () => Promise<Limit[]>>> = {
  ingest: ingestLimits,
  backfill: backfillLimits,
  synth: synthLimits,
  sizes: sizeLimits,
};

/** `npm run bench [-- NAME ...] [--json]`: measures and prints each limit; fails if one is not kept. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const names = args.filter((arg) => arg !== "--json");
  const unknown = names.find((name) => !(name in BENCHMARKS));
  if (unknown !== undefined) {
    console.error(`no benchmark is named "${unknown}"; there are ${Object.keys(BENCHMARKS).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const limits: Limit[] = [];
  for (const [name, measure] of Object.entries(BENCHMARKS)) {
    if (names.length === 0 || names.includes(name)) limits.push(...(await measure()));
  }
  const machine = `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  if (args.includes("--json")) console.log(JSON.stringify({ machine, limits }));
  else {
    console.log(machine);
    for (const { name, value, atMost, unit, detail } of limits) {
      const verdict = value <= atMost ? "kept  " : "BROKEN";
      console.log(
        `${verdict} ${name}: ${value.toFixed(2)} ${unit}, at most ${atMost} ${unit}${detail && `  (${detail})`}`,
      );
    }
  }
  if (limits.some(({ value, atMost }) => value > atMost)) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
