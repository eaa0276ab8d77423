import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { MUTATIONS, type Mutation } from "./mutations";
import { simulate } from "./pipeline";
import { neededFaults } from "./shrink";
import { simulateSeeds, type Tally, workIfWorker } from "./workers";
import { VIOLATION } from "./world";
import { simulateYear } from "./year";

const EXIT_USAGE = 2;
const ROOT = join(__dirname, "..");
const DEFAULT_SEEDS = 1000;
/** Seeds per mutation: relevant mutations are detected earlier. */
const SEEDS_PER_MUTATION = 2000;

interface Options {
  readonly seeds: number;
  readonly first: number;
  readonly seed?: number;
  readonly mutate: boolean;
  readonly year: boolean;
  readonly json: boolean;
}

async function main(): Promise<void> {
  const program = new Command("simulate")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE))
    .description(
      "run the pipeline on services that fail, for one seed after another, and check its guarantees",
    )
    .option("--seeds <number>", "how many seeds to run", wholeNumber, DEFAULT_SEEDS)
    .option("--first <number>", "the first of them", wholeNumber, 1)
    .option("--seed <number>", "run only this seed and print every event", wholeNumber)
    .option("--mutate", "remove each safeguard in turn; each removal must be detected", false)
    .option(
      "--year",
      "commit every ten minutes for a year, and count what is left in Glue, Iceberg and the bucket",
      false,
    )
    .option("--json", "print the outcome as one JSON document", false)
    .addHelpText(
      "after",
      "\nExamples:\n  npm run simulate -- --seeds 10000\n  npm run simulate -- --seed 4711\n  npm run simulate -- --mutate\n  npm run simulate -- --year",
    )
    .parse();
  const options = program.opts<Options>();
  if (options.mutate) return runMutations(options);
  if (options.year) return runYear(options);
  return options.seed === undefined ? runSeeds(options) : runOne(options.seed);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError("expected a whole number from 1");
  return number;
}

async function runSeeds({ seeds, first, json }: Options): Promise<void> {
  const started = performance.now();
  const tally = await simulateSeeds(
    __filename,
    { first, count: seeds, stopAtFirst: false },
    showProgress(seeds),
  );
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const faults = Object.values(tally.faults).reduce((sum, count) => sum + count, 0);
  if (json) console.log(JSON.stringify({ ...tally, faultsInAll: faults, seconds }));
  else {
    for (const [fault, count] of Object.entries(tally.faults)) {
      console.log(`${String(count).padStart(9)}  ${fault}`);
    }
    console.log(`${tally.seeds} seeds, ${faults} faults, ${tally.failing.length} violations, ${seconds} s`);
  }
  const [failure, ...others] = tally.failing;
  if (!failure) return;
  process.exitCode = 1;
  if (json) return;
  for (const [seed, violation] of others) console.log(`seed ${seed}: ${violation}`);
  const [seed, violation] = failure;
  console.log(`\nseed ${seed}: ${violation}\nwith no fault that could be spared:\n`);
  const only = (needed: ReadonlySet<number>) => ({ seed, omitted: (fault: number) => !needed.has(fault) });
  const { drawn } = await simulate({ seed });
  const needed = await neededFaults(
    drawn,
    async (candidate) => (await simulate(only(candidate))).violations.length > 0,
  );
  const lines: string[] = [];
  await simulate({ ...only(needed), trace: (line) => lines.push(line) });
  // Events after the first violation do not explain it.
  const end = lines.findIndex((line) => line.includes(VIOLATION));
  console.log(lines.slice(0, end < 0 ? lines.length : end + 1).join("\n"));
  console.log(`\nnpm run simulate -- --seed ${seed}    runs it again with all of its faults`);
}

const DAYS_PER_YEAR = 365;
const YEAR_SOURCES = 50;
/** Glue's quota of versions of one table. @see https://docs.aws.amazon.com/general/latest/gr/glue.html */
const MAX_GLUE_VERSIONS = 100_000;

async function runYear({ json }: Options): Promise<void> {
  const options = { days: DAYS_PER_YEAR, sources: YEAR_SOURCES };
  const { commits, ...most } = await simulateYear({ ...options, isMaintained: true });
  if (json) return console.log(JSON.stringify({ ...options, commits, most }));
  console.log(`${commits} commits of ${YEAR_SOURCES} sources in ${DAYS_PER_YEAR} days; at any time at most`);
  console.log(
    `${String(most.glueVersions).padStart(9)}  versions of the table in Glue (quota ${MAX_GLUE_VERSIONS})`,
  );
  console.log(`${String(most.snapshots).padStart(9)}  snapshots`);
  console.log(`${String(most.metadataFiles).padStart(9)}  metadata files`);
  console.log(`${String(most.ownObjects).padStart(9)}  notes and records of commits`);
}

async function runOne(seed: number): Promise<void> {
  const { faults, violations } = await simulate({ seed, trace: console.log });
  console.log(JSON.stringify({ seed, faults, violations }, undefined, 2));
  if (violations.length > 0) process.exitCode = 1;
}

async function runMutations({ first, json }: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mutations-"));
  const outcomes: { name: string; seeds?: number; violation?: string }[] = [];
  try {
    for (const [index, mutation] of MUTATIONS.entries()) {
      const program = join(folder, `${index}.js`);
      await bundleMutant(mutation, program);
      const count = SEEDS_PER_MUTATION;
      const { seeds, failing } = await simulateSeeds(program, { first, count, stopAtFirst: true });
      const violation = failing[0]?.[1];
      outcomes.push({ name: mutation.name, ...(violation ? { seeds: seeds, violation } : {}) });
      if (json) continue;
      const verdict = violation ? `noticed after ${String(seeds).padStart(4)} seeds` : "NOT NOTICED       ";
      console.log(`${verdict}: without ${mutation.name}${violation ? ` (${violation})` : ""}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const caught = outcomes.filter(({ violation }) => violation).length;
  console.log(json ? JSON.stringify(outcomes) : `${caught} of ${outcomes.length} removals are noticed`);
  if (caught < outcomes.length) process.exitCode = 1;
}

/** Bundles this program without one safeguard. */
async function bundleMutant({ name, file, find, replace }: Mutation, outfile: string): Promise<void> {
  const path = join(ROOT, file);
  const source = readFileSync(path, "utf8");
  if (source.split(find).length !== 2) {
    throw new Error(`${file}: expected exactly once, for "${name}": ${find}`);
  }
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["simulation/index.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    external: ["esbuild"],
    logLevel: "error",
    plugins: [
      {
        name: "mutate",
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.ts$/ }, (loaded) =>
            loaded.path === path
              ? { contents: source.replace(find, () => replace), loader: "ts" }
              : undefined,
          );
        },
      },
    ],
  });
}

/** Shows one line on a terminal, nothing elsewhere. */
function showProgress(total: number): (tally: Tally) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return ({ seeds, failing }) => {
    process.stderr.write(`\r${seeds} of ${total} seeds, ${failing.length} violations\u001b[K`);
    if (seeds === total) process.stderr.write("\r\u001b[K");
  };
}

if (!workIfWorker()) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
