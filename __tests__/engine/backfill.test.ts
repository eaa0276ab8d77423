import { localLake } from "./local-lake";
import { sampleLogs } from "./log-files";
import { deploy } from "./pipeline";
import { expectSameTables } from "./same-tables";

it("loads files without an event, and moves no file twice", async () => {
  const files = await sampleLogs({ files: 24, lines: 100, hours: 3 });
  const pipeline = await deploy("backfill");
  await pipeline.put(files);
  const backfill = async () => {
    const range = ["--from", "2026-06-01", "--to", "2026-06-02"];
    const { status, stdout, stderr } = await pipeline.command(
      "backfill",
      ...range,
      "--bucket",
      pipeline.bucket,
      "--json",
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) });
    return JSON.parse(stdout);
  };
  expect(await backfill()).toMatchObject({ moved: files.length - OTHERS, failed: [] });
  await pipeline.commit();
  const lake = await localLake(pipeline.bucket, files);
  await expectSameTables(pipeline, lake);
  expect(await backfill()).toMatchObject({ moved: 0 });
  await pipeline.commit();
  await expectSameTables(pipeline, lake);
});

/** Files of the sample that are not access logs, or of formats without a source. */
const OTHERS = 9;
