import { type OpenLake, openLake } from "../../lake/query";
import { QUESTIONS } from "../../questions";
import type { Question } from "../../questions/question";
import { ALL_TIME, parseRange, type Range } from "../../questions/range";
import {
  comparesWeeks,
  renderPreparedStatement,
  renderQuestion,
  renderSavedQuery,
} from "../../questions/render";
import { writeSample } from "../../sample/write-sample";
import { EXPECTED } from "../helpers/expected-answers";
import { albKey, cloudfrontKey, keyOf, rowsOf, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import {
  type LoggedRequest,
  logFiles,
  loggedRequests,
  REQUEST_FORMATS,
  type RequestFormat,
} from "../helpers/requests";

const DAY = parseRange("2026-11-23", "2026-11-23");
/** Low enough that a few requests exceed them, high enough that not all do. */
const VALUES: Readonly<Record<string, string>> = {
  min_requests: "4",
  min_paths: "2",
  min_refused: "2",
  client: "198.51.100.0",
};
const valuesOf = ({ parameters }: Question) =>
  Object.fromEntries(parameters.map(({ name, example }) => [name, VALUES[name] ?? example]));

const requests = loggedRequests(7);
const within = ({ from, until }: Range): LoggedRequest[] =>
  requests.filter(({ time }) => Date.parse(time) >= from && Date.parse(time) < until);

let lake: TestLake;
let open: OpenLake;
const ask = (sql: string) => open.query(sql, rowsOf);
beforeAll(async () => {
  lake = testLake();
  for (const format of REQUEST_FORMATS) {
    for (const [hour, text] of logFiles(format, requests)) lake.put(KEYS[format](hour), text);
  }
  const { rows } = await lake.ingest();
  expect(Object.values(rows)).toEqual(REQUEST_FORMATS.map(() => requests.length));
  open = await openLake(lake.lake);
});
afterAll(() => {
  open.close();
  lake.delete();
});

const stampOf = (hour: string): string => `${hour.replaceAll("-", "")}05Z`;
/** The files of the hour, by name. */
const KEYS: Readonly<Record<RequestFormat, (hour: string) => string>> = {
  alb: (hour) => albKey(stampOf(hour)),
  cloudfront: (hour) => cloudfrontKey(hour.replace("T", "-")),
  elb: (hour) => keyOf("elb").replace("20261123T0705Z", stampOf(hour)),
};
/** Values that the sample logs have: a file of a Classic Load Balancer has an hour, and few requests in a minute. */
const IN_SAMPLE: Readonly<Record<string, string>> = {
  client: "203.0.113.66",
  key: "media/cart",
  min_refused: "1",
};
/** The questions about requests; questions about connections and checks have a test of their own. */
const ASKED = QUESTIONS.filter(({ format }) => REQUEST_FORMATS.some((id) => id === format));

const literalOf = (
  { parameters }: Question,
  name: string,
  values: Readonly<Record<string, string>>,
): string =>
  parameters.some((one) => one.name === name && one.type === "count")
    ? (values[name] ?? "")
    : `'${values[name]}'`;

const suffixOf = ({ name, format }: Question): string => name.slice(format.length + 1);

/** Quantiles are interpolated in floating point by both sides. */
const comparable = (rows: readonly Record<string, unknown>[]) =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === "number" && !Number.isInteger(value) ? expect.closeTo(value, 3) : value,
      ]),
    ),
  );

