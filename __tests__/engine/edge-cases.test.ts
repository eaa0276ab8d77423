import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { FORMAT_IDS, FORMATS, type FormatId } from "../../formats";
import { identityOf } from "../../formats/file-identity";
import { fieldsByName } from "../../formats/log-format";
import { edgeLines, hostileLines, impossibleTimes } from "../helpers/edge-lines";
import { knownLines } from "../helpers/known-lines";
import { albKey, cloudfrontKey, keyOf } from "../helpers/lake";
import { albLine, cloudfrontLine, LINES, objectOf } from "../helpers/lines";
import { localLake } from "./local-lake";
import { type LogFile, logFile } from "./log-files";
import { deploy, type Pipeline } from "./pipeline";
import { expectSameRows, expectSameTables, expectSameUnparsedLines, type Tables } from "./same-tables";
import type { TableRow } from "./table-rows";

let pipeline: Pipeline;
let engine: Tables;
let lake: Tables;
beforeAll(async () => {
  pipeline = await deploy("edge cases", {
    sources: FORMAT_IDS.map((format) => ({ name: format, format, prefix: `${format}/` })),
  });
  await pipeline.process(delivered);
  engine = readOnce(pipeline);
  lake = readOnce(await localLake(pipeline.bucket, delivered));
});

/** The files of all tests, delivered at once: a deployment and each commit take long. */
const delivered: LogFile[] = [];
function delivering(files: readonly LogFile[]): readonly LogFile[] {
  delivered.push(...files);
  return files;
}

function readOnce(tables: Tables): Tables {
  const once = (read: Tables["rows"]): Tables["rows"] => {
    const known = new Map<FormatId, ReturnType<typeof read>>();
    return (format) => {
      const rows = known.get(format) ?? read(format);
      known.set(format, rows);
      return rows;
    };
  };
  return {
    rows: once((format) => tables.rows(format)),
    unparsed: once((format) => tables.unparsed(format)),
  };
}

/** What the tables of both sides have of these files. */
function bothOf(files: readonly LogFile[]): { readonly engine: Tables; readonly lake: Tables } {
  const { bucket } = pipeline;
  const names = new Set(files.map(({ key }) => identityOf({ bucket, key })));
  const ofFiles = (rows: readonly TableRow[]) => rows.filter((row) => names.has(String(row.log_file)));
  const part = (tables: Tables): Tables => ({
    rows: async (format) => ofFiles(await tables.rows(format)),
    unparsed: async (format) => ofFiles(await tables.unparsed(format)),
  });
  return { engine: part(engine), lake: part(lake) };
}

/** Several gzip members, other line ends, no line end, only comments, bytes that are not UTF-8, no compression. */
const ODD_FILES: readonly LogFile[] = [
  { key: albKey(), body: Buffer.concat([gzipSync(`${albLine()}\n`), gzipSync(albLine())]) },
  { key: albKey(), body: gzipSync(`${albLine()}\r\n${albLine()}\r\n\r\n${albLine()}`) },
  { key: albKey(), body: gzipSync("") },
  {
    key: albKey(),
    body: gzipSync(Buffer.from(`${albLine({ user_agent: '"Caf\xe9 \xff\xfe"' })}\n`, "latin1")),
  },
  { key: cloudfrontKey(), body: gzipSync("#Version: 1.0\n#Fields: date time\n") },
  logFile(albKey().replace(".gz", ""), [albLine(), "no log line"]),
];

describe("lines of every length, odd values, hostile text", () => {
  const files = delivering([
    ...FORMAT_IDS.flatMap((format) => [
      logFile(keyOf(format), edgeLines(format)),
      logFile(keyOf(format), hostileLines(format)),
      logFile(keyOf(format), knownLines(format)),
    ]),
    ...ODD_FILES,
  ]);

  it("are the same rows and unparsed lines as in the local lake", async () => {
    const both = bothOf(files);
    await expectSameTables({ ...both.engine, formats: FORMAT_IDS }, both.lake);
  });
});

describe("a line whose time does not exist", () => {
  const files = delivering(
    FORMAT_IDS.map((format) => logFile(keyOf(format), [...impossibleTimes(format), LINES[format]()])),
  );

  it("is unparsed, not a row", async () => {
    const both = bothOf(files);
    await expectSameTables({ ...both.engine, formats: FORMAT_IDS }, both.lake);
  });
});

