import { FORMATS } from "../formats";
import { sqlString, sqlTimestamp } from "../formats/render/sql-text";
import { DAY_MS } from "../formats/time";
import type { Parameter, Question } from "./question";
import { ALL_TIME, daysOf, type Range, weekBefore } from "./range";

/** Values of a question's parameters by name, as text. */
export type Values = Readonly<Record<string, string>>;

const PLACEHOLDER = /\{([a-z_]+)\}/g;
const COUNT = /^[1-9]\d{0,15}$/;

/** True if the question compares the range with the range seven days before. */
export const comparesWeeks = ({ sql }: Question): boolean => sql.includes("{week_before}");

/**
 * The question as one statement without parameters; it runs on Athena and on DuckDB.
 *
 * @param values parameters without a value have their default
 * @throws Error if a value is missing, has no parameter, or must be an integer and is not
 */
export function renderQuestion(question: Question, range: Range, values: Values = {}): string {
  const unknown = Object.keys(values).filter((name) => !question.parameters.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`${question.name} has no parameter "${unknown[0]}"`);
  return render(question, (name) => {
    if (name === "range") return rangeCondition(range);
    if (name === "week_before") return rangeCondition(weekBefore(range));
    return literal(question, parameterOf(question, name), values[name]);
  });
}

/**
 * The question as a prepared statement. Its parameters are those in WHERE clauses, and the first and last day; its number
 * of rows is fixed. It runs only on Athena, whose typed tables have partitions by the day of `time`: a condition on `dt`
 * would prune nothing more, and each of its days would be one more value to pass.
 *
 * @returns the SQL with `?`, and the meaning of each `?`, in order
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 */
export function renderPreparedStatement(question: Question): {
  readonly sql: string;
  readonly parameters: readonly string[];
} {
  const parameters: string[] = [];
  const days = (...names: readonly [string, string]) => {
    parameters.push(...names);
    return "time >= CAST(? AS timestamp) AND time < CAST(? AS timestamp) + INTERVAL '1' DAY";
  };
  const sql = render(question, (name) => {
    if (name === "range") return days("from", "to");
    if (name === "week_before") return days("from_week_before", "to_week_before");
    if (name === "limit") return literal(question, parameterOf(question, name));
    parameters.push(name);
    return "?";
  });
  return { sql, parameters };
}

/** The question as a saved query of Athena: about yesterday and today, with an example for each required value. */
export function renderSavedQuery(question: Question): string {
  const { title, explanation, parameters } = question;
  const daysAgo = (days: number) => `CAST(current_date - INTERVAL '${days}' DAY AS timestamp)`;
  const sql = render(question, (name) => {
    if (name === "range") return `time >= ${daysAgo(1)}`;
    if (name === "week_before") return `time >= ${daysAgo(8)} AND time < ${daysAgo(6)}`;
    const parameter = parameterOf(question, name);
    return literal(question, parameter, parameter.example);
  });
  const notes = parameters.map(({ name, doc, example }) => `-- ${name}: ${doc}; here ${example}`);
  return [`-- ${title.replace(/\?$/, "")}`, `-- ${explanation}`, ...notes, sql].join("\n");
}

/** Table names have no database: the session's database applies. */
const render = ({ format, sql }: Question, replace: (name: string) => string): string =>
  sql.replaceAll(PLACEHOLDER, (_, name: string) =>
    name === "table" ? FORMATS[format].table : replace(name),
  );

function parameterOf({ name: question, parameters }: Question, name: string): Parameter {
  const parameter = parameters.find((candidate) => candidate.name === name);
  if (parameter) return parameter;
  throw new Error(`${question}: "${name}" is not a parameter`);
}

function literal(question: Question, { name, type, default: preset }: Parameter, value = preset): string {
  if (value === undefined) throw new Error(`${question.name}: "${name}" is required`);
  if (type === "text") return sqlString(value);
  if (COUNT.test(value)) return value;
  throw new Error(`${question.name}: "${name}" must be a whole number from 1, got "${value}"`);
}

/**
 * `time` decides; `dt`, which is of the hour in a file's name, prunes the files of other days. The rows of a file can be of
 * the day before or after: that of a late file, or of a request before midnight.
 */
export function rangeCondition({ from, until }: Range): string {
  const { first, last } = daysOf({
    from: Math.max(from - DAY_MS, ALL_TIME.from),
    until: Math.min(until + DAY_MS, ALL_TIME.until),
  });
  return [
    `dt BETWEEN ${sqlString(first)} AND ${sqlString(last)}`,
    ...(from <= ALL_TIME.from ? [] : [`time >= ${sqlTimestamp(from)}`]),
    ...(until >= ALL_TIME.until ? [] : [`time < ${sqlTimestamp(until)}`]),
  ].join(" AND ");
}
