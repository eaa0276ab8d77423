import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { zipSync } from "fflate";
import { pack } from "tar-stream";
import { FORMATS, type FormatId } from "../../formats";
import { parsePartitionPath, RAW_PREFIX } from "../../formats/partition-layout";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine, CLOUDFRONT_FIELDS, cloudfrontLine } from "../helpers/lines";

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

const at = (time: string, agent = "a") => albLine({ time: `${time}:00.000001Z`, user_agent: `"${agent}"` });
const lines = (...texts: readonly string[]) => `${texts.join("\n")}\n`;
const hours = (table = "alb_access_logs") =>
  lake.query(`SELECT dt, hour, count(*) AS n FROM ${table} GROUP BY ALL ORDER BY ALL`);
/** Lines of three hours, in two of which they come back. */
const THREE_HOURS = lines(
  at("2026-06-01T22:10"),
  at("2026-06-01T23:59"),
  at("2026-06-01T22:11"),
  at("2026-06-02T00:00"),
  at("2026-06-01T23:01"),
);
const OF_THREE_HOURS = [
  { dt: "2026-06-01", hour: "22", n: 2 },
  { dt: "2026-06-01", hour: "23", n: 2 },
  { dt: "2026-06-02", hour: "00", n: 1 },
];

const TEST_FILE = "AWSLogs/111122223333/ELBAccessLogTestFile";

async function tar(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, body] of Object.entries(files)) archive.entry({ name }, body);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A frame of zstd with one block that is not compressed. */
function zstdStored(text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(0xfd2fb528, 0);
  // One segment; the size of the content has four bytes.
  head.writeUInt8(0xa0, 4);
  head.writeUInt32LE(body.length, 5);
  // The last block.
  head.writeUIntLE((body.length << 3) | 1, 9, 3);
  return Buffer.concat([head, body]);
}

