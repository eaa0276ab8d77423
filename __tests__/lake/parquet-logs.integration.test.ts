import { readdirSync, readlinkSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { FORMATS, type FormatId } from "../../formats";
import { fieldsByName } from "../../formats/log-format";
import { fieldNamesOf } from "../../formats/parquet-names";
import { sqlString } from "../../formats/render/sql-text";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { type TestLake, testLake } from "../helpers/lake";
import { ALB_FIELDS, CLOUDFRONT_FIELDS, objectOf } from "../helpers/lines";
import { parquetOf, rowOf, textColumns } from "../helpers/parquet";

let lake: TestLake;
let engine: DuckdbEngine;
beforeAll(async () => {
  engine = await openDuckdb();
});
afterAll(() => engine.close());
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

/** A Parquet file with one row. @param columns SQL of each value, by the name of its column */
const rowFile = (columns: Readonly<Record<string, string>>) => parquetOf(engine, rowOf(columns));
/** The rows without their files, as texts. */
const rowsOf = async (id: FormatId) =>
  (await lake.query(`SELECT * EXCLUDE (log_file) FROM ${FORMATS[id].table} ORDER BY ALL`)).map((row) =>
    JSON.stringify(row),
  );

const CLOUDFRONT = {
  ...CLOUDFRONT_FIELDS,
  "cs(Referer)": "https://www.example.com/",
  "c-country": "DE",
  "timestamp(ms)": "1795417500123",
};
const ALB = objectOf(FORMATS.alb, ALB_FIELDS);

it.each([
  ["cloudfront", CLOUDFRONT, "cs_User_Agent"],
  ["alb", ALB, "client_port"],
] as const)(
  "a Parquet file of %s has the same rows as the JSON of the same requests",
  async (id, texts, column) => {
    const columns = textColumns(texts);
    expect(Object.keys(columns)).toContain(column);
    lake.put("a.parquet", await rowFile(columns));
    lake.put("b.json", JSON.stringify(texts));
    const summary = await lake.ingest();
    expect(summary.recognised.map(({ format }) => format)).toEqual([id, id]);
    expect(summary.lost).toEqual([]);
    const [first, second, ...others] = await rowsOf(id);
    expect(second).toBe(first);
    expect(others).toEqual([]);
    expect(Object.values(JSON.parse(first ?? "{}")).filter((value) => value !== null).length).toBeGreaterThan(
      20,
    );
  },
);

it("may have types, empty values, other columns, and names in another letter case", async () => {
  const { time, elb_status_code: status, ...others } = ALB;
  const columns = textColumns(others);
  lake.put(
    "typed.parquet",
    await rowFile({
      ...columns,
      TIME: `TIMESTAMPTZ ${sqlString(time ?? "")}`,
      elb_status_code: `${status}::INTEGER`,
      request_processing_time: "0.001::DOUBLE",
      received_bytes: "120::BIGINT",
      target_port: "NULL::VARCHAR",
      request_creation_time: "TIMESTAMP '2026-11-23 07:05:00.137'",
      new_column: "[1, 2]",
    }),
  );
  lake.put("text.json", JSON.stringify({ ...ALB, target_port: "-" }));
  await lake.ingest();
  const [first, second] = await rowsOf("alb");
  expect(second).toBe(first);
});

it("is read by its rows under a name that AWS gives it, too", async () => {
  const parquet = await rowFile(textColumns(CLOUDFRONT));
  lake.put("cf/E2EXAMPLE1SHOP.2026-11-23-07.0a1b2c3d.parquet", parquet);
  lake.put("packed.zip", Buffer.from(zipSync({ "E2EXAMPLE1SHOP.2026-11-23-07.0a1b2c3d.parquet": parquet })));
  expect((await lake.ingest()).recognised).toHaveLength(2);
  expect(await rowsOf("cloudfront")).toHaveLength(1);
});

it("is found in a gzip, in a zip, and on a stream, and is the same log each time", async () => {
  const parquet = await rowFile(textColumns(CLOUDFRONT));
  lake.put("one.parquet", parquet);
  lake.put("two.bin", gzipSync(parquet));
  lake.put("three.zip", Buffer.from(zipSync({ "E2EXAMPLE/x.parquet": parquet })));
  const summary = await lake.ingest();
  expect(summary.recognised).toHaveLength(3);
  expect(await rowsOf("cloudfront")).toHaveLength(1);
});

it("is skipped with the reason if it is damaged, or if it is no log", async () => {
  const parquet = await rowFile(textColumns(CLOUDFRONT));
  lake.put("cut.parquet", parquet.subarray(0, parquet.length - 20));
  lake.put("other.parquet", await rowFile({ price: "1" }));
  const { lost, ignored } = await lake.ingest();
  expect(lost).toEqual([
    expect.objectContaining({
      key: "cut.parquet",
      reason: "corrupt-file",
      detail: expect.stringMatching(/^the Parquet file cannot be read: /),
    }),
  ]);
  expect(ignored).toEqual([expect.objectContaining({ key: "other.parquet", detail: "it has no lines" })]);
});

(process.platform === "linux" ? it : it.skip)("is closed if its rows are no log", async () => {
  const rows = `${rowOf(textColumns({ "cs-method": "GET" }))} FROM range(1000)`;
  lake.put("other.parquet", await parquetOf(engine, rows));
  const { ignored } = await lake.ingest();
  expect(ignored).toEqual([expect.objectContaining({ detail: "its lines have no known format" })]);
  const open = readdirSync("/proc/self/fd").flatMap((file) => {
    try {
      return [readlinkSync(`/proc/self/fd/${file}`)];
    } catch {
      return [];
    }
  });
  expect(open.filter((path) => path.includes(lake.lake))).toEqual([]);
});

it.each(["cloudfront", "alb"] as const)("each field of %s has a column of its own", (id) => {
  const columns = fieldsByName(FORMATS[id]).map(({ name, otherName }) => fieldNamesOf(otherName ?? name));
  for (const [index, names] of columns.entries())
    expect(names).toContain(fieldsByName(FORMATS[id])[index]?.name);
  expect(new Set(columns.map((names) => names.join())).size).toBe(columns.length);
});
