import { FORMATS } from "../../formats";
import { RAW_PREFIX } from "../../formats/partition-layout";
import { sqlString } from "../../formats/render/sql-text";
import { type OpenLake, openLake } from "../../lake/query";
import { QUESTIONS } from "../../questions";
import type { Question } from "../../questions/question";
import { ALL_TIME, parseRange } from "../../questions/range";
import { renderPreparedStatement, renderQuestion, renderSavedQuery } from "../../questions/render";
import { rowsOf } from "../helpers/lake";
import { type LocalLake, localLake } from "./local-lake";
import { inRounds, type LogFile, sampleLogs } from "./log-files";
import { deploy, EVERY_FORMAT, type Pipeline } from "./pipeline";
import { approximately, exactly } from "./same-answers";
import { expectSameRows, expectSameTables } from "./same-tables";

let files: readonly LogFile[];
let pipeline: Pipeline;
let lake: LocalLake;
let open: OpenLake;
beforeAll(async () => {
  files = await sampleLogs({ files: 96, lines: 250, hours: 6 });
  pipeline = await deploy("sample logs in two rounds", EVERY_FORMAT);
  lake = await localLake(pipeline.bucket, files);
  open = await openLake(lake.folder);
  const [request] = await open.query("SELECT max(requestid) AS id FROM waf_logs", rowsOf);
  VALUES.request_id = String(request?.id);
  for (const round of inRounds(files, 2)) await pipeline.process(round);
});
afterAll(() => open.close());

it("makes the same tables as the local lake, with duplicate events, late files and files of one name", async () => {
  await expectSameTables(pipeline, lake);
});

it("adds nothing when it runs again", async () => {
  const text = await pipeline.keys(RAW_PREFIX);
  await pipeline.deliver(files.slice(0, 20));
  await pipeline.move();
  await pipeline.commit();
  for (const format of pipeline.formats) await expectSameRows(pipeline, lake, format);
  // So the unparsed lines are the same, too.
  expect(await pipeline.keys(RAW_PREFIX)).toEqual(text);
});

it("has the partitions of the next day before files arrive", async () => {
  await pipeline.run("create-partition", "2026-07-01T12:50:00Z");
  const tables = Object.values(FORMATS).map(({ table }) => table);
  const ofTables = tables.map(
    (table) =>
      `SELECT '${table}' AS name, count(*) AS hours, min(dt) AS first, max(dt) AS last FROM "${table}_raw$partitions" WHERE dt >= '2026-07-01'`,
  );
  const rows = await pipeline.query(`${ofTables.join(" UNION ALL ")} ORDER BY name`);
  expect(rows).toEqual(
    [...tables].sort().map((name) => ({ name, hours: 27, first: "2026-07-01", last: "2026-07-02" })),
  );
});

/** The sample logs of a Classic Load Balancer are too few for a scan, and no request has the example's id. */
const NOTHING_FOUND: ReadonlySet<string> = new Set(["elb_scanners", "waf_request"]);
/** So that every other question finds something. */
const VALUES: Record<string, string> = {
  client: "203.0.113.66",
  min_refused: "2",
  key: "media/",
};
const valuesOf = ({ parameters }: Question) =>
  Object.fromEntries(parameters.map(({ name, example }) => [name, VALUES[name] ?? example]));
/** The days of the sample, and those before. */
const DAYS = {
  from: "2026-06-29",
  to: "2026-07-01",
  from_week_before: "2026-06-22",
  to_week_before: "2026-06-24",
};
/** Athena runs a prepared statement with such a list of values, too. */
function executed(question: Question): string {
  const { sql, parameters } = renderPreparedStatement(question);
  const values: Record<string, string> = { ...valuesOf(question), ...DAYS };
  const isCount = (name: string) =>
    question.parameters.some((parameter) => parameter.name === name && parameter.type === "count");
  const using = parameters.map((name) => (isCount(name) ? values[name] : sqlString(values[name] ?? "")));
  return `EXECUTE IMMEDIATE ${sqlString(sql)}${using.length > 0 ? ` USING ${using.join(", ")}` : ""}`;
}

describe.each(QUESTIONS.map((question) => [question.name, question] as const))("%s", (_, question) => {
  it("has the same answer on Athena as on DuckDB", async () => {
    const sql = renderQuestion(question, ALL_TIME, valuesOf(question));
    const [engine, local] = [await pipeline.query(sql), await open.query(sql, rowsOf)];
    if (!NOTHING_FOUND.has(question.name)) expect(engine.length).toBeGreaterThan(0);
    expect(exactly(sql, engine)).toEqual(exactly(sql, local));
    expect(await approximately(sql, engine, (text) => open.query(text, rowsOf))).toEqual([]);
  });

  it("has the same answer as a prepared statement, and runs as a saved query", async () => {
    const { limit: _, ...values } = valuesOf(question);
    const sql = renderQuestion(question, parseRange(DAYS.from, DAYS.to), values);
    expect(exactly(sql, await pipeline.query(executed(question)))).toEqual(
      exactly(sql, await open.query(sql, rowsOf)),
    );
    await expect(pipeline.query(renderSavedQuery(question))).resolves.toBeDefined();
  });
});
