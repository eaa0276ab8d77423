import { KEYS_PER_LIST } from "../cost/function-time";
import { hourOf } from "../formats/hour";
import { loadBalancerGroups, loadBalancerLayoutOf } from "../formats/load-balancer-object";
import { CONFIGURATION_KEY } from "../formats/partition-layout";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../formats/time";
import type { Configuration } from "../handlers/configuration";
import { LOOK_BACK_MS } from "../handlers/core/find-delivered";
import type { LakeEnvironment } from "../handlers/environment";
import { configuredSourcesOf } from "../pipeline/log-source";
import { count } from "../terminal/quantities";
import { startAthenaServer } from "../testing/athena-server";
import { type S3Server, startS3Server } from "../testing/s3-server";
import type { BenchOptions, Outcome } from "./benchmark";
import { withFolder } from "./data";
import { functionEnvironment, lambdaNode, startFunction, unpackHandler } from "./function-process";
import { spread } from "./measure";

const LATENCY_MS = 25;
const BUCKET = "logs";
const BALANCERS = 20;
/** Nodes of each load balancer: every node delivers a file every five minutes. */
const NODES = { quick: 7, full: 35 } as const;
const INTERVAL_MS = 5 * MINUTE_MS;
const HOURS_PER_DAY = DAY_MS / HOUR_MS;
/** Account, service and Region of the load balancers. */
const LEVELS = ["111122223333", "elasticloadbalancing", "eu-central-1"];
const LAYOUT = loadBalancerLayoutOf("access");
const GROUPS = loadBalancerGroups("access");

const CONFIGURATION: Configuration = {
  sources: [
    ...configuredSourcesOf([{ name: "web", format: "alb", prefix: "alb/", layout: "as-delivered" }], BUCKET),
  ],
};
const ENVIRONMENT: LakeEnvironment = {
  DATABASE: "logs",
  WORKGROUP: "pipeline",
  BUCKET,
  PARTITIONS: "projection",
};

/** A run of `transform-partition` that lists a source read as delivered, and finds nothing new. */
interface Listed {
  readonly requests: number;
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

/** The listing of new files, compared with a listing of the whole day. */
export async function listing(options: BenchOptions): Promise<Outcome> {
  const [s3, athena] = [await startS3Server(LATENCY_MS), await startAthenaServer()];
  try {
    return await withFolder("listing", (folder) => listingWith(s3, athena.endpoint, folder, options));
  } finally {
    await Promise.all([s3.close(), athena.close()]);
  }
}

async function listingWith(
  s3: S3Server,
  athena: string,
  folder: string,
  options: BenchOptions,
): Promise<Outcome> {
  const node = lambdaNode(options);
  const bundled = unpackHandler("transform-partition", folder);
  s3.put(BUCKET, CONFIGURATION_KEY, JSON.stringify(CONFIGURATION));
  const environment = {
    ...functionEnvironment(s3.endpoint),
    AWS_ENDPOINT_URL_ATHENA: athena,
    ...ENVIRONMENT,
  };
  const ours = await startFunction(node.path, bundled, environment);
  try {
    // An empty run leaves a position, so that the files of the day are old when it lists the next time.
    await ours.invoke({});
    const files = putDay(s3, options.quick ? NODES.quick : NODES.full);
    const runs: Listed[] = [];
    for (let run = 0; run < (options.quick ? 1 : 3); run++) {
      options.progress(`listing of ${count(files)} files, ${run + 1}`);
      const before = s3.requests.length;
      const report = await ours.invoke({});
      const requests = s3.requests.slice(before).filter(({ key }) => key === "").length;
      runs.push({ requests, ...report });
    }
    return outcomeOf(files, runs, node.note);
  } finally {
    await ours.stop();
  }
}

/** Puts the files of the last day, written a day ago: the function must look at them, and none of them is new. */
function putDay(s3: S3Server, nodes: number): number {
  const now = Math.floor(Date.now() / INTERVAL_MS) * INTERVAL_MS;
  let files = 0;
  for (let end = now - DAY_MS; end < now; end += INTERVAL_MS) {
    const stamp = GROUPS.stampOf(new Date(end));
    const day = LAYOUT.timeFolder(hourOf(end));
    for (let balancer = 0; balancer < BALANCERS; balancer++) {
      const name = `web-${balancer}.50dc6c495c0c91${String(balancer).padStart(2, "0")}`;
      for (let number = 0; number < nodes; number++) {
        const key = `alb/AWSLogs/${LEVELS.join("/")}/${day}/${GROUPS.start(LEVELS)}${name}_${stamp}_10.0.${balancer}.${number}_1a2b3c4d.log.gz`;
        s3.put(BUCKET, key, "text", new Date(now - DAY_MS));
        files++;
      }
    }
  }
  return files;
}

function outcomeOf(files: number, runs: readonly Listed[], node: string): Outcome {
  const whole = Math.ceil(files / KEYS_PER_LIST);
  const requests = spread(runs.map((run) => run.requests));
  const cpu = spread(runs.map((run) => run.cpuMilliseconds / run.requests));
  return {
    input: `${count(files)} files of ${BALANCERS} load balancers in a day; S3 over HTTP on this machine, ${LATENCY_MS} ms per request; the function's zip in a process of its own, ${node}.`,
    tables: [
      {
        title: `A run that looks at the last ${LOOK_BACK_MS / HOUR_MS} of ${HOURS_PER_DAY} hours`,
        columns: ["LIST requests", "of the whole day", "ms", "CPU ms", "CPU ms per request"],
        rows: [
          [
            requests,
            whole,
            spread(runs.map((run) => run.milliseconds)),
            spread(runs.map((run) => run.cpuMilliseconds)),
            cpu,
          ],
        ],
      },
    ],
    targets: [
      {
        kind: "goal",
        name: "LIST requests, relative to a listing of the whole day",
        value: requests.median / whole,
        bound: { atMost: 0.5 },
        unit: "x",
      },
    ],
    notes: [],
  };
}
