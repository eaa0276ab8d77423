import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MAX_SOURCES } from "../settings/schema";
import { counted, sum } from "../terminal/quantities";
import type { BenchOptions, Outcome } from "./benchmark";
import { withFolder } from "./data";
import { alternate, type Contestant, type Run, ratio, runOnce, runsOf, spread } from "./measure";

const EMPTY = "an empty stack";
const EMPTY_STACK = `
const { App, TerraformStack } = require("cdktf");
const app = new App();
new TerraformStack(app, "empty");
app.synth();`;
/** Number of sources of each pipeline: more sources than one pipeline can hold need two. */
const PIPELINES: readonly (readonly number[])[] = [[1], [10], [MAX_SOURCES], [MAX_SOURCES, MAX_SOURCES]];
const sourcesName = (...counts: readonly number[]): string => {
  const pipelines = counts.length === 1 ? "" : `, in ${counts.length} pipelines, one after the other`;
  return `${counted(sum(counts), "source")}${pipelines}`;
};

/** The work of `cdktf synth`: loading the program and writing the Terraform JSON. */
export async function synth(options: BenchOptions): Promise<Outcome> {
  return withFolder("synth", async (root) => {
    const contestants: Contestant<Run>[] = [
      {
        name: EMPTY,
        run: () => runOnce([process.execPath, "-e", EMPTY_STACK], { CDKTF_OUTDIR: join(root, "empty") }),
      },
      ...PIPELINES.map((counts) => ({
        name: sourcesName(...counts),
        run: () => oneAfterTheOther(counts.map((count) => synthOf(root, count))),
      })),
    ];
    const measured = await alternate(options.quick ? 3 : 9, contestants, () => undefined);
    const seconds = (name: string) => runsOf(measured, name).map((run) => run.seconds);
    const processor = (name: string) => runsOf(measured, name).map((run) => run.cpuSeconds);
    const [one, many] = [seconds(sourcesName(1)), seconds(sourcesName(MAX_SOURCES))];
    const against = {
      name: "synth of one source against an empty stack",
      value: ratio(one, seconds(EMPTY)).median,
      unit: "x",
      detail: `${spread(one).median.toFixed(2)} s to ${spread(seconds(EMPTY)).median.toFixed(2)} s`,
    };
    return {
      input: `\`node dist/main.js\`, already built, with half of the sources ALB and half CloudFront; ${MAX_SOURCES} is the most that one pipeline takes.`,
      tables: [
        {
          title: "Synth",
          columns: ["stack", "s", "CPU s", "peak MiB", "time of the empty one"],
          rows: contestants.map(({ name }) => [
            name,
            spread(seconds(name)),
            spread(processor(name)),
            spread(runsOf(measured, name).map(({ peakMiB }) => peakMiB)),
            ratio(seconds(name), seconds(EMPTY)),
          ]),
        },
      ],
      targets: [
        { kind: "limit", ...against, bound: { atMost: 2 } },
        { kind: "goal", ...against, bound: { atMost: 1.5 } },
        {
          kind: "goal",
          name: "each further source",
          value: ((spread(many).median - spread(one).median) * 1000) / (MAX_SOURCES - 1),
          bound: { atMost: 10 },
          unit: "ms",
        },
      ],
      notes: [],
    };
  });
}

const oneAfterTheOther = (runs: readonly Run[]): Run => ({
  seconds: sum(runs.map(({ seconds }) => seconds)),
  cpuSeconds: sum(runs.map(({ cpuSeconds }) => cpuSeconds)),
  peakMiB: Math.max(...runs.map(({ peakMiB }) => peakMiB)),
  output: runs.map(({ output }) => output).join(""),
});

function synthOf(root: string, count: number): Run {
  const settings = join(root, `${count}.json`);
  const sources = Array.from({ length: count }, (_, index) => ({
    name: `source-${index}`,
    format: index % 2 === 0 ? "alb" : "cloudfront",
    prefix: `source-${index}/`,
  }));
  writeFileSync(settings, JSON.stringify({ name: "bench", region: "eu-central-1", sources }));
  return runOnce([process.execPath, join(__dirname, "main.js")], {
    ACCESS_LOGS_SETTINGS: settings,
    CDKTF_OUTDIR: join(root, String(count)),
  });
}
