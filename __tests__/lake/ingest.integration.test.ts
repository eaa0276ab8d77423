import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { FORMATS } from "../../formats";
import { OWN_PREFIXES } from "../../formats/partition-layout";
import { noteArrivals } from "../../handlers/core/arrival-notes";
import { systemClock } from "../../handlers/core/ports";
import { directoryObjectStore } from "../../lake/directory-object-store";
import { openDuckdb } from "../../lake/duckdb-engine";
import { ingest } from "../../lake/ingest";
import { LAKE_BUCKET } from "../../lake/layout";
import { queryLake } from "../../lake/query";
import { SAMPLE_DEFAULTS, writeSample } from "../../sample/write-sample";
import { albKey, cloudfrontKey, rowsOf, type TestLake, testLake } from "../helpers/lake";
import { albLine, CLOUDFRONT_FIELDS, cloudfrontLine } from "../helpers/lines";
import { fileAt } from "../helpers/notes";

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

const lines = (...texts: readonly string[]) => `${texts.join("\n")}\n`;
const count = async (table = "alb_access_logs") =>
  (await lake.query(`SELECT count(*) AS n, count(DISTINCT log_file) AS files FROM ${table}`))[0];

/** Keys of the files below a folder of the lake. */
const filesBelow = (folder: string): string[] =>
  existsSync(join(lake.lake, folder))
    ? readdirSync(join(lake.lake, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(lake.lake, join(entry.parentPath, entry.name)))
    : [];

describe("ingest", () => {
  it("finds in sample logs exactly the rows that were written", async () => {
    const written = await writeSample(
      lake.logs,
      { ...SAMPLE_DEFAULTS, files: 24, lines: 150 },
      () => undefined,
    );
    const summary = await lake.ingest();
    expect(summary).toMatchObject({
      moved: written.files,
      rows: written.rows,
      unparsed: written.unparsed,
      skipped: written.skipped,
    });
    for (const { table } of Object.values(FORMATS)) {
      expect((await count(table))?.n).toBe(written.rows[table]);
      expect((await count(`${table}_unparsed`))?.n).toBe(written.unparsed[table]);
    }
  });

  it("writes the text to Hive-style folders and the rows to typed tables, with their partition keys", async () => {
    const key = albKey("20261124T0000Z");
    lake.put(key, lines(albLine()));
    await lake.ingest();
    const folder = join(lake.lake, "raw/alb_access_logs/dt=2026-11-23/hour=23");
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^[0-9a-f]{8}-.*\.log\.gz$/)]);
    expect(await lake.query("SELECT dt, hour, log_file, time FROM alb_access_logs")).toEqual([
      {
        dt: "2026-11-23",
        hour: "23",
        log_file: `raw/alb_access_logs/dt=2026-11-23/hour=23/${readdirSync(folder)[0]}`,
        time: "2026-11-23T07:05:00.186641Z",
      },
    ]);
  });

  it("changes nothing when it runs again", async () => {
    lake.put(albKey(), lines(albLine(), "no log line"));
    await lake.ingest();
    const again = await lake.ingest();
    expect(again).toMatchObject({ moved: 1, rows: { alb_access_logs: 0 }, unparsed: { alb_access_logs: 0 } });
    expect(await count()).toEqual({ n: 1, files: 1 });
    expect(await count("alb_access_logs_unparsed")).toEqual({ n: 1, files: 1 });
  });

  it("adds late files of an hour that it already committed", async () => {
    lake.put(albKey(), lines(albLine()));
    await lake.ingest();
    lake.put(albKey(), lines(albLine(), albLine()));
    expect((await lake.ingest()).rows).toEqual({ alb_access_logs: 2 });
    expect(await count()).toEqual({ n: 3, files: 2 });
  });

  it("adds files of an hour that come from several folders, by their names and by their lines", async () => {
    lake.put(`a/${albKey()}`, lines(albLine()));
    lake.put(`b/${albKey()}`, lines(albLine(), albLine()));
    lake.put("c/renamed.log", lines(albLine({ time: "2026-11-23T07:30:00Z" })));
    const inputs = ["a", "b", "c"].map((name) => join(lake.logs, name));
    const partitions = { alb_access_logs: 1 };
    expect(await lake.ingest({ inputs })).toMatchObject({ rows: { alb_access_logs: 4 }, partitions });
    expect(await count()).toEqual({ n: 4, files: 3 });
    expect(await lake.ingest({ inputs })).toMatchObject({ rows: { alb_access_logs: 0 }, partitions });
  });

  it("adds the files of an hour that are more than are moved together", async () => {
    const keys = [...Array.from({ length: 1005 }, () => albKey()), albKey("20261123T0805Z")];
    for (const [index, key] of keys.entries()) lake.put(key, lines(albLine({ user_agent: `"${index}"` })));
    expect(await lake.ingest()).toMatchObject({
      added: 1006,
      rows: { alb_access_logs: 1006 },
      partitions: { alb_access_logs: 2 },
    });
    expect(filesBelow("_arrivals")).toEqual([]);
    expect(await count()).toEqual({ n: 1006, files: 1006 });
  });

  it("reads rows that were committed before the format got a column, and adds new rows", async () => {
    lake.put(albKey(), albLine());
    await lake.ingest();
    const typed = join(lake.lake, "typed");
    const [file = ""] = readdirSync(typed, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".parquet"),
    );
    const engine = await openDuckdb();
    const path = join(typed, file);
    await engine.run({
      sql: `COPY (SELECT * EXCLUDE elb_error_code FROM read_parquet('${path}')) TO '${path}.older' (FORMAT parquet)`,
      token: "older",
    });
    engine.close();
    renameSync(`${path}.older`, path);
    rmSync(join(lake.lake, ".columns.json"));
    lake.put(albKey(), `${albLine()}\n`);
    await lake.ingest();
    expect(
      await lake.query("SELECT elb_error_code FROM alb_access_logs ORDER BY elb_error_code NULLS FIRST"),
    ).toEqual([{ elb_error_code: null }, { elb_error_code: "0x8" }]);
  });

  it.each(["log_file=x", "dt=2020-01-01/hour=00", "unparsed=1", "time=y/status=200"])(
    "takes nothing from the names of the folders above the lake: %s",
    async (folder) => {
      const other = join(lake.lake, folder, "lake");
      lake.put(albKey("20261124T0000Z"), lines(albLine(), "no log line"));
      const options = {
        inputs: [lake.logs],
        lake: other,
        deleteOriginals: false,
        onProgress: () => undefined,
      };
      await ingest(options);
      expect(await ingest(options)).toMatchObject({ rows: { alb_access_logs: 0 } });
      const sql = "SELECT dt, hour, request_verb FROM alb_access_logs";
      expect(await queryLake(other, sql, rowsOf)).toEqual([
        { dt: "2026-11-23", hour: "23", request_verb: "GET" },
      ]);
    },
  );

  it("adds the logs in a folder that has the name of a prefix of the pipeline's bucket", async () => {
    for (const prefix of OWN_PREFIXES) lake.put(`${prefix}${cloudfrontKey()}`, cloudfrontLine());
    expect(await lake.ingest()).toMatchObject({ moved: OWN_PREFIXES.length, skipped: {} });
  });

  it("counts rows whose times are far from the hour in their file's name, as in files that were joined", async () => {
    const at = (hour: string) => albLine({ time: `2026-11-23T${hour}:10:00.000001Z` });
    lake.put(
      albKey("20261123T0715Z"),
      lines(at("04"), at("05"), at("07"), at("09"), at("10"), "no log line"),
    );
    expect((await lake.ingest()).elsewhere).toEqual({ alb_access_logs: 2 });
    expect((await lake.ingest()).elsewhere).toEqual({});
  });

  it("keeps files with the same name from two folders apart", async () => {
    lake.put("a/E2X.2026-11-23-07.abcd.gz", lines(cloudfrontLine({ "c-ip": "192.0.2.1" })));
    lake.put("b/E2X.2026-11-23-07.abcd.gz", lines(cloudfrontLine({ "c-ip": "192.0.2.2" })));
    await lake.ingest();
    expect(await lake.query("SELECT c_ip FROM cloudfront_access_logs ORDER BY c_ip")).toEqual([
      { c_ip: "192.0.2.1" },
      { c_ip: "192.0.2.2" },
    ]);
  });

  it("keeps the originals by default, and deletes them if the option is set", async () => {
    const key = albKey();
    lake.put(key, lines(albLine()));
    await lake.ingest();
    expect(existsSync(join(lake.logs, key))).toBe(true);
    await lake.ingest({ deleteOriginals: true });
    expect(existsSync(join(lake.logs, key))).toBe(false);
    expect(await count()).toEqual({ n: 1, files: 1 });
  });

  it("reads plain files, several gzip members, CRLF, and a last line without its end", async () => {
    lake.put(albKey().replace(".gz", ""), lines(albLine()));
    lake.put(albKey(), Buffer.concat([gzipSync(lines(albLine())), gzipSync(albLine())]));
    lake.put(albKey(), `${albLine()}\r\n${albLine()}\r\n`);
    await lake.ingest();
    expect(await count()).toEqual({ n: 5, files: 3 });
    expect(await count("alb_access_logs_unparsed")).toEqual({ n: 0, files: 0 });
  });

  it("keeps a line with bytes that are not UTF-8, and marks their places", async () => {
    const line = Buffer.from(`${albLine({ user_agent: '"Caf? ?"' })}\n`);
    line[line.indexOf("?", line.indexOf("Caf"))] = 0xe9;
    lake.put(
      albKey(),
      gzipSync(Buffer.concat([Buffer.from(lines(albLine())), line, Buffer.from(lines(albLine()))])),
    );
    await lake.ingest();
    expect(await lake.query("SELECT user_agent FROM alb_access_logs WHERE user_agent LIKE 'Caf%'")).toEqual([
      { user_agent: "Caf\uFFFD ?" },
    ]);
    expect(await count()).toEqual({ n: 3, files: 1 });
  });

  it("keeps unparsed lines with the name of their file", async () => {
    const key = albKey();
    lake.put(key, lines(albLine(), "rubbish", albLine({ user_agent: '"a "bare" quote"' }), "# comment", ""));
    expect(await lake.ingest()).toMatchObject({
      rows: { alb_access_logs: 1 },
      unparsed: { alb_access_logs: 3 },
    });
    expect(
      await lake.query("SELECT line FROM alb_access_logs_unparsed WHERE line NOT LIKE 'https%' ORDER BY 1"),
    ).toEqual([{ line: "# comment" }, { line: "rubbish" }]);
  });

  it("follows the header of a CloudFront file, and reads JSON lines", async () => {
    lake.put(
      cloudfrontKey(),
      lines(
        "#Version: 1.0",
        "#Fields: date time x-edge-location asn cs(Cookie)",
        "2026-11-23\t07:05:00\tFRA56\t64496\ta=b",
      ),
    );
    lake.put(
      cloudfrontKey(),
      lines(JSON.stringify({ date: "2026-11-23", time: "07:05:01", "cs(Cookie)": "c=d" })),
    );
    await lake.ingest();
    expect(
      await lake.query(
        "SELECT time, x_edge_location, cs_cookie, c_ip FROM cloudfront_access_logs ORDER BY time",
      ),
    ).toEqual([
      { time: "2026-11-23T07:05:00.000000Z", x_edge_location: "FRA56", cs_cookie: "a=b", c_ip: null },
      { time: "2026-11-23T07:05:01.000000Z", x_edge_location: null, cs_cookie: "c=d", c_ip: null },
    ]);
  });

  describe("with a file that cannot be read to its end", () => {
    const whole = gzipSync(lines(...Array.from({ length: 500 }, () => albLine())));
    const corrupted = Buffer.from(whole);
    corrupted.writeUInt8((corrupted[whole.length >> 1] ?? 0) ^ 0xff, whole.length >> 1);

    it.each([
      ["truncated", whole.subarray(0, whole.length - 20)],
      ["corrupted", corrupted],
      ["cut inside the header", whole.subarray(0, 5)],
    ])("adds nothing from a file that is %s, reports it, and adds the other files", async (_, bytes) => {
      lake.put(albKey(), bytes);
      lake.put(albKey(), lines(albLine()));
      expect(await lake.ingest()).toMatchObject({
        moved: 2,
        skipped: { "corrupt-file": 1 },
        rows: { alb_access_logs: 1 },
      });
      expect(await count()).toEqual({ n: 1, files: 1 });
      expect(readFileSync(join(lake.lake, "skipped.jsonl"), "utf8")).toContain('"reason":"corrupt-file"');
    });

    it("reads the short lines of old files as rows, and no line of a file whose header names another log", async () => {
      lake.put(cloudfrontKey(), lines(cloudfrontLine({}, 12), cloudfrontLine({}, 15)));
      const names = Object.keys(CLOUDFRONT_FIELDS).slice(0, 15).join(" ");
      lake.put(cloudfrontKey(), lines("#Version: 1.0", `#Fields: ${names}`, cloudfrontLine({}, 15)));
      const rtmp = "2010-03-12\t23:51:20\tSEA4\t192.0.2.147\tconnect\t2014";
      lake.put(
        cloudfrontKey(),
        lines("#Version: 1.0", "#Fields: date time x-edge-location c-ip x-event sc-bytes", rtmp),
      );
      await lake.ingest();
      expect(
        await lake.query(
          "SELECT sc_status, x_edge_request_id AS id, cs_bytes FROM cloudfront_access_logs ORDER BY id",
        ),
      ).toEqual([
        { sc_status: "200", id: "abc==", cs_bytes: null },
        { sc_status: "200", id: "abc==", cs_bytes: null },
        { sc_status: "200", id: null, cs_bytes: null },
      ]);
      expect(await lake.query("SELECT line FROM cloudfront_access_logs_unparsed")).toEqual([{ line: rtmp }]);
    });

    it("is new only once, and is not reported any more when its copy is deleted", async () => {
      const key = albKey();
      lake.put(key, whole.subarray(0, 200));
      const { added, lost } = await lake.ingest();
      expect([added, lost]).toEqual([1, [expect.objectContaining({ reason: "corrupt-file" })]]);
      expect(await lake.ingest()).toMatchObject({ added: 0, skipped: { "corrupt-file": 1 } });
      rmSync(join(lake.logs, key));
      lake.put(albKey(), lines(albLine()));
      expect(await lake.ingest()).toMatchObject({ added: 1, skipped: { "corrupt-file": 1 } });
      rmSync(join(lake.lake, lost[0]?.key ?? ""));
      expect(await lake.ingest()).toMatchObject({ added: 0, lost: [] });
    });

    it("reports the file until an intact copy arrives, and then adds it", async () => {
      const key = albKey();
      lake.put(key, whole.subarray(0, 200));
      await lake.ingest({ deleteOriginals: true });
      expect((await lake.ingest()).skipped).toEqual({ "corrupt-file": 1 });
      lake.put(key, whole);
      expect(await lake.ingest()).toMatchObject({ skipped: {}, rows: { alb_access_logs: 500 } });
      expect(await count()).toEqual({ n: 500, files: 1 });
    });
  });

  it("continues after an interruption between move and commit", async () => {
    lake.put(albKey(), lines(albLine()));
    await lake.ingest();
    await noteArrivals(
      { store: directoryObjectStore({ [LAKE_BUCKET]: lake.lake }), clock: systemClock },
      LAKE_BUCKET,
      filesBelow("raw").map(fileAt),
    );
    mkdirSync(join(lake.lake, ".work/half"), { recursive: true });
    writeFileSync(join(lake.lake, ".work/half/x.parquet"), "half written");
    writeFileSync(join(lake.lake, ".lock"), "999999999");
    expect((await lake.ingest()).rows).toEqual({ alb_access_logs: 0 });
    expect(await count()).toEqual({ n: 1, files: 1 });
    expect(readdirSync(join(lake.lake, ".work"))).toEqual([]);
    expect(filesBelow("_arrivals")).toEqual([]);
  });

  it("replaces the markers of older versions with notes, once, and adds the files of their hours", async () => {
    const folder = join(lake.lake, "_touched/alb_access_logs/dt=2026-11-23");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "hour=07"), "2026-11-23T07:00:00Z x\n");
    const raw = join(lake.lake, "raw/alb_access_logs/dt=2026-11-23/hour=07");
    mkdirSync(raw, { recursive: true });
    writeFileSync(join(raw, "0a1b2c3d-x.log.gz"), gzipSync(lines(albLine(), albLine())));
    expect((await lake.ingest()).rows).toEqual({ alb_access_logs: 2 });
    expect([filesBelow("_touched"), filesBelow("_arrivals")]).toEqual([[], []]);
    expect((await lake.ingest()).rows).toEqual({});
    expect(await count()).toEqual({ n: 2, files: 1 });
  });

  it.each([
    ["a folder that is missing", "none", "lake", "there is no such file or folder"],
    ["a lake inside the folder of the logs", "logs", "logs/lake", "must not contain each other"],
    ["a lake whose path is a pattern", "logs", "la*ke", "must not contain any of"],
    // On Windows this character is a separator.
    ...(sep === "\\"
      ? []
      : [["a lake whose path DuckDB would split", "logs", "la\\ke", "must not contain any of"]]),
  ])("refuses %s", async (_, directory, lakeFolder, message) => {
    const root = join(lake.logs, "..");
    const run = ingest({
      inputs: [join(root, directory)],
      lake: join(root, lakeFolder),
      deleteOriginals: false,
      onProgress: () => undefined,
    });
    await expect(run).rejects.toThrow(message);
  });

  it("refuses a lake inside the folder of the logs, also through another path", async () => {
    const root = join(lake.logs, "..");
    symlinkSync(lake.logs, join(root, "link"), "junction");
    const run = ingest({
      inputs: [lake.logs],
      lake: join(root, "link", "new", "lake"),
      deleteOriginals: false,
      onProgress: () => undefined,
    });
    await expect(run).rejects.toThrow("must not contain each other");
    expect(readdirSync(lake.logs)).toEqual([]);
  });

  // Other systems have other file names and links.
  const itOnLinux = process.platform === "linux" ? it : it.skip;
  itOnLinux("names each file and folder that it cannot read, and adds the others", async () => {
    lake.put(albKey(), albLine());
    const at = (name: string) => join(lake.logs, name);
    symlinkSync("loop", at("loop"));
    symlinkSync("nowhere", at("dangling"));
    symlinkSync(".", at("folder"));
    execFileSync("mkfifo", [at("pipe")]);
    writeFileSync(Buffer.concat([Buffer.from(at("name")), Buffer.of(0xff)]), "text");
    mkdirSync(Buffer.concat([Buffer.from(at("caf")), Buffer.of(0xe9)]));
    expect(await lake.ingest()).toMatchObject({ moved: 1, skipped: { "unreadable-file": 6 } });
    const reasons = readFileSync(join(lake.lake, "skipped.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ key, detail }) => [key, detail]);
    expect(reasons).toEqual([
      ["caf\uFFFD/", "its name is not UTF-8"],
      ["dangling", "it is a link to a file that does not exist"],
      ["folder", "it is a link to a folder"],
      ["loop", expect.stringContaining("ELOOP")],
      ["name\uFFFD", "its name is not UTF-8"],
      ["pipe", "it is a pipe, a socket or a device"],
    ]);
  });

  it("counts files that are not access logs by reason, and names each file", async () => {
    lake.put("alb/AWSLogs/111122223333/ELBAccessLogTestFile", "test");
    lake.put(albKey(), Buffer.alloc(0));
    lake.put("photo.jpg", "no log");
    expect((await lake.ingest()).skipped).toEqual({ "test-file": 1, "empty-object": 1, "unmatched-key": 1 });
    expect(readFileSync(join(lake.lake, "skipped.jsonl"), "utf8")).toContain(
      '{"key":"photo.jpg","reason":"unmatched-key","detail":"its lines have no known format"}',
    );
  });
});

describe("the sample", () => {
  it("is the same for the same seed, and different for another seed", async () => {
    const options = { ...SAMPLE_DEFAULTS, files: 6, lines: 20 };
    const [a, b, c] = [testLake(), testLake(), testLake()];
    await writeSample(a.logs, options, () => undefined);
    await writeSample(b.logs, options, () => undefined);
    await writeSample(c.logs, { ...options, seed: 2 }, () => undefined);
    const contents = ({ logs }: TestLake) =>
      readdirSync(logs, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), "base64")]);
    expect(contents(a)).toEqual(contents(b));
    expect(contents(a)).not.toEqual(contents(c));
    for (const lakeToDelete of [a, b, c]) lakeToDelete.delete();
  });
});
