import { localLake } from "./local-lake";
import { inRounds, type LogFile, sampleLogs } from "./log-files";
import { deploy, type Pipeline } from "./pipeline";
import { expectSameTables } from "./same-tables";

let files: readonly LogFile[];
let pipeline: Pipeline;
beforeAll(async () => {
  files = await sampleLogs({ files: 96, lines: 250, hours: 6 });
  pipeline = await deploy("sample logs in three rounds");
});
afterAll(() => pipeline.close());

it("comes to the local lake's tables from sample logs in three rounds, every event twice", async () => {
  for (const round of inRounds(files, 3)) await pipeline.process(round);
  await expectSameTables(pipeline, await localLake(pipeline.bucket, files));
});
