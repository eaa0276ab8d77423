import { gunzipSync, gzipSync } from "node:zlib";
import { identityOf, identityOfPath } from "../../formats/file-identity";
import { type DuckdbEngine, openDuckdb } from "../../lake/duckdb-engine";
import { s3Notification, sqsEvent } from "../../testing/events";
import { embeddedMetrics } from "../helpers/embedded-metrics";
import {
  CLOUDFRONT_KEY,
  failedIn,
  invoke,
  keysIn,
  noteKeys,
  printed,
  rawKeys,
  server,
} from "../helpers/move-access-logs";
import { parquetOf, rowOf, textColumns } from "../helpers/parquet";

describe("move-access-logs: a Parquet file", () => {
  let engine: DuckdbEngine;
  let parquet: Buffer;
  beforeAll(async () => {
    engine = await openDuckdb();
    parquet = await parquetOf(engine, rowOf(textColumns({ "c-ip": "192.0.2.1", "cs(User-Agent)": "-" })));
  });
  afterAll(() => engine.close());

  const LINES = '{"c-ip":"192.0.2.1","cs(User-Agent)":"-"}\n';
  const PARQUET_KEY = CLOUDFRONT_KEY.replace(".gz", ".parquet");
  const VENDED_KEY = "alb/AWSLogs/ALB_ACCESS_LOGS/2026/11/23/07/any";
  const skipped = () => printed.flatMap(embeddedMetrics).filter(({ values }) => "ObjectsSkipped" in values);

  it.each([
    ["of a distribution", PARQUET_KEY, /0a1b2c3d\.parquet\.gz$/],
    ["of a distribution whose name does not say it", CLOUDFRONT_KEY, /0a1b2c3d\.gz$/],
    ["of a load balancer", `${VENDED_KEY}.parquet`, /any\.parquet\.gz$/],
    ["of a load balancer whose name does not say it", VENDED_KEY, /any$/],
  ])("%s is written with its rows as lines of JSON, the same at each try", async (_, key, name) => {
    server.put("logs", key, parquet);
    const event = sqsEvent(s3Notification("logs", key));
    expect(failedIn(await invoke(event, { KEEP_ORIGINALS: "true" }))).toEqual([]);
    const [target = ""] = rawKeys();
    expect(target).toMatch(name);
    // So that the reconciliation knows it.
    expect(identityOfPath("logs", `s3://logs/${target}`)).toBe(identityOf({ bucket: "logs", key }));
    const written = server.bytes("logs", target) ?? Buffer.alloc(0);
    expect((target.endsWith(".gz") ? gunzipSync(written) : written).toString()).toBe(LINES);
    // With the bytes that a commit reads.
    expect(JSON.parse(server.read("logs", noteKeys()[0] ?? "") ?? "").files).toEqual([
      expect.objectContaining({ key: target, size: written.length }),
    ]);
    await invoke(event);
    expect(rawKeys()).toEqual([target]);
    expect(server.bytes("logs", target)).toEqual(written);
    expect(keysIn("logs")).not.toContain(key);
    expect(failedIn(await invoke(event))).toEqual([]);
    expect(skipped()).toEqual([]);
  });

  it("of many rows is written in parts, and appears when the last one is there", async () => {
    const rows = 300_000;
    const big = await parquetOf(
      engine,
      `SELECT md5(n::VARCHAR) || md5((-n)::VARCHAR) AS c_ip FROM range(${rows}) AS numbers(n)`,
      "COMPRESSION zstd, ROW_GROUP_SIZE 75000",
    );
    server.put("logs", PARQUET_KEY, big);
    let rawKeysBefore: readonly string[] = [];
    server.setFault(({ method, isBatchDelete }) => {
      if (method === "POST" && !isBatchDelete) rawKeysBefore = rawKeys();
      return undefined;
    });
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", PARQUET_KEY))))).toEqual([]);
    expect(rawKeysBefore).toEqual([]);
    const lines = gunzipSync(server.bytes("logs", rawKeys()[0] ?? "") ?? "").toString();
    expect(lines.split("\n")).toHaveLength(rows + 1);
    expect(
      server.requests.filter(({ method, key }) => method === "PUT" && key.startsWith("raw/")).length,
    ).toBeGreaterThan(1);
    // The start, the footer and four row groups.
    expect(server.requests.filter(({ method, key }) => method === "GET" && key === PARQUET_KEY)).toHaveLength(
      6,
    );
  });

  it.each<[string, string, () => Buffer]>([
    ["that was cut", PARQUET_KEY, () => parquet.subarray(0, -20)],
    ["that was cut, of a load balancer", VENDED_KEY, () => parquet.subarray(0, -20)],
    ["packed as a whole", CLOUDFRONT_KEY, () => gzipSync(parquet)],
    ["with an encrypted footer", PARQUET_KEY, () => Buffer.from("PARE....PARE")],
    ["by its name only", PARQUET_KEY, () => Buffer.from("#Version: 1.0\n")],
  ])("%s is left where it is, counted and named, with what to do", async (_, key, body) => {
    server.put("logs", key, body());
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", key))))).toEqual([]);
    expect(rawKeys()).toEqual([]);
    expect(noteKeys()).toEqual([]);
    expect(keysIn("logs")).toContain(key);
    expect(printed.join("\n")).toMatch(
      /the Parquet file cannot be read: .*; put an intact copy in its place/,
    );
    expect(skipped()).toEqual([
      {
        dimensions: expect.objectContaining({ Reason: "unmatched-key" }),
        values: { ObjectsSkipped: 1 },
      },
    ]);
  });

  it("without a column of a log is left, too", async () => {
    server.put("logs", PARQUET_KEY, await parquetOf(engine, "SELECT 1 AS price"));
    await invoke(sqsEvent(s3Notification("logs", PARQUET_KEY)));
    expect(rawKeys()).toEqual([]);
    expect(printed.join("\n")).toContain("no column has the name of a field");
  });

  it("waits for another run if there is not enough time, except for the first one", async () => {
    const keys = ["aaaaaaaa", "bbbbbbbb"].map((name) => PARQUET_KEY.replace("0a1b2c3d", name));
    // As large as 10 s of work.
    for (const key of keys) server.put("logs", key, Buffer.concat([parquet, Buffer.alloc(5e6), parquet]));
    const event = sqsEvent(...keys.map((key) => s3Notification("logs", key)));
    expect(failedIn(await invoke(event, {}, 20_000))).toHaveLength(1);
    expect(rawKeys()).toHaveLength(1);
    expect(failedIn(await invoke(event, {}, 60_000))).toEqual([]);
    expect(rawKeys()).toHaveLength(2);
  });

  it("is tried again if S3 cannot send a part of it", async () => {
    server.put("logs", PARQUET_KEY, parquet);
    let reads = 0;
    server.setFault(({ method, key }) =>
      method === "GET" && key === PARQUET_KEY && ++reads > 1
        ? { status: 403, code: "AccessDenied" }
        : undefined,
    );
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", PARQUET_KEY))))).toEqual(["m0"]);
    expect(rawKeys()).toEqual([]);
    server.setFault(undefined);
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", PARQUET_KEY))))).toEqual([]);
    expect(rawKeys()).toHaveLength(1);
  });
});
