import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { identityOf, identityOfContent, isIdentityOfContent } from "../../formats/file-identity";
import { lakeReport } from "../../inspect/lake-report";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

const at = (time: string, path = "/") =>
  `${albLine({ time: `2026-11-${time}:00.000001Z`, request: `GET https://shop.example.com:443${path} HTTP/1.1` })}\n`;
const JOINED = at("23T04:10") + at("23T07:10") + at("24T09:10") + at("24T09:20");
const HOURS = ["2026-11-23 04", "2026-11-23 07", "2026-11-24 09", "2026-11-24 09"];
const hours = async (): Promise<unknown[]> =>
  (await lake.query("SELECT dt || ' ' || hour AS hour FROM alb_access_logs ORDER BY time")).map(
    (row) => row.hour,
  );

it("splits a file under AWS's name whose lines are of many hours, so that each row has the hour of its time", async () => {
  lake.put(albKey("20261123T0715Z"), JOINED);
  const { split, added, rows } = await lake.ingest();
  expect({ added, rows }).toEqual({ added: 1, rows: { alb_access_logs: 4 } });
  expect(split).toEqual([{ key: expect.stringContaining("dt=2026-11-23/hour=07/"), hours: 3 }]);
  expect(await hours()).toEqual(HOURS);
});

it("adds no row of it again, and does not read it again", async () => {
  const key = albKey("20261123T0715Z");
  lake.put(key, JOINED);
  await lake.ingest();
  const again = await lake.ingest();
  expect(again).toMatchObject({ added: 0, split: [], rows: { alb_access_logs: 0 }, lost: [] });
  lake.put(key.replace(".log.gz", "-1.log.gz"), JOINED);
  await lake.ingest();
  expect(await hours()).toEqual(HOURS);
});

it("splits gzips that were joined without unpacking them", async () => {
  const gzips = [at("23T04:10"), at("23T07:10"), at("24T09:10") + at("24T09:20")].map((text) =>
    gzipSync(text),
  );
  lake.put(albKey("20261123T0715Z"), Buffer.concat(gzips));
  await lake.ingest();
  expect(await hours()).toEqual(HOURS);
});

it("does not split a file whose lines are late, and commits it with those that are split", async () => {
  const late = albKey("20261123T0720Z");
  lake.put(late, at("23T05:59", "/late") + at("23T09:59", "/late"));
  lake.put(albKey("20261123T0715Z"), `${JOINED}no log line\n`);
  const { split, rows, unparsed } = await lake.ingest();
  expect(split).toHaveLength(1);
  expect({ rows, unparsed }).toEqual({ rows: { alb_access_logs: 6 }, unparsed: { alb_access_logs: 1 } });
  const [name] = late.split("/").slice(-1);
  const files = await lake.query(
    `SELECT count(*) AS lines FROM alb_access_logs WHERE log_file LIKE '%${name}' AND hour = '07'`,
  );
  expect(files).toEqual([{ lines: 2 }]);
});

it("replaces the rows of a file that was joined after it was ingested", async () => {
  const key = albKey("20261123T0715Z");
  lake.put(key, at("23T07:10", "/before"));
  lake.put(albKey("20261123T0720Z"), at("23T07:15", "/other"));
  await lake.ingest();
  lake.put(key, JOINED);
  expect((await lake.ingest()).split).toHaveLength(1);
  expect(await hours()).toEqual([...HOURS.slice(0, 2), "2026-11-23 07", ...HOURS.slice(2)]);
});

it("deletes the original with --move after all hours are in the tables", async () => {
  const key = albKey("20261123T0715Z");
  lake.put(key, JOINED);
  expect(await lake.ingest({ deleteOriginals: true })).toMatchObject({ lost: [] });
  expect(existsSync(join(lake.logs, key))).toBe(false);
  expect(await hours()).toEqual(HOURS);
});

it("splits each of several such files", async () => {
  for (const day of ["21", "22", "23"]) {
    const far = ["01", "05", "11", "17"].map((hour) => at(`${day}T${hour}:10`)).join("");
    lake.put(albKey(`202611${day}T0715Z`), far);
  }
  expect((await lake.ingest()).split).toHaveLength(3);
  expect(await hours()).toHaveLength(12);
  expect(new Set(await hours()).size).toBe(12);
});

it("adds no row twice when it was interrupted before it recorded that the file is split", async () => {
  lake.put(albKey("20261123T0715Z"), JOINED);
  await lake.ingest();
  rmSync(join(lake.lake, "typed/alb_access_logs/dt=2026-11-23/hour=07"), { recursive: true });
  await lake.ingest();
  expect(await hours()).toEqual(HOURS);
});

it("knows the files that it wrote by their names, so that none of them is split again", () => {
  const names = ["0".repeat(64), "f".repeat(64)].map((hash) => identityOfContent(hash, ".log.gz"));
  expect(names.map(isIdentityOfContent)).toEqual([true, true]);
  expect(isIdentityOfContent(identityOf({ bucket: "logs", key: albKey() }))).toBe(false);
});

it("is a healthy lake afterwards", async () => {
  lake.put(albKey("20261123T0715Z"), JOINED);
  await lake.ingest();
  const { findings } = await lakeReport(lake.lake, { isDeep: true });
  expect(findings).toEqual([]);
});
