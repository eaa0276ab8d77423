import { QUESTIONS } from "../../questions";
import type { Question } from "../../questions/question";
import { ALL_TIME, parseRange, type Range } from "../../questions/range";
import { renderPreparedStatement, renderQuestion, renderSavedQuery } from "../../questions/render";
import { syntaxErrors } from "../helpers/sql-grammar";

const examplesOf = ({ parameters }: Question) =>
  Object.fromEntries(parameters.map(({ name, example }) => [name, example]));
const questionOf = (name: string): Question => {
  const question = QUESTIONS.find((candidate) => candidate.name === name);
  if (!question) throw new Error(`no question ${name}`);
  return question;
};
const withoutTexts = (sql: string) => sql.replaceAll(/'(?:[^']|'')*'/g, "''");

describe.each(QUESTIONS.map((question) => [question.name, question] as const))("%s", (_, question) => {
  const prepared = renderPreparedStatement(question);

  it("is valid in Trino's grammar in each of its forms", () => {
    const forms = [
      renderQuestion(question, parseRange("2026-11-23T07", "2026-11-24"), examplesOf(question)),
      renderSavedQuery(question),
      `PREPARE ${question.name} FROM ${prepared.sql}`,
    ];
    expect(forms.flatMap((sql) => syntaxErrors("trino", sql))).toEqual([]);
  });

  it("has parameters only in WHERE clauses, the only place that Athena allows, and at most 25, the limit of its console", () => {
    const places = [
      ...withoutTexts(prepared.sql).matchAll(/\?|\b(?:SELECT|FROM|WHERE|GROUP BY|ORDER BY|LIMIT)\b/g),
    ];
    const clauses = places.flatMap(([text], index) => {
      const clause = places.slice(0, index).findLast(([other]) => other !== "?");
      return text === "?" ? [clause?.[0]] : [];
    });
    expect(clauses).toEqual(prepared.parameters.map(() => "WHERE"));
    expect(prepared.parameters.length).toBeLessThanOrEqual(25);
  });

  it("contains no question marks except parameters, because Athena may read any as a parameter", () => {
    expect(renderSavedQuery(question)).not.toContain("?");
    expect(prepared.sql.match(/\?/g)).toHaveLength(prepared.parameters.length);
  });

  it("does not sort by a value that one engine approximates", () => {
    const sorted = [...question.sql.matchAll(/ORDER BY (.*)/g)].map(([, columns]) => columns).join();
    expect(question.sql).not.toMatch(/approx_distinct/);
    expect(sorted).not.toMatch(/\bp\d\d/);
  });

  it("has a name and a description that Athena accepts", () => {
    expect(question.name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_@:]{1,127}$/);
    expect(question.name.startsWith(`${question.format.replaceAll("-", "_")}_`)).toBe(true);
    expect(`${question.title} USING ${prepared.parameters.join(", ")}`.length).toBeLessThanOrEqual(1024);
  });

  it("replaces every placeholder, and uses each parameter", () => {
    const sql = renderQuestion(question, ALL_TIME, examplesOf(question));
    expect(sql).not.toMatch(/\{[a-z_]+\}/);
    for (const { name } of question.parameters) expect(question.sql).toContain(`{${name}}`);
  });

  it("starts each WHERE clause of the table with the range, so that other days are pruned", () => {
    expect(question.sql.match(/FROM \{table\}/g)?.length).toBe(
      question.sql.match(/FROM \{table\}\n\s*WHERE \{(?:range|week_before)\}/g)?.length,
    );
  });

  it("has a title that is a question, and explains its answer", () => {
    expect(question.title).toMatch(/^[A-Z].*\?$/);
    expect(question.explanation).toMatch(/\.$/);
  });
});

it("no two questions have the same name", () => {
  expect(new Set(QUESTIONS.map(({ name }) => name)).size).toBe(QUESTIONS.length);
});

