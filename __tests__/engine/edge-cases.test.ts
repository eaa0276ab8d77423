import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { FORMAT_IDS, FORMATS, type FormatId } from "../../formats";
import { fieldsByName } from "../../formats/log-format";
import { edgeLines, hostileLines, impossibleTimes } from "../helpers/edge-lines";
import { knownLines } from "../helpers/known-lines";
import { albKey, cloudfrontKey, keyOf } from "../helpers/lake";
import { albLine, cloudfrontLine, LINES, objectOf } from "../helpers/lines";
import { localLake } from "./local-lake";
import { type LogFile, logFile } from "./log-files";
import { deploy } from "./pipeline";
import { expectSameRows, expectSameTables, expectSameUnparsedLines } from "./same-tables";

/** Delivers the same files to both sides. */
async function deployWith(title: string, files: readonly LogFile[]) {
  const pipeline = await deploy(title, {
    sources: [
      ...FORMAT_IDS.map((format) => ({ name: format, format, prefix: `${format}/` })),
      { name: "cf", format: "cloudfront", prefix: "cf/" },
    ],
  });
  await pipeline.process(files);
  return { pipeline, lake: await localLake(pipeline.bucket, files) };
}

it("reads the same lines as the same rows: every length, odd values, hostile text", async () => {
  const files = FORMAT_IDS.flatMap((format) => [
    logFile(keyOf(format), edgeLines(format)),
    logFile(keyOf(format), hostileLines(format)),
    logFile(keyOf(format), knownLines(format)),
  ]);
  const { pipeline, lake } = await deployWith("edge cases", [...files, ...ODD_FILES]);
  await expectSameTables(pipeline, lake);
});

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

it("reads a line whose time does not exist as unparsed, not as a row", async () => {
  const files = FORMAT_IDS.map((format) =>
    logFile(keyOf(format), [...impossibleTimes(format), LINES[format]()]),
  );
  const { pipeline, lake } = await deployWith("times that do not exist", files);
  for (const format of FORMAT_IDS) {
    await expectSameRows(pipeline, lake, format);
    await expectSameUnparsedLines(pipeline, lake, format);
  }
});

it("reads the lines of CloudFront's files by the names in their headers, in any order and choice", async () => {
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
  const { pipeline, lake } = await deployWith("CloudFront's fields in any order", [
    fileOf((texts) => [...texts]),
    fileOf(reversed),
    fileOf(exchanged),
    logFile(cloudfrontKey(), [
      "#Version: 1.0",
      "#Fields: date time x-edge-location asn x-host-header cs(Cookie)",
      "2026-11-23\t07:05:00\tFRA56\t64496\twww.example.com\ta=b",
    ]),
  ]);
  await expectSameRows(pipeline, lake, "cloudfront");
  const unparsed = await pipeline.unparsed("cloudfront");
  expect(unparsed).toHaveLength((await lake.unparsed("cloudfront")).length);
  const rows = (await pipeline.rows("cloudfront")).map(({ log_file: _, ...row }) => JSON.stringify(row));
  expect(rows).toHaveLength(3 * FORMATS.cloudfront.samples.length + 1);
  expect(new Set(rows).size).toBe(FORMATS.cloudfront.samples.length + 1);
});

describe("CloudFront's JSON", () => {
  const names = fieldsByName(FORMATS.cloudfront).map(({ name }) => name);
  const objectOf = (line: string, added: Readonly<Record<string, string>> = {}) => {
    const texts = line.split("\t").map((text, index) => [names[index], text] as const);
    return JSON.stringify({ ...Object.fromEntries(texts), ...added });
  };

  it("gives the same values as the text of the same requests, and the fields that only JSON has", async () => {
    const lines = [cloudfrontLine(), ...FORMATS.cloudfront.samples];
    const added = {
      "timestamp(ms)": "1795417500123",
      asn: "64496",
      "c-country": "DE",
      "origin-fbl": "0.101",
    };
    const { pipeline, lake } = await deployWith("CloudFront's JSON", [
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
    await expectSameRows(pipeline, lake, "cloudfront");
    const rows = (await pipeline.rows("cloudfront")).map(({ log_file: _, ...row }) => JSON.stringify(row));
    expect(rows).toHaveLength(3 * lines.length);
    expect(new Set(rows).size).toBe(2 * lines.length);
    const [{ found } = {}] = await pipeline.query(
      `SELECT count(*) AS found FROM cloudfront_access_logs WHERE asn = 64496 AND c_country = 'DE' AND origin_fbl = 0.101 AND timestamp_ms = 1795417500123 AND log_file IS NOT NULL`,
    );
    expect(found).toBe(lines.length);
  });

  it("is a row or an unparsed line, as in the local lake, whatever its values are", async () => {
    const moment = { date: "2026-11-23", time: "07:05:00" };
    const withValue = (value: unknown) => JSON.stringify({ ...moment, "cs(User-Agent)": value });
    const { pipeline, lake } = await deployWith("hostile JSON", [
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
    await expectSameRows(pipeline, lake, "cloudfront");
    await expectSameUnparsedLines(pipeline, lake, "cloudfront");
  });

  it("with a key twice, or with a deep list, is a row or an unparsed line", async () => {
    const { pipeline } = await deployWith("JSON of nobody", [
      logFile(cloudfrontKey(), [
        `{"date":"2026-11-23","time":"07:05:00","cs(Host)":"x","cs(Host)":"y"}`,
        `{"date":"2026-11-23","time":"07:05:00","cs(Host)":"x","y":${"[".repeat(2000)}${"]".repeat(2000)}}`,
      ]),
    ]);
    const lines = [...(await pipeline.rows("cloudfront")), ...(await pipeline.unparsed("cloudfront"))];
    expect(lines).toHaveLength(2);
  });
});

it("reads ALB's lines as the same rows, by the load balancer or by CloudWatch Logs, as JSON or with tabs", async () => {
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
  const { pipeline, lake } = await deployWith("ALB by CloudWatch Logs", [
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
  await expectSameRows(pipeline, lake, "alb");
  await expectSameUnparsedLines(pipeline, lake, "alb");
  const rows = (await pipeline.rows("alb")).map(({ log_file: _, ...row }) => JSON.stringify(row));
  expect(rows).toHaveLength(5 * lines.length);
  expect(new Set(rows).size).toBe(lines.length);
});

/** Folders of logs from other origins, as for `access-logs ingest`. */
const OTHERS = (process.env.ENGINE_LOGS ?? "").split(":").filter((folder) => folder !== "");
if (OTHERS.length > 0) {
  it.each(OTHERS)("makes the same tables as the local lake from the logs in %s", async (folder) => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ key: relative(folder, path), body: readFileSync(path) }));
    const { pipeline, lake } = await deployWith("logs of others", files);
    const found: FormatId[] = [];
    for (const format of pipeline.formats) {
      if ((await lake.rows(format)).length > 0) {
        await expectSameRows(pipeline, lake, format);
        await expectSameUnparsedLines(pipeline, lake, format);
        found.push(format);
      } else expect(await lake.unparsed(format)).toEqual([]);
    }
    expect(found).not.toEqual([]);
  });
}
