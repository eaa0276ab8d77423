import { FORMATS, type FormatId } from "../../formats";
import { RAW_PREFIX } from "../../formats/partition-layout";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { ALB_FIELDS, CLOUDFRONT_FIELDS, objectOf } from "../helpers/lines";
import { parquetOf, rowOf, textColumns } from "../helpers/parquet";
import { localLake } from "./local-lake";
import { type LogFile, logFile } from "./log-files";
import { deploy, type Pipeline } from "./pipeline";

let engine: DuckdbEngine;
beforeAll(async () => {
  engine = await openDuckdb();
});
afterAll(() => engine.close());

const SOURCES = (["alb", "cloudfront"] as const).map((format) => ({
  name: format,
  format,
  prefix: `${format}/`,
}));

/** Bytes of a part of an upload. */
const PART_BYTES = 8 * 2 ** 20;

type Texts = Readonly<Record<string, string>>;

const CLOUDFRONT: readonly Texts[] = [
  CLOUDFRONT_FIELDS,
  {
    ...CLOUDFRONT_FIELDS,
    "cs(Referer)": "https://www.example.com/",
    "cs-uri-query": 'a="b"&c=\\d\u2028',
    "c-country": "DE",
    asn: "64496",
    "timestamp(ms)": "1795417500123",
    "origin-fbl": "0.101",
  },
  // The user chose a few fields.
  { date: "2026-11-23", time: "07:06:00", "x-host-header": "www.example.com", "sc-status": "000" },
];
const ALB: readonly Texts[] = [
  objectOf(FORMATS.alb, ALB_FIELDS),
  objectOf(FORMATS.alb, {
    ...ALB_FIELDS,
    user_agent: '"a \\"b\\" é"',
    request_creation_time: "2026-11-23T07:04:59.137000Z",
  }),
];

/** Files with the same requests in each form: JSON, and Parquet of texts under two names. */
async function filesOf(keys: (ending: string) => string, requests: readonly Texts[]): Promise<LogFile[]> {
  const parquet = await Promise.all(
    requests.map((texts) => parquetOf(engine, rowOf(textColumns(texts)), "COMPRESSION gzip")),
  );
  return requests.flatMap((texts, index) => [
    logFile(keys(`json${index}`), [JSON.stringify(texts)]),
    { key: keys(`parquet${index}.parquet`), body: parquet[index] ?? Buffer.alloc(0) },
    { key: keys(`named${index}`), body: parquet[index] ?? Buffer.alloc(0) },
  ]);
}

const vendedKey = (ending: string) => `alb/AWSLogs/ALB_ACCESS_LOGS/2026/11/23/07/${ending}`;
const distributionKey = (ending: string) =>
  `cloudfront/E2EXAMPLE1SHOP/2026/11/23/07/E2EXAMPLE1SHOP.2026-11-23-07.${ending}`;

/** Rows without their files, in no order. */
const rowsOf = async (lake: Pick<Pipeline, "rows">, format: FormatId) =>
  (await lake.rows(format)).map(({ log_file: _, ...row }) => JSON.stringify(row)).sort();

it("gives the same rows as the JSON of the same requests, and as the local lake", async () => {
  const files = [...(await filesOf(distributionKey, CLOUDFRONT)), ...(await filesOf(vendedKey, ALB))];
  const pipeline = await deploy("Parquet", { sources: SOURCES });
  await pipeline.process(files);
  const lake = await localLake(
    pipeline.bucket,
    // By its name, it is text.
    files.filter(({ key }) => !key.includes("named")),
  );
  for (const [format, requests] of [
    ["cloudfront", CLOUDFRONT],
    ["alb", ALB],
  ] as const) {
    const rows = await rowsOf(pipeline, format);
    expect(rows).toHaveLength(3 * requests.length);
    expect(new Set(rows).size).toBe(requests.length);
    expect(new Set(await rowsOf(lake, format))).toEqual(new Set(rows));
    expect(await pipeline.unparsed(format)).toEqual([]);
  }
});

it("may have types, other columns, NULLs and several row groups, and more text than one part of an upload", async () => {
  const rows = 70_000;
  // Much text in few rows: the engine parses each row.
  const agent = Array.from({ length: 7 }, (_, index) => `md5((7 * n + ${index})::VARCHAR)`);
  const columns = {
    new_column: "[1, 2]",
    date: "DATE '2026-11-23'",
    time: "TIME '07:05:00'",
    x_edge_request_id: "md5(n::VARCHAR) || md5((-n)::VARCHAR)",
    cs_User_Agent: agent.join(" || "),
    sc_bytes: "n::BIGINT",
    time_taken: "0.125::DOUBLE",
    sc_status: "200::SMALLINT",
    c_country: "CASE WHEN n % 2 = 0 THEN 'DE' END",
  };
  const select = Object.entries(columns).map(([name, sql]) => `${sql} AS "${name}"`);
  const body = await parquetOf(
    engine,
    `SELECT ${select.join(", ")} FROM range(${rows}) AS numbers(n)`,
    "COMPRESSION zstd, ROW_GROUP_SIZE 28000",
  );
  const pipeline = await deploy("a large Parquet file", { sources: SOURCES });
  await pipeline.process([{ key: distributionKey("large.parquet"), body }]);
  const [text = ""] = await pipeline.keys(RAW_PREFIX);
  expect((await pipeline.read(text)).length).toBeGreaterThan(PART_BYTES);
  const typed = await pipeline.query(
    `SELECT count(*) AS found, sum(sc_bytes) AS bytes, count(c_country) AS countries, count(DISTINCT x_edge_request_id) AS ids, min(CAST("time" AS varchar)) AS first, max(time_taken) AS taken, min(sc_status) AS status FROM cloudfront_access_logs`,
  );
  expect(typed).toEqual([
    {
      found: rows,
      bytes: (rows * (rows - 1)) / 2,
      countries: rows / 2,
      ids: rows,
      first: expect.stringMatching(/^2026-11-23 07:05:00/),
      taken: 0.125,
      status: "200",
    },
  ]);
});
