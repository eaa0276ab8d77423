import { setTimeout } from "node:timers/promises";
import { RAW_PREFIX } from "../../formats/partition-layout";
import { embeddedMetrics } from "../helpers/embedded-metrics";
import { localLake } from "./local-lake";
import { inRounds, type LogFile, sampleLogs } from "./log-files";
import { deploy, type Pipeline } from "./pipeline";
import { expectSameTables } from "./same-tables";

let files: readonly LogFile[];
beforeAll(async () => {
  files = await sampleLogs({ files: 24, lines: 60, hours: 2 });
});

/** The event of a schedule, each with a different time. */
let minute = 0;
const nextEvent = (pipeline: Pipeline): unknown => {
  const at = new Date(Date.UTC(2026, 5, 2, 0, 10 * minute++)).toISOString();
  return pipeline.scheduledEvents("transform-partition", at)[0];
};

it("loses and duplicates no row when functions are killed during their work", async () => {
  const pipeline = await deploy("killed functions");
  for (const round of inRounds(files, 2)) {
    const before = (await pipeline.keys(RAW_PREFIX)).length;
    await pipeline.deliver(round);
    for (const moved of [1, 3, 6]) await pipeline.killDuringMove(movedFiles(pipeline, before + moved));
    expect(await pipeline.move()).toEqual([]);
    // A run that finds the commit of a killed run finishes it first.
    const submitted = pipeline.athena.submitted("insert");
    const { status } = await pipeline.killDuring("transform-partition", nextEvent(pipeline), submitted);
    expect(status).toBe("rejected");
  }
  await pipeline.commit();
  await expectSameTables(pipeline, await localLake(pipeline.bucket, files));
});

/** Resolves when this number of files is moved. */
async function movedFiles(pipeline: Pipeline, count: number): Promise<void> {
  while ((await pipeline.keys(RAW_PREFIX)).length < count) await setTimeout(2);
}

it("commits and counts each row once when a schedule starts two runs at once", async () => {
  const pipeline = await deploy("two runs at once");
  for (const round of inRounds(files, 2)) {
    await pipeline.deliver(round);
    await pipeline.move();
    const event = nextEvent(pipeline);
    for (const outcome of await pipeline.invokeTwiceAtOnce("transform-partition", event)) {
      expect(outcome).toMatchObject({ status: "fulfilled" });
    }
  }
  // The work that one of the two left for the other.
  await pipeline.commit();
  await expectSameTables(pipeline, await localLake(pipeline.bucket, files));
  const rows = [...(await pipeline.rows("alb")), ...(await pipeline.rows("cloudfront"))];
  const counted = pipeline
    .log("transform-partition")
    .split("\n")
    .flatMap(embeddedMetrics)
    .reduce((sum, { values }) => sum + (values.RowsCommitted ?? 0), 0);
  expect(counted).toBe(rows.length);
});