describe("a file whose name is not AWS's", () => {
  it.each(Object.entries(FORMATS))("is recognised by its lines: %s", async (id, { samples, table }) => {
    lake.put("renamed.txt", lines(...samples));
    const summary = await lake.ingest();
    expect(summary.recognised).toEqual([{ key: "renamed.txt", format: id, hours: 1 }]);
    expect(summary).toMatchObject({ moved: 1, added: 1, skipped: {}, rows: { [table]: samples.length } });
  });

  it("is split by the hours of its lines, also if they are not in order", async () => {
    lake.put("all.log", THREE_HOURS);
    expect((await lake.ingest()).recognised).toEqual([{ key: "all.log", format: "alb", hours: 3 }]);
    expect(await hours()).toEqual(OF_THREE_HOURS);
  });

  it("adds no row when it is ingested again, renamed, compressed, or in an archive", async () => {
    lake.put("all.log", THREE_HOURS);
    await lake.ingest();
    lake.put("renamed.bin", THREE_HOURS);
    lake.put("all.log.gz", THREE_HOURS);
    lake.put("all.zip", Buffer.from(zipSync({ "a/all.log": Buffer.from(THREE_HOURS) })));
    const again = await lake.ingest();
    expect(again).toMatchObject({ moved: 4, added: 0, changed: 0, rows: { alb_access_logs: 0 } });
    expect(await hours()).toEqual(OF_THREE_HOURS);
  });

  it("adds only the hours that are new or have other lines when it has grown", async () => {
    lake.put("all.log", lines(at("2026-06-01T22:10"), at("2026-06-01T23:00")));
    await lake.ingest();
    lake.put("all.log", lines(at("2026-06-01T22:10"), at("2026-06-01T23:00"), at("2026-06-02T05:00")));
    expect((await lake.ingest()).rows).toEqual({ alb_access_logs: 1 });
  });

  it("keeps lines that are not readable in the hour of the line before; before the first row, in its hour", async () => {
    const text = lines("broken 1", at("2026-06-01T22:10"), "broken 2", at("2026-06-01T23:00"), "broken 3");
    lake.put("all.log", text);
    expect((await lake.ingest({ format: "alb" })).unparsed).toEqual({ alb_access_logs: 3 });
    expect(
      await lake.query(
        "SELECT line, regexp_extract(log_file, 'hour=(..)', 1) AS hour FROM alb_access_logs_unparsed ORDER BY line",
      ),
    ).toEqual([
      { line: "broken 1", hour: "22" },
      { line: "broken 2", hour: "22" },
      { line: "broken 3", hour: "23" },
    ]);
  });

  it("has in each hour the header that says how its lines are read", async () => {
    const fields = ["date", "time", "sc-status", "c-ip", "cs-method", "x-edge-location", "sc-bytes"];
    const header = ["#Version: 1.0", `#Fields: ${fields.join(" ")}`];
    const line = (time: string) =>
      fields.map((name) => (name === "time" ? time : CLOUDFRONT_FIELDS[name])).join("\t");
    const named = ["#Version: 1.0", `#Fields: ${Object.keys(CLOUDFRONT_FIELDS).join(" ")}`];
    lake.put(
      "v2.log",
      lines(...header, line("07:05:00"), line("08:05:00"), ...named, cloudfrontLine({ time: "07:06:00" })),
    );
    const summary = await lake.ingest();
    expect(summary.unparsed).toEqual({ cloudfront_access_logs: 0 });
    expect(await hours("cloudfront_access_logs")).toEqual([
      { dt: "2026-11-23", hour: "07", n: 2 },
      { dt: "2026-11-23", hour: "08", n: 1 },
    ]);
    expect(await lake.query("SELECT DISTINCT c_ip, sc_status FROM cloudfront_access_logs")).toEqual([
      { c_ip: CLOUDFRONT_FIELDS["c-ip"], sc_status: "200" },
    ]);
  });

  it("may begin with a byte order mark, and have lines that end as on Windows", async () => {
    lake.put("windows.log", `\uFEFF${THREE_HOURS.replaceAll("\n", "\r\n")}`);
    expect((await lake.ingest()).unparsed).toEqual({ alb_access_logs: 0 });
    expect(await hours()).toEqual(OF_THREE_HOURS);
  });

  it.each<[string, (text: string) => Buffer | Promise<Buffer>]>([
    ["a gzip, whatever its name", (text) => zlib.gzipSync(text)],
    ["a chain of gzips", (text) => Buffer.concat(text.split(/(?<=\n)/).map((line) => zlib.gzipSync(line)))],
    ["a zip", (text) => Buffer.from(zipSync({ "a.log": Buffer.from(text), "empty/": new Uint8Array() }))],
    ["a gzip in a zip", (text) => Buffer.from(zipSync({ "a.log.gz": zlib.gzipSync(text) }))],
    ["a tar", (text) => tar({ "logs/a.log": text })],
    [
      "a tar.gz with a gzip",
      async (text) => zlib.gzipSync(await tar({ "a.gz": zlib.gzipSync(text), b: "" })),
    ],
  ])("may be %s", async (_, packed) => {
    lake.put("logs.bin", await packed(THREE_HOURS));
    expect((await lake.ingest()).lost).toEqual([]);
    expect(await hours()).toEqual(OF_THREE_HOURS);
  });

  it("may be zstd", async () => {
    lake.put("logs.zst", zstdStored(THREE_HOURS));
    expect((await lake.ingest()).lost).toEqual([]);
    expect(await hours()).toEqual(OF_THREE_HOURS);
  });

  it("is larger than what is kept in memory", async () => {
    const [one, other] = [`${at("2026-06-01T22:10")}\n`, `${at("2026-06-01T23:10")}\n`];
    lake.put("large.log", (one + other).repeat(40_000));
    await lake.ingest();
    expect(await hours()).toEqual([
      { dt: "2026-06-01", hour: "22", n: 40_000 },
      { dt: "2026-06-01", hour: "23", n: 40_000 },
    ]);
  });

  it("is read as the given format, also if its first lines are damaged", async () => {
    const damaged = lines(...Array.from({ length: 200 }, (_, index) => `damaged ${index}`));
    lake.put("damaged.log", damaged + THREE_HOURS);
    expect((await lake.ingest()).skipped).toEqual({ "unmatched-key": 1 });
    const { recognised, unparsed } = await lake.ingest({ format: "alb" });
    expect(recognised).toEqual([{ key: "damaged.log", format: "alb", hours: 3, unparsed: 200 }]);
    expect(unparsed).toEqual({ alb_access_logs: 200 });
  });

  it("is skipped with the reason if its lines are of no format", async () => {
    lake.put("readme.md", lines("# Logs", "An example:", at("2026-06-01T22:10"), "and more text"));
    lake.put("empty.log", "\n\n");
    lake.put("nothing", "");
    lake.put("photo.jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a]));
    lake.put("notes.zip", Buffer.from(zipSync({ "a.txt": Buffer.from("text") })));
    lake.put("test.zip", Buffer.from(zipSync({ [TEST_FILE]: Buffer.from("Enable AccessLog for ELB") })));
    expect((await lake.ingest()).ignored).toEqual([
      { key: "empty.log", reason: "unmatched-key", detail: "it has no lines" },
      { key: "notes.zip/a.txt", reason: "unmatched-key", detail: "its lines have no known format" },
      { key: "nothing", reason: "unmatched-key", detail: "it has no lines" },
      { key: "photo.jpg", reason: "unmatched-key", detail: "its lines have no known format" },
      { key: "readme.md", reason: "unmatched-key", detail: "its lines have no known format" },
      { key: `test.zip/${TEST_FILE}`, reason: "test-file" },
    ]);
  });

  it("is not kept in memory to find its first line: it is skipped after 32 MB of empty lines", async () => {
    lake.put("empty.log", Buffer.concat([Buffer.alloc(33 << 20, "\n"), Buffer.from(THREE_HOURS)]));
    expect((await lake.ingest()).ignored).toEqual([
      { key: "empty.log", reason: "unmatched-key", detail: "it has no lines" },
    ]);
  });

  it("is not taken for the format that was given if none of its first lines is of it", async () => {
    lake.put("text.log", lines(...Array.from({ length: 30_000 }, () => "x".repeat(60))));
    const { ignored } = await lake.ingest({ format: "alb" as FormatId });
    expect(ignored).toEqual([
      { key: "text.log", reason: "unmatched-key", detail: "none of its first lines is a line of alb" },
    ]);
  });
});

describe("a file that is not complete", () => {
  const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 9);
  const many = lines(
    ...Array.from({ length: 3000 }, (_, index) =>
      at(`2026-06-01T${index % 24 < 10 ? "0" : "1"}${index % 9}:10`, `${index}`),
    ),
  );

  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ["a gzip", () => cut(zlib.gzipSync(many))],
    ["a gzip with zeros after it", () => Buffer.concat([zlib.gzipSync(many), Buffer.alloc(600)])],
    ["a zip", () => Buffer.from(zipSync({ "a.log": Buffer.from(many) })).subarray(0, 9000)],
    ["a zip without its end", () => Buffer.from(zipSync({ "a.log": Buffer.from("text") })).subarray(0, -30)],
    ["a tar", async () => (await tar({ "a.log": many })).subarray(0, 900_000)],
    ["a tar.gz", async () => zlib.gzipSync(await tar({ "a.log": many })).subarray(0, 5000)],
  ])("is lost, with the reason: %s", async (_, bytes) => {
    lake.put("logs.bin", await bytes());
    const { lost, rows } = await lake.ingest();
    expect(lost).toEqual([
      {
        key: "logs.bin",
        reason: "corrupt-file",
        detail: expect.stringMatching(/unexpected end|goes on after|cannot be read/i),
      },
    ]);
    expect(rows).toEqual({});
    expect(existsSync(join(lake.lake, "raw"))).toBe(false);
  });

  it("is lost with the reason wherever a tar.gz ends", async () => {
    const random = (index: number) => createHash("sha256").update(`${index}`).digest("base64");
    const text = lines(...Array.from({ length: 200 }, (_, index) => at("2026-11-23T07:01", random(index))));
    const packed = zlib.gzipSync(
      await tar(Object.fromEntries([1, 2, 3].map(() => [albKey(), zlib.gzipSync(text)]))),
    );
    const ends = Array.from({ length: 30 }, (_, index) => Math.floor((packed.length * (index + 1)) / 31));
    for (const end of ends) lake.put(`${end}.tgz`, packed.subarray(0, end));
    const { lost } = await lake.ingest();
    expect(new Set(lost.map(({ reason, detail }) => `${reason}: ${detail}`))).toEqual(
      new Set(["corrupt-file: unexpected end of file"]),
    );
    expect(lost).toHaveLength(ends.length);
  });

  it.each<[string, () => Buffer]>([
    ["a gzip that ends early", () => cut(zlib.gzipSync(many))],
    ["what cannot be decompressed here", () => Buffer.from("BZh91AY&SY")],
    [
      "an archive that ends early",
      () => Buffer.from(zipSync({ "b.log": Buffer.from(many) })).subarray(0, 9000),
    ],
  ])("does not stop the other files of its archive: %s", async (_, bytes) => {
    const files = { "a.log": at("2026-06-01T22:10"), broken: bytes(), "z.log": at("2026-06-01T23:10") };
    const zip = zipSync(
      Object.fromEntries(Object.entries(files).map(([name, body]) => [name, Buffer.from(body)])),
    );
    lake.put("logs.zip", Buffer.from(zip));
    lake.put("logs.tgz", zlib.gzipSync(await tar(files)));
    const { lost } = await lake.ingest();
    expect(lost.map(({ key }) => key)).toEqual(["logs.tgz/broken", "logs.zip/broken"]);
    expect(await hours()).toEqual([
      { dt: "2026-06-01", hour: "22", n: 1 },
      { dt: "2026-06-01", hour: "23", n: 1 },
    ]);
  });

  it("is read when an intact copy takes its place", async () => {
    lake.put("all.log.gz", cut(zlib.gzipSync(THREE_HOURS)));
    await lake.ingest();
    lake.put("all.log.gz", THREE_HOURS);
    expect((await lake.ingest()).lost).toEqual([]);
    expect(await hours()).toEqual(OF_THREE_HOURS);
  });
});

