import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { backfill } from "./backfill";
import { type Benchmark, type BenchOptions, isMet, type Outcome } from "./benchmark";
import { coldStart } from "./cold-start";
import { ingest } from "./ingest";
import { ingestProfile } from "./ingest-profile";
import { lakeReport } from "./lake-report";
import { layout } from "./layout";
import { listing } from "./listing";
import { move } from "./move";
import { type Section, writePage } from "./page";
import { versionOf } from "./peers";
import { questions } from "./questions";
import { markdownOf, textOf } from "./report";
import { rewrite } from "./rewrite";
import { scale } from "./scale";
import { synth } from "./synth";

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  move: { title: "Moving", run: move },
  rewrite: { title: "Files written as JSON", run: rewrite },
  listing: { title: "Listing of files as delivered", run: listing },
  ingest: { title: "Ingest on one machine", run: ingest },
  "ingest-profile": { title: "Steps of an ingest", run: ingestProfile },
  questions: { title: "Questions", run: questions },
  report: { title: "Report of a lake", run: lakeReport },
  layout: { title: "Layout of the Parquet files", run: layout },
  "cold-start": { title: "Cold start", run: coldStart },
  backfill: { title: "Backfill", run: backfill },
  synth: { title: "Synth", run: synth },
  scale: { title: "Scale, by simulation", run: scale },
};
const NAMES = Object.keys(BENCHMARKS);
const PAGE = join(__dirname, "..", "docs", "benchmarks.md");
const QUICK_NOTE = "quick run: small inputs and one run of each, whose limits do not count";
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

interface Flags extends Omit<BenchOptions, "progress"> {
  readonly json: boolean;
  readonly write: boolean;
}

async function main(): Promise<void> {
  const program = new Command("bench")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE))
    .description("measure what the project is for, each time against the alternative in the same run")
    .argument("[names...]", `which of ${NAMES.join(", ")} (default: all)`, benchmarkName)
    .option("--quick", "small inputs and one run of each: to try things, not to publish", false)
    .option("--large", "10 GB in 10,000 files, too: a quarter of an hour more", false)
    .option("--install", "install the programs to compare with that are missing", false)
    .option("--json", "print the outcomes as one JSON document", false)
    .option("--write", "write the outcomes to docs/benchmarks.md", false)
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench -- move --quick\n  npm run bench -- ingest questions --install --json\n  npm run bench -- --install --write",
    )
    .parse();
  const chosen: readonly string[] = program.processedArgs[0] ?? [];
  const names = NAMES.filter((name) => chosen.length === 0 || chosen.includes(name));
  const flags = program.opts<Flags>();
  const measured = await runAll(names, flags);
  if (flags.json) {
    const benchmarks = Object.fromEntries(measured.map(({ name, outcome }) => [name, outcome]));
    console.log(JSON.stringify({ machine: machine(), quick: flags.quick, benchmarks }));
  }
  if (flags.write) writePage(PAGE, NAMES.map(titleOf), measured.map(sectionOf(flags)));
  const limits = measured.flatMap(({ outcome }) => outcome.targets).filter(({ kind }) => kind === "limit");
  // With small inputs, most time is the start of programs: limits do not apply.
  const isBroken = !flags.quick && !limits.every(isMet);
  if (isBroken || measured.length < names.length) process.exitCode = EXIT_FAILED;
}

interface Measurement {
  readonly name: string;
  readonly outcome: Outcome;
}

/** Reports a failed benchmark and runs the next one. */
async function runAll(names: readonly string[], { json, ...flags }: Flags): Promise<readonly Measurement[]> {
  const measured: Measurement[] = [];
  const started = performance.now();
  if (!json) console.log(`${machine()}${flags.quick ? `, ${QUICK_NOTE}` : ""}\n`);
  for (const name of names) {
    const progress = (text: string) =>
      console.error(`${((performance.now() - started) / 1000).toFixed(0)} s: ${name}: ${text}`);
    try {
      const outcome = await BENCHMARKS[name]?.run({ ...flags, progress });
      if (outcome === undefined) continue;
      measured.push({ name, outcome });
      if (!json) console.log(textOf(titleOf(name), outcome));
    } catch (error) {
      console.error(`${name} failed:`, error);
    }
  }
  return measured;
}

const machine = (): string =>
  `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, DuckDB ${versionOf("@duckdb/node-api")}`;

const titleOf = (name: string): string => `${BENCHMARKS[name]?.title} (${name})`;

const sectionOf =
  ({ quick }: Flags) =>
  ({ name, outcome }: Measurement): Section => ({
    title: titleOf(name),
    text: `${new Date().toISOString().slice(0, 10)}, ${machine()}${quick ? `, **${QUICK_NOTE}**` : ""}.\n${markdownOf(outcome)}`,
  });

function benchmarkName(name: string, names: readonly string[] = []): readonly string[] {
  if (NAMES.includes(name)) return [...names, name];
  throw new InvalidArgumentError(`There is no such benchmark; there are ${NAMES.join(", ")}.`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = EXIT_FAILED;
});
