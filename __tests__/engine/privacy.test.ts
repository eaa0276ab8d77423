import { FORMAT_IDS } from "../../formats";
import { PRIVACY_SALT_KEY } from "../../formats/partition-layout";
import type { PrivacyOptions } from "../../formats/privacy";
import { edgeLines, hostileLines } from "../helpers/edge-lines";
import { albKey, cloudfrontKey, keyOf } from "../helpers/lake";
import { albLine, cloudfrontLine, LINES } from "../helpers/lines";
import { localLake } from "./local-lake";
import { type LogFile, logFile, sampleLogs } from "./log-files";
import { deploy } from "./pipeline";
import { expectSameRows } from "./same-tables";
import type { TableRow } from "./table-rows";

const URL = "https://user:pass-secret@shop.example.com:443/a?token=query-secret";
const ADDRESSES = [
  "198.51.100.77",
  "2001:db8:85a3:8d3:1319:8a2e:370:7348",
  "::1",
  "1::",
  "::ffff:192.0.2.1",
  "-",
];

const PERSONAL: readonly LogFile[] = [
  logFile(albKey(), [
    ...ADDRESSES.map((address) =>
      albLine({ "client:port": `${address}:2817`, request_line: `"GET ${URL} HTTP/2.0"` }),
    ),
    albLine({ redirect_url: `"${URL}"`, transformed_uri: '"/b?c=query-secret"' }),
    albLine({ request_line: `"GET ${URL} query-secret HTTP/1.1"` }),
    albLine({ request_line: '"GET /a?token= query-secret"' }),
    albLine({ request_line: '"/a?token=query-secret"' }),
    ...edgeLines("alb"),
    ...hostileLines("alb"),
  ]),
  logFile(cloudfrontKey(), [
    ...ADDRESSES.map((address) =>
      cloudfrontLine({
        "c-ip": address,
        "x-forwarded-for": `203.0.113.99,%20${address}, [2001:db8::9]:443`,
        "cs-uri-query": "token=query-secret",
        "cs(Referer)": URL,
        "cs(Cookie)": "id=cookie-secret",
      }),
    ),
    JSON.stringify({
      date: "2026-11-23",
      time: "07:05:00",
      "c-ip": "198.51.100.77",
      "cs-uri-query": "token=query-secret",
      "cs(Referer)": URL,
      "cs(Cookie)": "id=cookie-secret",
    }),
    ...edgeLines("cloudfront"),
    ...hostileLines("cloudfront"),
  ]),
  logFile(keyOf("s3"), [
    LINES.s3({ request_uri: '"GET /a?token=query-secret HTTP/1.1"', referrer: `"${URL}"` }),
    LINES.s3({ request_uri: '"GET /a?token=query-secret" HTTP/1.1"' }),
    LINES.s3({ request_uri: `"GET ${URL}"` }),
    LINES.s3({ request_uri: '"/a?token=query-secret"', remoteip: "-", requester: "-" }),
  ]),
  ...FORMAT_IDS.filter((format) => format !== "alb" && format !== "cloudfront").map((format) =>
    logFile(keyOf(format), [...edgeLines(format), ...hostileLines(format)]),
  ),
];

const OPTIONS: readonly PrivacyOptions[] = [
  { clientIps: "truncate", queryStrings: "drop", cookies: "drop" },
  { clientIps: "hash", queryStrings: "hash", cookies: "hash" },
  { clientIps: "keep", queryStrings: "hash", cookies: "drop" },
];

it.each(OPTIONS)("leaves out the same values as the local lake: %j", async (privacy) => {
  const files = [...PERSONAL, ...(await sampleLogs({ files: 9, lines: 100, hours: 2 }))];
  const pipeline = await deploy(`privacy ${Object.values(privacy).join(", ")}`, {
    sources: [
      ...FORMAT_IDS.map((format) => ({ name: format, format, prefix: `${format}/`, privacy })),
      { name: "cdn-eu", format: "cloudfront", prefix: "cloudfront-eu/", privacy },
      { name: "connections", format: "alb-connection", prefix: "alb/", privacy },
      { name: "checks", format: "alb-health-check", prefix: "alb/", privacy },
    ],
  });
  const lake = await localLake(pipeline.bucket, files, privacy);
  // Hashes are the same only with the same secret.
  if (Object.values(privacy).includes("hash")) {
    await pipeline.put([{ key: PRIVACY_SALT_KEY, body: Buffer.from(lake.salt()) }]);
  }
  await pipeline.process(files);
  for (const format of pipeline.formats) {
    await expectSameRows(pipeline, lake, format);
    // Both show the number of these lines, and not their text.
    const unparsed = await pipeline.unparsed(format);
    expect(filesOf(unparsed)).toEqual(filesOf(await lake.unparsed(format)));
    expect(unparsed.filter(({ line }) => line !== null)).toEqual([]);
  }
});

const filesOf = (rows: readonly TableRow[]): string[] =>
  rows.map(({ log_file: file }) => String(file)).sort();
