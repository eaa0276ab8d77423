import { ARRIVALS_PREFIX } from "../../formats/partition-layout";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../formats/time";
import { albLine, CLOUDFRONT_FIELDS, cloudfrontLine } from "../helpers/lines";
import { localLake } from "./local-lake";
import { type LogFile, logFile } from "./log-files";
import { deploy } from "./pipeline";
import { expectSameRows, expectSameTables } from "./same-tables";

/** The start of yesterday (UTC). */
const YESTERDAY = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;
/** The next night: by then, the objects are older than an hour. */
const NIGHT = new Date(YESTERDAY + 2 * DAY_MS + 3 * HOUR_MS).toISOString();
const HEADER = ["#Version: 1.0", `#Fields: ${Object.keys(CLOUDFRONT_FIELDS).join(" ")}`];

const stampOf = (time: number) => new Date(time).toISOString().slice(0, "YYYY-MM-DDTHH:MM".length);

function balancerFile(id: string): LogFile {
  const stamp = `${stampOf(YESTERDAY + 7 * HOUR_MS + 5 * MINUTE_MS).replace(/[-:]/g, "")}Z`;
  const folder = `alb/AWSLogs/111122223333/elasticloadbalancing/eu-central-1/${stampOf(YESTERDAY).slice(0, 10).replaceAll("-", "/")}`;
  const name = `111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_${stamp}_10.0.0.5_${id}.log.gz`;
  return logFile(`${folder}/${name}`, [albLine({ domain_name: `"${id}"` }), `no line of ${id}`]);
}

function distributionFile(id: string): LogFile {
  const hour = stampOf(YESTERDAY + 9 * HOUR_MS)
    .slice(0, 13)
    .replace("T", "-");
  return logFile(`cloudfront/E2EXAMPLE1SHOP.${hour}.${id}.gz`, [
    ...HEADER,
    cloudfrontLine({ "x-host-header": id }),
  ]);
}

it.each([
  { what: "moved files", keepOriginals: false },
  { what: "kept originals", keepOriginals: true },
])("adds files whose event or note was lost, of $what", async ({ what, keepOriginals }) => {
  const pipeline = await deploy(`reconciliation of ${what}`, { keepOriginals });
  const made = (id: string) => [balancerFile(id), distributionFile(id)];
  const [committed, withoutNote, withoutEvent] = [made("a1"), made("b2"), made("c3")];
  await pipeline.process(committed);
  await pipeline.deliver(withoutNote);
  expect(await pipeline.move()).toEqual([]);
  await pipeline.deleteAll(await pipeline.keys(ARRIVALS_PREFIX));
  await pipeline.put(withoutEvent);
  await pipeline.commit();
  const before = await localLake(pipeline.bucket, committed);
  for (const format of ["alb", "cloudfront"] as const) await expectSameRows(pipeline, before, format);
  await pipeline.maintain(NIGHT);
  expect(await pipeline.move()).toEqual([]);
  await pipeline.commit();
  const lake = await localLake(pipeline.bucket, [...committed, ...withoutNote, ...withoutEvent]);
  await expectSameTables(pipeline, lake);
  for (const table of ["alb_access_logs", "cloudfront_access_logs"]) {
    const result = JSON.parse(String(await pipeline.read(`_reconciled/${table}.json`)));
    expect(result).toMatchObject({ files: 3, noted: 1, announced: 1, isCutShort: false });
  }
});