describe.each(ASKED.map((question) => [question.name, question] as const))("%s", (_, question) => {
  it("gives the answer that is computed from the requests without SQL", async () => {
    const values = valuesOf(question);
    const limit = question.parameters.find(({ name }) => name === "limit")?.default;
    const expected = EXPECTED[suffixOf(question)]?.({
      format: question.format,
      requests: within(DAY),
      before: within(parseRange("2026-11-16", "2026-11-16")),
      values,
    });
    const rows = await ask(renderQuestion(question, DAY, values));
    expect(expected?.length).toBeGreaterThan(1);
    expect(rows).toEqual(comparable(expected?.slice(0, Number(limit ?? expected.length)) ?? []));
    expect(rows.map((row) => Object.keys(row))).toEqual(
      expected?.slice(0, rows.length).map((row) => Object.keys(row)),
    );
  });

  it("gives the same answer as a prepared statement with these days", async () => {
    const values: Readonly<Record<string, string>> = {
      from: "2026-11-23",
      to: "2026-11-23",
      from_week_before: "2026-11-16",
      to_week_before: "2026-11-16",
      ...valuesOf(question),
    };
    const { sql, parameters } = renderPreparedStatement(question);
    const given = [...parameters];
    const executed = sql.replaceAll("?", () => literalOf(question, given.shift() ?? "", values));
    expect(await ask(executed)).toEqual(
      comparable(await ask(renderQuestion(question, DAY, valuesOf(question)))),
    );
  });

  it("gives the same answer as a saved query about yesterday and today", async () => {
    const saved = renderSavedQuery(question).replaceAll("current_date", "DATE '2026-11-24'");
    const days = parseRange("2026-11-23", "2026-11-24");
    const examples = Object.fromEntries(question.parameters.map(({ name, example }) => [name, example]));
    expect(await ask(saved)).toEqual(comparable(await ask(renderQuestion(question, days, examples))));
  });

  it("reads only the files of the given days, and of the days before and after", async () => {
    const sql = renderQuestion(question, DAY, valuesOf(question));
    const [plan] = await ask(`EXPLAIN ANALYZE ${sql}`);
    const read = [...String(Object.values(plan ?? {}).join("\n")).matchAll(/Total Files Read: (\d+)/g)];
    const ranges = [
      parseRange("2026-11-22", "2026-11-24"),
      ...(comparesWeeks(question) ? [parseRange("2026-11-15", "2026-11-17")] : []),
    ];
    const hours = ranges.map((range) => new Set(within(range).map(({ dt, hour }) => dt + hour)).size);
    // More than one number also for rows that are read again by their position.
    expect(new Set(read.map(([, files]) => Number(files)))).toEqual(new Set(hours));
  });
});

it("goes by the times of rows, also in a file of the next day", async () => {
  const late = testLake();
  const line = (time: string) => `${albLine({ time })}\n`;
  late.put(
    albKey("20261124T0005Z"),
    line("2026-11-23T22:59:59.999999Z") +
      line("2026-11-23T23:59:59.999999Z") +
      line("2026-11-24T00:00:00.000000Z"),
  );
  try {
    await late.ingest();
    const question = QUESTIONS.find(({ name }) => name === "alb_status_over_time");
    const hours = async (range: Range) =>
      question
        ? (await late.query(renderQuestion(question, range))).map((row) => [row.hour, row.requests])
        : [];
    expect(await hours(DAY)).toEqual([
      ["2026-11-23T22:00:00.000000Z", 1],
      ["2026-11-23T23:00:00.000000Z", 1],
    ]);
    expect(await hours(parseRange("2026-11-24", "2026-11-24"))).toEqual([["2026-11-24T00:00:00.000000Z", 1]]);
  } finally {
    late.delete();
  }
});

it("each expected answer belongs to a question", () => {
  expect(Object.keys(EXPECTED).sort()).toEqual([...new Set(ASKED.map(suffixOf))].sort());
});

it("a range of minutes covers only these minutes", async () => {
  const range = parseRange("2026-11-23T07:30", "2026-11-23T08:29");
  const [question] = QUESTIONS;
  if (!question) throw new Error("no question");
  const rows = await ask(renderQuestion(question, range, { limit: "1000" }));
  const counts = rows.map(({ requests: count }) => Number(count)).reduce((sum, count) => sum + count, 0);
  expect(within(range).length).toBeGreaterThan(5);
  expect(counts).toBe(within(range).length);
});

it("every question finds something in the sample logs", async () => {
  const sample = testLake();
  await writeSample(sample.logs, { seed: 3, files: 24, lines: 300, hours: 1 }, () => undefined);
  await sample.ingest();
  const sampleLake = await openLake(sample.lake);
  try {
    const [request] = await sampleLake.query("SELECT max(requestid) AS id FROM waf_logs", rowsOf);
    const inSample: Readonly<Record<string, string>> = { ...IN_SAMPLE, request_id: String(request?.id) };
    const empty: string[] = [];
    for (const question of QUESTIONS) {
      const values = Object.fromEntries(
        Object.entries(valuesOf(question)).map(([name, value]) => [name, inSample[name] ?? value]),
      );
      const rows = await sampleLake.query(renderQuestion(question, ALL_TIME, values), rowsOf);
      if (rows.length === 0) empty.push(question.name);
    }
    expect(empty).toEqual([]);
  } finally {
    sampleLake.close();
    sample.delete();
  }
});
