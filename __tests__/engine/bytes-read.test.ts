import { gunzipSync } from "node:zlib";
import { FORMATS } from "../../formats";
import { lineReader } from "../../formats/read-line";
import { sum } from "../../terminal/quantities";
import type { StatementKind } from "../../testing/athena/statement";
import { inRounds, type LogFile, logFile, sampleLogs } from "./log-files";
import { deploy } from "./pipeline";

const ROUNDS = 6;
const HOUR = "2026-06-01T22";
/** Small files make what is read per file count: footers of Parquet, for example. */
const MIN_FILE_BYTES = 100_000;
/**
 * The most that statements may read, as a multiple of the text: commits; these and all others that read text; and the
 * nightly merge, which reads each file of the typed table once.
 */
const LIMITS = { commits: 1.05, text: 1.3, merge: 0.85 };

const formatOf = ({ key }: LogFile) => (key.startsWith("cloudfront") ? FORMATS.cloudfront : FORMATS.alb);

/** Without the damaged lines of the sample: AWS writes hardly any. */
function undamaged(file: LogFile): LogFile {
  const read = lineReader(formatOf(file));
  return logFile(
    file.key,
    linesOf(file).filter((line) => read(line).kind !== "unparsed"),
  );
}

const linesOf = ({ body }: LogFile): string[] => gunzipSync(body).toString("latin1").split("\n").slice(0, -1);

/** The same file and requests, a day before. */
const aDayEarlier = (file: LogFile): LogFile => logFile(dayBefore(file.key), linesOf(file).map(dayBefore));
const dayBefore = (text: string): string => text.replaceAll(/2026([-/]?)06\1?01/g, "2026$105$131");

it("reads the text of an hour hardly more than once, in six commits of duplicate events and late files", async () => {
  const sample = await sampleLogs({ files: 39, lines: 2100, hours: 1 });
  const logs = sample.filter(({ key, body }) => key.endsWith(".gz") && body.length > MIN_FILE_BYTES * 1.1);
  // One file keeps its damaged lines, and two are late by a day.
  const [damaged, ...others] = logs;
  const files = [
    ...(damaged ? [damaged] : []),
    ...others.map(undamaged).map((file, index) => (index % 16 === 7 ? aDayEarlier(file) : file)),
  ];
  const pipeline = await deploy("six commits of an hour");
  for (const id of pipeline.formats) {
    const ofFormat = files.filter((file) => formatOf(file) === FORMATS[id]);
    expect(ofFormat.length).toBeGreaterThan(ROUNDS);
    expect(Math.min(...ofFormat.map(({ body }) => body.length))).toBeGreaterThan(MIN_FILE_BYTES);
  }
  for (const [round, delivered] of inRounds(files, ROUNDS).entries()) {
    await pipeline.deliver(delivered);
    expect(await pipeline.move()).toEqual([]);
    await pipeline.commit(`${HOUR}:${round}9:00Z`);
  }
  await pipeline.run("create-partition", `${HOUR}:50:00Z`);
  await pipeline.maintain("2026-06-02T03:30:00Z");

  const textBytes = sum(files.map(({ body }) => body.length));
  const records = pipeline.athena.records();
  const kinds = [...new Set(records.map(({ kind }) => kind))];
  const timesRead = (...of: readonly StatementKind[]) => {
    const bytes = sum(records.filter(({ kind }) => of.includes(kind)).map(({ bytesRead }) => bytesRead));
    return Number((bytes / textBytes).toFixed(3));
  };
  const merge = timesRead("optimize");
  const read = {
    commits: timesRead("insert"),
    text: timesRead(...kinds.filter((kind) => kind !== "optimize")),
    merge,
  };
  console.log(`${files.length} files, ${textBytes} bytes of text, read so many times:`, read);
  const commits = records.filter(({ kind, state }) => kind === "insert" && state === "SUCCEEDED");
  expect(commits).toHaveLength(2 * ROUNDS);
  expect(read.commits).toBeGreaterThanOrEqual(1);
  for (const name of ["commits", "text", "merge"] as const)
    expect([name, Math.max(read[name], LIMITS[name])]).toEqual([name, LIMITS[name]]);

  const counted = (await pipeline.keys("_commits/")).filter((key) => key.endsWith(".counted.json"));
  const counts = await Promise.all(
    counted.map(async (key) => JSON.parse(String(await pipeline.read(key))).unparsed),
  );
  const unparsed = await Promise.all(pipeline.formats.map((id) => pipeline.unparsed(id)));
  expect(counts).toHaveLength(2 * ROUNDS);
  expect(sum(counts)).toBe(unparsed.flat().length);
  expect(sum(counts)).toBeGreaterThan(0);
});
