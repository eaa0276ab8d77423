import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { backfill } from "./backfill";
import { type Benchmark, type BenchOptions, isMet, type Outcome } from "./benchmark";
import { coldStart } from "./cold-start";
import { ingest } from "./ingest";
import { layout } from "./layout";
import { move } from "./move";
import { type Section, writePage } from "./page";
import { versionOf } from "./peers";
import { questions } from "./questions";
import { markdownOf, textOf } from "./report";
import { synth } from "./synth";

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  move: { title: "Moving", run: move },
  ingest: { title: "Ingest on one machine", run: ingest },
  questions: { title: "Questions", run: questions },
  layout: { title: "Layout of the Parquet files", run: layout },
  "cold-start": { title: "Cold start", run: coldStart },
  backfill: { title: "Backfill", run: backfill },
  synth: { title: "Synth", run: synth },
};
const NAMES = Object.keys(BENCHMARKS);
const PAGE = join(__dirname, "..", "docs", "benchmarks.md");
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
    .option("--large", "10 GB in 10,000 files, too: an hour more", false)
    .option("--install", "install the programs to compare with that are missing", false)
    .option("--json", "print the outcomes as one JSON document", false)
    .option("--write", "write the outcomes to docs/benchmarks.md", false)
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench -- move --quick\n  npm run bench -- ingest questions --install --json\n  npm run bench -- --install --write",
    )
    .parse();
  const names: readonly string[] = program.processedArgs[0] ?? [];
  const flags = program.opts<Flags>();
  const outcomes = await runAll(names.length === 0 ? NAMES : names, flags);
  if (flags.json) {
    console.log(
      JSON.stringify({ machine: machine(), quick: flags.quick, benchmarks: Object.fromEntries(outcomes) }),
    );
  }
  if (flags.write) writePage(PAGE, Object.entries(BENCHMARKS).map(headingOf), outcomes.map(sectionOf(flags)));
  const isBroken = outcomes.some(([, { targets }]) =>
    targets.some((target) => target.kind === "limit" && !isMet(target)),
  );
  if (isBroken || outcomes.length < (names.length || NAMES.length)) process.exitCode = EXIT_FAILED;
}

/** One that fails is reported, and the next one is run. */
async function runAll(
  names: readonly string[],
  { json, ...options }: Flags,
): Promise<(readonly [name: string, Outcome])[]> {
  const outcomes: (readonly [string, Outcome])[] = [];
  if (!json) console.log(`${machine()}\n`);
  for (const [name, { title, run }] of Object.entries(BENCHMARKS)) {
    if (!names.includes(name)) continue;
    const started = performance.now();
    try {
      const progress = (text: string) =>
        console.error(`${((performance.now() - started) / 1000).toFixed(0)} s: ${name}: ${text}`);
      const outcome = await run({ ...options, progress });
      outcomes.push([name, outcome]);
      if (!json) console.log(textOf(`${title} (${name})`, outcome));
    } catch (error) {
      console.error(`${name} failed:`, error);
    }
  }
  return outcomes;
}

const machine = (): string =>
  `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, DuckDB ${versionOf("@duckdb/node-api")}`;

const headingOf = ([name, { title }]: readonly [string, Benchmark]): string => `${title} (${name})`;

const sectionOf =
  ({ quick }: Flags) =>
  ([name, outcome]: readonly [string, Outcome]): Section => {
    const measured = `${new Date().toISOString().slice(0, 10)}, ${machine()}${quick ? ", **quick run**: small inputs, one run of each" : ""}.`;
    return {
      title: headingOf([name, BENCHMARKS[name] ?? { title: name, run: () => Promise.reject() }]),
      text: `${measured}\n${markdownOf(outcome)}`,
    };
  };

function benchmarkName(name: string, names: readonly string[] = []): readonly string[] {
  if (NAMES.includes(name)) return [...names, name];
  throw new InvalidArgumentError(`There is no such benchmark; there are ${NAMES.join(", ")}.`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = EXIT_FAILED;
});
