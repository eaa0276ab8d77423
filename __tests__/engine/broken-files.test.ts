import { deflateRawSync, gzipSync } from "node:zlib";
import { REJECTED_PREFIX } from "../../formats/partition-layout";
import { movedKeyOf, reasonKeyOf, rejectedKeyOf } from "../../handlers/core/rejected-files";
import { embeddedMetrics } from "../helpers/embedded-metrics";
import { localLake } from "./local-lake";
import { type LogFile, sampleLogs } from "./log-files";
import { deploy, type Pipeline } from "./pipeline";
import { expectSameTables } from "./same-tables";

const MIB = 2 ** 20;

/** Files that cannot be read. */
const DAMAGES: readonly ((body: Buffer) => Buffer)[] = [
  // Truncated by an interrupted transfer.
  (body) => body.subarray(0, Math.floor(body.length / 2)),
  // Not gzip.
  () => Buffer.from("<html><body>502 Bad Gateway</body></html>\n"),
  // Only its first byte.
  (body) => body.subarray(0, 1),
  // Inflates to a line without an end.
  () => gzipSync(Buffer.alloc(200 * MIB, "x")),
  // A header, and then no data that can be inflated.
  (body) => Buffer.concat([body.subarray(0, 10), Buffer.alloc(200, 0xff), deflateRawSync("no")]),
];

let files: readonly LogFile[];
let pipeline: Pipeline;
let broken: readonly LogFile[];
beforeAll(async () => {
  files = await sampleLogs({ files: 110, lines: 8, hours: 1 });
  const logs = files.filter(({ key }) => key.includes("_app.") && key.endsWith(".log.gz"));
  broken = DAMAGES.map((damage, index) => {
    const { key, body } = logs[index * 7] ?? { key: "", body: Buffer.alloc(0) };
    return { key, body: damage(body) };
  });
  pipeline = await deploy("broken files");
});

const isBroken = ({ key }: LogFile): boolean => broken.some((file) => file.key === key);
const whole = () => files.filter((file) => !isBroken(file));
const rejectedKeys = async () =>
  (await pipeline.keys(REJECTED_PREFIX)).filter((key) => !key.endsWith(".reason.json"));
const nameOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1);
const originalOf = (key: string): LogFile | undefined =>
  files.find((file) => nameOf(key).endsWith(nameOf(file.key)));

it("commits the hour of five broken files in the run that finds them, and rejects each with its reason", async () => {
  await pipeline.deliver([...whole(), ...broken]);
  expect(await pipeline.move()).toEqual([]);
  await pipeline.commit();
  await expectSameTables(pipeline, await localLake(pipeline.bucket, whole()));
  const rejected = await rejectedKeys();
  expect(rejected.map((key) => originalOf(key)?.key).sort()).toEqual(broken.map(({ key }) => key).sort());
  for (const key of rejected) {
    const body = broken.find((file) => file.key === originalOf(key)?.key)?.body;
    expect((await pipeline.read(key)).equals(body ?? Buffer.alloc(0))).toBe(true);
    const raw = movedKeyOf(key);
    const { reason } = JSON.parse((await pipeline.read(reasonKeyOf(raw))).toString());
    expect(reason).toMatch(/HIVE_|memory|exceed/i);
    expect(rejectedKeyOf(raw)).toBe(key);
  }
  const counted = pipeline
    .log("transform-partition")
    .split("\n")
    .flatMap(embeddedMetrics)
    .reduce((sum, { values }) => sum + (values.FilesRejected ?? 0), 0);
  expect(counted).toBe(broken.length);
});

it("leaves the tables of the text readable", async () => {
  const [row] = await pipeline.query("SELECT count(*) AS n FROM alb_access_logs_lines");
  expect(Number(row?.n)).toBeGreaterThan(0);
});

it("acknowledges an event of a rejected file", async () => {
  await pipeline.deliver([...broken].slice(0, 1));
  expect(await pipeline.move()).toEqual([]);
  await pipeline.commit();
  expect(await rejectedKeys()).toHaveLength(broken.length);
});

it("takes back files that were replaced with intact copies", async () => {
  const rejected = await rejectedKeys();
  await pipeline.put(rejected.map((key) => ({ key, body: originalOf(key)?.body ?? Buffer.alloc(0) })));
  const redriven = await pipeline.command(
    "redrive",
    "--rejected",
    "--yes",
    "--bucket",
    pipeline.bucket,
    "--settings",
    pipeline.settingsFile,
  );
  expect([redriven.status, redriven.stderr]).toEqual([0, ""]);
  expect(await rejectedKeys()).toEqual([]);
  await pipeline.commit();
  await expectSameTables(pipeline, await localLake(pipeline.bucket, files));
});
