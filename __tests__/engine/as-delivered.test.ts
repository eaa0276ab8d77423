import { FORMATS } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import { deliveredLinesTableOf, deliveredTableOf } from "../../formats/log-format";
import { ARRIVALS_PREFIX } from "../../formats/partition-layout";
import { systemClock } from "../../handlers/core/ports";
import { noteDelivered } from "../../simulation/listing";
import { albKey } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { localLake } from "./local-lake";
import { type LogFile, logFile } from "./log-files";
import { deploy, type Pipeline } from "./pipeline";
import { expectSameRows, expectSameUnparsedLines } from "./same-tables";

const LONG_AGO = new Date(0);
const { alb } = FORMATS;

const fileAt = (source: string, stamp: string): LogFile =>
  logFile(`${source}/${albKey(stamp).replace(/^alb\//, "")}`, [
    albLine({ domain_name: `"${source}-${stamp}"` }),
    `no line of ${source}`,
  ]);
/** The second file has the last minutes of the day before. */
const STAMPS = ["20261123T0705Z", "20261124T0000Z", "20261123T0710Z"];

/** Notes all files as delivered, as a listing does. */
const list = (pipeline: Pipeline, sources: readonly ConfiguredSource[], landing: string) =>
  noteDelivered(
    { store: pipeline.store, clock: systemClock },
    { sources, landing, bucket: pipeline.bucket },
    LONG_AGO,
  );

it("reads files in another bucket where they are, with the rows, days and hours of moved files", async () => {
  const pipeline = await deploy("as delivered, in a bucket that is only read", {
    existingLogBucket: "delivered-logs",
    sources: [{ name: "web", format: "alb", prefix: "web/", layout: "as-delivered" }],
  });
  const landing = `${pipeline.bucket}-landing`;
  await pipeline.createBucket(landing);
  const source: ConfiguredSource = {
    name: "web",
    format: "alb",
    prefix: "web/AWSLogs/",
    asDelivered: { bucket: landing },
  };
  await pipeline.configure([source]);
  const files = STAMPS.map((stamp) => fileAt("web", stamp));
  const other = logFile(files[0]?.key.replace(/\/(?=[^/]*$)/, "/conn_log.") ?? "", ["a connection"]);
  await pipeline.put([...files, other], landing);
  // Twice: another run adds nothing.
  for (let run = 0; run < 2; run++) {
    await list(pipeline, [source], landing);
    await pipeline.commit();
  }
  await pipeline.maintain("2026-11-24T03:00:00Z");
  const lake = await localLake(landing, files);
  await expectSameRows(pipeline, lake, "alb");
  await expectSameUnparsedLines(pipeline, lake, "alb");
  expect(await pipeline.keys("raw/")).toEqual([]);
  // For analysts.
  const [text] = await pipeline.query(
    `SELECT count("time") AS n, min(day) AS day, min(folder) AS folder FROM ${deliveredTableOf(alb)} WHERE source = 'web'`,
  );
  expect(text).toEqual({
    n: files.length,
    day: "2026-11-23",
    folder: "111122223333/elasticloadbalancing/eu-central-1",
  });
  const [lines] = await pipeline.query(`SELECT count(*) AS n FROM ${deliveredLinesTableOf(alb)}`);
  expect(lines).toEqual({ n: 2 * files.length + 1 });
});

it("loses and doubles nothing when two sources change their layouts, in both directions", async () => {
  const pipeline = await deploy("changes of the layout", {
    sources: [
      { name: "web", format: "alb", prefix: "web/" },
      { name: "shop", format: "alb", prefix: "shop/", layout: "as-delivered" },
    ],
  });
  const asDelivered = { bucket: pipeline.bucket };
  const [web, shop]: readonly [ConfiguredSource, ConfiguredSource] = [
    { name: "web", format: "alb", prefix: "web/AWSLogs/" },
    { name: "shop", format: "alb", prefix: "shop/AWSLogs/" },
  ];
  const before = [web, { ...shop, asDelivered }];
  const after = [{ ...web, asDelivered }, shop];
  const [early, late] = ["20261123T0705Z", "20261123T0805Z"].map((stamp) =>
    ["web", "shop"].map((source) => fileAt(source, stamp)),
  );
  const files = [...(early ?? []), ...(late ?? [])];
  await pipeline.configure(before);
  await pipeline.deliver(early ?? []);
  await pipeline.move();
  await list(pipeline, before, pipeline.bucket);
  await pipeline.commit();
  // Noted for the old layout, and committed after the change.
  await pipeline.deliver(late ?? []);
  await list(pipeline, before, pipeline.bucket);
  await pipeline.configure(after);
  // Originals come back, as if their events and deletes had been lost.
  await pipeline.deliver(files);
  expect(await pipeline.move()).toEqual([]);
  await list(pipeline, after, pipeline.bucket);
  await pipeline.commit();
  const lake = await localLake(pipeline.bucket, files);
  await expectSameRows(pipeline, lake, "alb");
  expect(await pipeline.keys(ARRIVALS_PREFIX)).toEqual([]);
  expect((await pipeline.keys("web/")).length).toBe(2);
});