describe("an archive with AWS's names", () => {
  it("has the same files as the folder that it was made of", async () => {
    const key = albKey("20260601T2215Z");
    const body = zlib.gzipSync(lines(at("2026-06-01T22:10")));
    lake.put(key, body);
    await lake.ingest();
    lake.put("all.tar", await tar({ [key]: body, "other.log": lines(at("2026-06-01T22:12")) }));
    const summary = await lake.ingest();
    expect(summary).toMatchObject({ moved: 3, duplicates: 1, rows: { alb_access_logs: 1 } });
    expect(await hours()).toEqual([{ dt: "2026-06-01", hour: "22", n: 2 }]);
  });

  it("has its files in the hours of their names, and skips what is empty", async () => {
    const archive = zipSync({
      [albKey("20260601T2205Z")]: zlib.gzipSync(lines(at("2026-06-01T22:01"))),
      [albKey("20260601T2305Z")]: new Uint8Array(),
    });
    lake.put("all.zip", Buffer.from(archive));
    const { moved, recognised, skipped } = await lake.ingest();
    expect({ moved, recognised, skipped }).toEqual({
      moved: 1,
      recognised: [],
      skipped: { "empty-object": 1 },
    });
    expect(await hours()).toEqual([{ dt: "2026-06-01", hour: "22", n: 1 }]);
  });
});

