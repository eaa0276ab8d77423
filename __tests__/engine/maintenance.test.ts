import { FORMATS } from "../../formats";
import { LAKE_PREFIX } from "../../formats/partition-layout";
import { DAY_SECONDS } from "../../formats/time";
import { localLake } from "./local-lake";
import { inRounds, type LogFile, sampleLogs } from "./log-files";
import { deploy, type Pipeline } from "./pipeline";
import { expectSameRows, expectSameTables } from "./same-tables";
import { differences } from "./table-rows";

/** The night after the sample's last day. */
const NIGHT = "2026-06-03T03:30:00Z";

let files: readonly LogFile[];
let pipeline: Pipeline;
beforeAll(async () => {
  files = await sampleLogs({ files: 36, lines: 60, hours: 4 });
});

const dataFiles = async (table: string): Promise<number> =>
  Number((await pipeline.query(`SELECT count(*) AS n FROM "${table}$files"`))[0]?.n);
const storedFiles = async (table: string): Promise<number> =>
  (await pipeline.keys(`${LAKE_PREFIX}${table}/data/`)).length;

it("merges the small files of days during queries, and deletes the files that no snapshot needs a day later", async () => {
  pipeline = await deploy("maintenance");
  for (const round of inRounds(files, 7)) await pipeline.process(round);
  const lake = await localLake(pipeline.bucket, files);
  const { table } = FORMATS.alb;
  const before = await dataFiles(table);
  const reads = await readWhile(() => pipeline.maintain(NIGHT));
  expect(reads.length).toBeGreaterThan(2);
  expect(new Set(reads).size).toBe(1);
  // One for each day.
  const days = Number((await pipeline.query(`SELECT count(DISTINCT date(time)) AS n FROM ${table}`))[0]?.n);
  expect(before).toBeGreaterThan(6 * days);
  expect(await dataFiles(table)).toBe(days);
  await expectSameTables(pipeline, lake);
  // Queries may still read an earlier snapshot.
  expect(await storedFiles(table)).toBeGreaterThan(days);
  pipeline.athena.letTimePass(2 * DAY_SECONDS);
  await pipeline.maintain("2026-06-04T03:30:00Z");
  for (const format of pipeline.formats) {
    const name = FORMATS[format].table;
    expect(await storedFiles(name)).toBe(await dataFiles(name));
  }
  await expectSameTables(pipeline, lake);
});

/** The results of a query that is repeated while other work runs. */
async function readWhile(action: () => Promise<void>): Promise<string[]> {
  const reads: string[] = [];
  let isDone = false;
  const read = async () => {
    while (!isDone) {
      const sql = `SELECT count(*) AS n, count(DISTINCT log_file) AS files, sum(sent_bytes) AS bytes FROM ${FORMATS.alb.table}`;
      reads.push(JSON.stringify(await pipeline.query(sql)));
    }
  };
  const done = action().finally(() => {
    isDone = true;
  });
  await Promise.all([done, read()]);
  return reads;
}

it("deletes only the rows of days that are older than the retention", async () => {
  pipeline = await deploy("retention", { lakeRetentionDays: 1 });
  await pipeline.process(files);
  const lake = await localLake(pipeline.bucket, files);
  await expectSameRows(pipeline, lake, "alb");
  await pipeline.maintain(NIGHT);
  for (const format of pipeline.formats) {
    const kept = (await lake.rows(format)).filter(({ time }) => String(time) >= "2026-06-02");
    expect(kept.length).toBeGreaterThan(0);
    expect(differences(await pipeline.rows(format), kept)).toEqual({
      onlyOnTheEngine: [],
      onlyInTheLake: [],
    });
  }
});
