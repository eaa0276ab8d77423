import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MAX_SOURCES } from "../settings/schema";
import type { BenchOptions, Outcome } from "./benchmark";
import { withFolder } from "./data";
import { alternate, type Contestant, type Run, ratio, runOnce, runsOf, spread } from "./measure";

const EMPTY = "an empty stack";
const EMPTY_STACK = `
const { App, TerraformStack } = require("cdktf");
const app = new App();
new TerraformStack(app, "empty");
app.synth();`;
const SOURCES = [1, 10, MAX_SOURCES];
const sourcesName = (count: number): string => `${count} ${count === 1 ? "source" : "sources"}`;

/** What `cdktf` runs: loading the program and writing the Terraform JSON. */
export async function synth(options: BenchOptions): Promise<Outcome> {
  return withFolder("synth", async (root) => {
    const contestants: Contestant<Run>[] = [
      {
        name: EMPTY,
        run: () => runOnce([process.execPath, "-e", EMPTY_STACK], { CDKTF_OUTDIR: join(root, "empty") }),
      },
      ...SOURCES.map((count) => ({ name: sourcesName(count), run: () => synthOf(root, count) })),
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