describe("the files below raw/", () => {
  const rawFiles = () =>
    readdirSync(join(lake.lake, "raw"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  it("hold all lines of a file, each hour in its own", async () => {
    lake.put("all.log", THREE_HOURS);
    await lake.ingest();
    const found = rawFiles().map((file) => {
      const path = file.slice(join(lake.lake, RAW_PREFIX).length, file.lastIndexOf("/"));
      return parsePartitionPath(path)?.hour;
    });
    expect(found.sort()).toEqual(
      ["2026-06-01T22", "2026-06-01T23", "2026-06-02T00"].map((hour) => Date.parse(`${hour}:00Z`)),
    );
    expect(rawFiles()).toEqual(
      rawFiles().map(() => expect.stringMatching(/\/[0-9a-f]{8}-[0-9a-f]{24}\.log\.gz$/)),
    );
  });
});

describe("deleting the originals", () => {
  it("deletes a file after all of its lines are in the tables", async () => {
    lake.put("all.log", THREE_HOURS);
    lake.put("other.txt", "text");
    const { lost } = await lake.ingest({ deleteOriginals: true });
    expect(lost).toEqual([]);
    expect(readdirSync(lake.logs)).toEqual(["other.txt"]);
    expect(await hours()).toEqual(OF_THREE_HOURS);
  });

  it("keeps an archive of which a file was skipped", async () => {
    const archive = zipSync({ "a.log": Buffer.from(THREE_HOURS), "b.txt": Buffer.from("text") });
    lake.put("all.zip", Buffer.from(archive));
    await lake.ingest({ deleteOriginals: true });
    expect(readdirSync(lake.logs)).toEqual(["all.zip"]);
  });
});
