import { FORMATS } from "../../formats";
import { deliveredLinesTableOf, deliveredTableOf } from "../../formats/log-format";
import { ARRIVALS_PREFIX } from "../../formats/partition-layout";
import { HOUR_MS, MINUTE_MS } from "../../formats/time";
import { albLine } from "../helpers/lines";
import { localLake } from "./local-lake";
import { type LogFile, logFile } from "./log-files";
import { deploy } from "./pipeline";
import { expectSameRows, expectSameUnparsedLines } from "./same-tables";

const { alb } = FORMATS;
const FOLDER = "111122223333/elasticloadbalancing/eu-central-1";

/** A file in the folder where a load balancer delivers it. A listing finds only files of the last hours. */
function fileOf(source: string, end: Date): LogFile {
  const [day = "", time = ""] = end.toISOString().slice(0, "YYYY-MM-DDTHH:MM".length).split("T");
  const stamp = `${day.replaceAll("-", "")}T${time.replace(":", "")}Z`;
  const name = `111122223333_elasticloadbalancing_eu-central-1_app.${source}.50dc6c495c0c9188_${stamp}_10.0.0.5_2fb1c9a0.log.gz`;
  return logFile(`${source}/AWSLogs/${FOLDER}/${day.replaceAll("-", "/")}/${name}`, [
    albLine({ domain_name: `"${source}-${stamp}"` }),
    `no line of ${source}`,
  ]);
}
const ago = (ms: number) => new Date(Date.now() - ms);
/** The end of an hour, which is the time of the hour's last file. */
const endOfHour = () => new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);

it("reads files in another bucket where they are, with the rows, days and hours of moved files", async () => {
  const pipeline = await deploy("as delivered, in a bucket that is only read", {
    existingLogBucket: "delivered-logs",
    sources: [{ name: "web", format: "alb", prefix: "web/", layout: "as-delivered" }],
  });
  const files = [endOfHour(), ago(MINUTE_MS), ago(2 * HOUR_MS)].map((end) => fileOf("web", end));
  const [first] = files;
  const connections = logFile(first?.key.replace(/\/([^/]*)$/, "/conn_log.$1") ?? "", ["a connection"]);
  await pipeline.put([...files, connections], pipeline.existingBucket);
  await pipeline.commit();
  const lake = await localLake(pipeline.existingBucket, files);
  await expectSameRows(pipeline, lake, "alb");
  await expectSameUnparsedLines(pipeline, lake, "alb");
  // The reconciliation finds no other file, and another run adds nothing.
  await pipeline.maintain(new Date().toISOString());
  await pipeline.commit();
  await expectSameRows(pipeline, lake, "alb");
  expect(await pipeline.keys("raw/")).toEqual([]);
  // For analysts.
  const text = `SELECT count("time") AS n, min(folder) AS folder FROM ${deliveredTableOf(alb)} WHERE source = 'web'`;
  expect(await pipeline.query(text)).toEqual([{ n: files.length, folder: FOLDER }]);
  const lines = `SELECT count(*) AS n FROM ${deliveredLinesTableOf(alb)}`;
  expect(await pipeline.query(lines)).toEqual([{ n: 2 * files.length + 1 }]);
});

it("loses and doubles nothing when two sources change their layouts, in both directions", async () => {
  const [web, shop] = ["web", "shop"].map((name) => ({ name, format: "alb", prefix: `${name}/` }));
  const pipeline = await deploy(
    "changes of the layout",
    { sources: [web, { ...shop, layout: "as-delivered" }] },
    { sources: [{ ...web, layout: "as-delivered" }, shop] },
  );
  const [early = [], late = []] = [ago(2 * HOUR_MS), ago(HOUR_MS)].map((end) =>
    ["web", "shop"].map((source) => fileOf(source, end)),
  );
  const files = [...early, ...late];
  await pipeline.process(early);
  // Moved, but not committed before the change.
  await pipeline.deliver(late);
  expect(await pipeline.move()).toEqual([]);
  await pipeline.change();
  // All originals are there again, as if their events and deletes had been lost.
  await pipeline.process(files);
  const lake = await localLake(pipeline.bucket, files);
  await expectSameRows(pipeline, lake, "alb");
  expect(await pipeline.keys(ARRIVALS_PREFIX)).toEqual([]);
  // Of the source that is read as delivered now.
  expect(await pipeline.keys("web/")).toHaveLength(2);
  expect(await pipeline.keys("shop/")).toEqual([]);
});