describe("the lines of CloudFront's files", () => {
  const names = FORMATS.cloudfront.fields.map(({ name }) => name);
  const reversed = (texts: readonly string[]) => [...texts].reverse();
  const exchanged = ([date = "", time = "", edge = "", ...others]: readonly string[]) => [
    date,
    time,
    // Any text is of the kind of both: by position, the line would be a row with wrong values.
    others[12] ?? "",
    ...others.slice(0, 12),
    edge,
    ...others.slice(13),
  ];
  const fileOf = (order: (texts: readonly string[]) => string[]) =>
    logFile(cloudfrontKey(), [
      "#Version: 1.0",
      `#Fields: ${order(names).join(" ")}`,
      ...FORMATS.cloudfront.samples.map((line) => order(line.split("\t")).join("\t")),
      "no log line",
    ]);
  const files = delivering([
    fileOf((texts) => [...texts]),
    fileOf(reversed),
    fileOf(exchanged),
    logFile(cloudfrontKey(), [
      "#Version: 1.0",
      "#Fields: date time x-edge-location asn x-host-header cs(Cookie)",
      "2026-11-23\t07:05:00\tFRA56\t64496\twww.example.com\ta=b",
    ]),
  ]);

  it("are read by the names in their headers, in any order and choice", async () => {
    const both = bothOf(files);
    await expectSameRows(both.engine, both.lake, "cloudfront");
    const unparsed = await both.engine.unparsed("cloudfront");
    expect(unparsed).toHaveLength((await both.lake.unparsed("cloudfront")).length);
    const rows = (await both.engine.rows("cloudfront")).map(({ log_file: _, ...row }) => JSON.stringify(row));
    expect(rows).toHaveLength(3 * FORMATS.cloudfront.samples.length + 1);
    expect(new Set(rows).size).toBe(FORMATS.cloudfront.samples.length + 1);
  });
});

describe("CloudFront's JSON", () => {
  const names = fieldsByName(FORMATS.cloudfront).map(({ name }) => name);
  const objectOf = (line: string, added: Readonly<Record<string, string>> = {}) => {
    const texts = line.split("\t").map((text, index) => [names[index], text] as const);
    return JSON.stringify({ ...Object.fromEntries(texts), ...added });
  };

  describe("with the same requests as text", () => {
    const lines = [cloudfrontLine(), ...FORMATS.cloudfront.samples];
    const added = {
      "timestamp(ms)": "1795417500123",
      asn: "64496",
      "c-country": "DE",
      "origin-fbl": "0.101",
    };
    const files = delivering([
      logFile(cloudfrontKey(), ["#Version: 1.0", ...lines]),
      logFile(
        cloudfrontKey(),
        lines.map((line) => objectOf(line)),
      ),
      logFile(
        cloudfrontKey(),
        lines.map((line) => objectOf(line, added)),
      ),
    ]);

    it("gives the same values, and the fields that only JSON has", async () => {
      const both = bothOf(files);
      await expectSameRows(both.engine, both.lake, "cloudfront");
      const rows = (await both.engine.rows("cloudfront")).map(({ log_file: _, ...row }) =>
        JSON.stringify(row),
      );
      expect(rows).toHaveLength(3 * lines.length);
      expect(new Set(rows).size).toBe(2 * lines.length);
      const [{ found } = {}] = await pipeline.query(
        `SELECT count(*) AS found FROM cloudfront_access_logs WHERE asn = 64496 AND c_country = 'DE' AND origin_fbl = 0.101 AND timestamp_ms = 1795417500123 AND log_file IS NOT NULL`,
      );
      expect(found).toBe(lines.length);
    });
  });

  describe("with any values", () => {
    const moment = { date: "2026-11-23", time: "07:05:00" };
    const withValue = (value: unknown) => JSON.stringify({ ...moment, "cs(User-Agent)": value });
    const files = delivering([
      logFile(cloudfrontKey(), [
        ...["", "-", 1, -0, 999999999999999, true, false, null, {}, { a: 1 }, [], ["a"]].map(withValue),
        ...[
          "\u0000",
          "\u0001\u0085\u007f",
          "a\tb\nc\rd",
          "\u2028",
          "é日😀",
          "\ud800",
          "\udc00x\ud800",
          '\\"/',
        ].map(withValue),
        withValue("x".repeat(65_536)),
        withValue("\t".repeat(10_000)),
        `${withValue("x")} \t`,
        ` ${withValue("x")}`,
        `${withValue("x")}{}`,
        withValue("x").slice(0, -1),
        `[${withValue("x")}]`,
        "{}",
        "{",
        "[]",
        "{a:1}",
        '{"a":NaN}',
        '{"a":01}',
        '{"a":"\\x"}',
        JSON.stringify({ ...moment, "CS(User-Agent)": "x" }),
        JSON.stringify({ ...moment, "c-ip": "192.0.2.1", "sc-bytes": "5" }),
        JSON.stringify({ ...moment, level: "info" }),
        JSON.stringify({ ...moment, date: "2026-02-30", "cs(Host)": "x" }),
        JSON.stringify({ date: "2026-11-23", "cs(Host)": "x" }),
        JSON.stringify({ ...moment, "cs(Host)": "x", "sc-bytes": " 5", "fle-encrypted-fields": " -" }),
        JSON.stringify({ ...moment, "cs(Host)": "x", asn: "AS64496" }),
        JSON.stringify({ ...moment, "cs(Host)": "x", "distribution-tenant-id": "tenant", "sc-bytes": 5 }),
      ]),
    ]);

    it("is a row or an unparsed line, as in the local lake", async () => {
      const both = bothOf(files);
      await expectSameTables({ ...both.engine, formats: ["cloudfront"] }, both.lake);
    });
  });

  describe("with a key twice, or with a deep list", () => {
    const files = delivering([
      logFile(cloudfrontKey(), [
        `{"date":"2026-11-23","time":"07:05:00","cs(Host)":"x","cs(Host)":"y"}`,
        `{"date":"2026-11-23","time":"07:05:00","cs(Host)":"x","y":${"[".repeat(2000)}${"]".repeat(2000)}}`,
      ]),
    ]);

    it("is a row or an unparsed line", async () => {
      const both = bothOf(files).engine;
      const lines = [...(await both.rows("cloudfront")), ...(await both.unparsed("cloudfront"))];
      expect(lines).toHaveLength(2);
    });
  });
});