describe("renderQuestion", () => {
  const session = questionOf("alb_client_session");

  const between = (days: string, from: string, until: string) =>
    `dt BETWEEN ${days} AND time >= TIMESTAMP '${from}' AND time < TIMESTAMP '${until}'`;

  it("filters by time, and by the days of files that can have such rows", () => {
    const where = (from: string, to: string) =>
      /WHERE (.*) AND client_ip/.exec(renderQuestion(session, parseRange(from, to), { client: "x" }))?.[1];
    expect(where("2026-11-22", "2026-11-23")).toBe(
      between("'2026-11-21' AND '2026-11-24'", "2026-11-22 00:00:00", "2026-11-24 00:00:00"),
    );
    expect(where("2026-11-22T07", "2026-11-22T23:58")).toBe(
      between("'2026-11-21' AND '2026-11-23'", "2026-11-22 07:00:00", "2026-11-22 23:59:00"),
    );
  });

  it("leaves out an end that is not limited", () => {
    const where = (range: Range) =>
      /WHERE (.*) AND client_ip/.exec(renderQuestion(session, range, { client: "x" }))?.[1];
    expect(where(ALL_TIME)).toBe("dt BETWEEN '1970-01-01' AND '9999-12-31'");
    expect(where(parseRange("2026-11-22", undefined))).toBe(
      "dt BETWEEN '2026-11-21' AND '9999-12-31' AND time >= TIMESTAMP '2026-11-22 00:00:00'",
    );
  });

  it("compares with the same days a week before", () => {
    const sql = renderQuestion(questionOf("alb_compare_week"), parseRange("2026-11-08", "2026-11-09"));
    expect(sql).toContain(
      between("'2026-11-07' AND '2026-11-10'", "2026-11-08 00:00:00", "2026-11-10 00:00:00"),
    );
    expect(sql).toContain(
      between("'2026-10-31' AND '2026-11-03'", "2026-11-01 00:00:00", "2026-11-03 00:00:00"),
    );
  });

  it("is safe from SQL in a value", () => {
    const sql = renderQuestion(session, ALL_TIME, { client: "x' OR '1'='1" });
    expect(sql).toContain("client_ip = 'x'' OR ''1''=''1'");
    expect(() => renderQuestion(session, ALL_TIME, { client: "x", limit: "1; DROP TABLE x" })).toThrow(
      'alb_client_session: "limit" must be a whole number from 1, got "1; DROP TABLE x"',
    );
  });

  it("does not replace a placeholder inside a value", () => {
    expect(renderQuestion(session, ALL_TIME, { client: "{limit}" })).toContain("client_ip = '{limit}'");
  });

  it("refuses a missing value and an unused value", () => {
    expect(() => renderQuestion(session, ALL_TIME)).toThrow('"client" is required');
    expect(() => renderQuestion(session, ALL_TIME, { client: "x", clinet: "y" })).toThrow(
      'no parameter "clinet"',
    );
  });
});

it("a prepared statement describes each of its parameters", () => {
  expect(renderPreparedStatement(questionOf("cloudfront_scanners")).parameters).toEqual([
    "from",
    "to",
    "min_paths",
  ]);
  expect(renderPreparedStatement(questionOf("alb_compare_week")).parameters).toEqual([
    "from",
    "to",
    "from_week_before",
    "to_week_before",
  ]);
});

it("a prepared statement goes by time, and includes its last day", () => {
  expect(renderPreparedStatement(questionOf("alb_client_session")).sql).toContain(
    "WHERE time >= CAST(? AS timestamp) AND time < CAST(? AS timestamp) + INTERVAL '1' DAY AND client_ip = ?",
  );
});

it("a saved query compares yesterday and today with the same days a week before", () => {
  const days = [
    ...renderSavedQuery(questionOf("alb_compare_week")).matchAll(/time (>=|<) CAST\(.*?'(\d)' DAY/g),
  ];
  expect(days.map(([, operator, day]) => `${operator} ${day}`)).toEqual([">= 1", ">= 8", "< 6"]);
});

it("a saved query runs unchanged for yesterday and today, with its explanation and an example of each value", () => {
  expect(renderSavedQuery(questionOf("alb_client_session"))).toBe(`-- What did one client do, step by step
-- One row per request of the address, oldest first.
-- client: address of the client, as logged; here 203.0.113.66
-- limit: maximum number of rows; here 200
SELECT time, request_verb AS method, request_url AS url, elb_status_code AS status,
  target_processing_time AS seconds, sent_bytes AS bytes_sent, user_agent
FROM alb_access_logs
WHERE time >= CAST(current_date - INTERVAL '1' DAY AS timestamp) AND client_ip = '203.0.113.66'
ORDER BY time, url
LIMIT 200`);
});
