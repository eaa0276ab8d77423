import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { FORMAT_IDS, type FormatId } from "../../formats";
import { edgeLines, hostileLines, impossibleTimes } from "../helpers/edge-lines";
import { albKey, cloudfrontKey, keyOf } from "../helpers/lake";
import { albLine, LINES } from "../helpers/lines";
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

it("shows every line of a CloudFront file that names other fields, or is JSON, as a row or as unparsed", async () => {
  const [named, json] = [cloudfrontKey(), cloudfrontKey()];
  const short = "2026-11-23\t07:05:00\tFRA56\t64496\twww.example.com\ta=b";
  const object = JSON.stringify({ date: "2026-11-23", time: "07:05:00", "cs(Cookie)": "a=b" });
  const { pipeline } = await deployWith("CloudFront's other lines", [
    logFile(named, [
      "#Version: 1.0",
      "#Fields: date time x-edge-location asn x-host-header cs(Cookie)",
      short,
    ]),
    logFile(json, [object]),
  ]);
  const lines = [...(await pipeline.rows("cloudfront")), ...(await pipeline.unparsed("cloudfront"))];
  expect(lines).toHaveLength(2);
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