describe("ALB's lines by the load balancer or by CloudWatch Logs, as JSON or with tabs", () => {
  const lines = FORMATS.alb.samples.map((line) => line.match(/"[^"]*"|[^ ]+/g) ?? []);
  const names = FORMATS.alb.fields.map(({ name }) => name);
  const objects = lines.map((texts) =>
    objectOf(FORMATS.alb, Object.fromEntries(names.map((name, index) => [name, texts[index]]))),
  );
  const numbers = objects.map((texts) =>
    Object.fromEntries(
      Object.entries(texts).map(([name, text]) =>
        /_time$|_bytes$|_priority$/.test(name) && Number.isFinite(Number(text))
          ? [name, Number(text)]
          : [name, text],
      ),
    ),
  );
  const files = delivering([
    logFile(albKey(), FORMATS.alb.samples),
    logFile(
      albKey(),
      objects.map((object) => JSON.stringify(object)),
    ),
    logFile(
      albKey(),
      numbers.map((object) => JSON.stringify(object)),
    ),
    logFile(
      albKey(),
      lines.map((texts) => texts.join("\t")),
    ),
    logFile(
      albKey(),
      lines.map((texts) => texts.join("\t").replaceAll('"', "")),
    ),
  ]);

  it("are the same rows", async () => {
    const both = bothOf(files);
    await expectSameTables({ ...both.engine, formats: ["alb"] }, both.lake);
    const rows = (await both.engine.rows("alb")).map(({ log_file: _, ...row }) => JSON.stringify(row));
    expect(rows).toHaveLength(5 * lines.length);
    expect(new Set(rows).size).toBe(lines.length);
  });
});

/** Folders of logs from other origins, as for `access-logs ingest`. */
const OTHERS = (process.env.ENGINE_LOGS ?? "").split(":").filter((folder) => folder !== "");
if (OTHERS.length > 0) {
  it.each(OTHERS)("makes the same tables as the local lake from the logs in %s", async (folder) => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ key: relative(folder, path), body: readFileSync(path) }));
    const others = await deploy("logs of others", {
      sources: [
        { name: "alb", format: "alb", prefix: "alb/" },
        { name: "cf", format: "cloudfront", prefix: "cf/" },
      ],
    });
    await others.process(files);
    const local = await localLake(others.bucket, files);
    const found: FormatId[] = [];
    for (const format of FORMAT_IDS) {
      if ((await local.rows(format)).length > 0) {
        await expectSameRows(others, local, format);
        await expectSameUnparsedLines(others, local, format);
        found.push(format);
      } else expect(await local.unparsed(format)).toEqual([]);
    }
    expect(found).not.toEqual([]);
  });
}
