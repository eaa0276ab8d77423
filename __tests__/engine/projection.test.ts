import { localLake } from "./local-lake";
import { inRounds, sampleLogs } from "./log-files";
import { deploy } from "./pipeline";
import { expectSameTables } from "./same-tables";

it("makes the same tables as the local lake if Athena computes the partitions", async () => {
  const files = await sampleLogs({ files: 18, lines: 100, hours: 3 });
  const pipeline = await deploy("projected partitions", {
    partitions: "projection",
    projectionFrom: "2026-05-01",
  });
  for (const round of inRounds(files, 2)) await pipeline.process(round);
  await expectSameTables(pipeline, await localLake(pipeline.bucket, files));
  expect(pipeline.athena.records().map(({ kind }) => kind)).not.toContain("add-partitions");
});
