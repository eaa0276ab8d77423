import { FORMAT_IDS, FORMATS, type FormatId } from "../formats";
import { QUESTIONS } from "../questions";
import type { Question } from "../questions/question";
import { ALL_TIME, type Range } from "../questions/range";
import { comparesWeeks, renderQuestion } from "../questions/render";
import type { Json } from "../terminal/rows";
import type { Counts } from "./counts";
import type { ReadTable } from "./engine";
import type { AnsweredTable, DetailRows } from "./model";
import { shortened } from "./shortened";
import { extentSql } from "./sql";
import { SUBJECTS } from "./subject";

/** Formats without panels that filter: the report has the answers of their questions. */
export const ANSWERED: readonly FormatId[] = FORMAT_IDS.filter(
  (id) => !SUBJECTS.some(({ format }) => format === id),
);

/** Rows of an answer that the page shows. */
const ANSWER_ROWS = 15;

/** The questions about a format that need no value, and are about one range. */
export const askedOf = (format: FormatId): readonly Question[] =>
  QUESTIONS.filter(
    (question) =>
      question.format === format &&
      !comparesWeeks(question) &&
      question.parameters.every((parameter) => parameter.default !== undefined),
  );

/** @returns `undefined` without rows in the range */
export async function answersOf(
  counts: Counts,
  format: FormatId,
  range: Range = ALL_TIME,
): Promise<AnsweredTable | undefined> {
  const { engine } = counts;
  const { table, title } = FORMATS[format];
  const [[rows, first, last] = []] = await engine.rows(extentSql(table, range));
  if (Number(rows ?? 0) === 0) return undefined;
  const asked = askedOf(format).map((question) => ({ question, sql: renderQuestion(question, range) }));
  const readable = await counts.readable(
    format,
    range,
    Number(rows),
    asked.map(({ sql }) => sql),
  );
  const answers: DetailRows[] = [];
  for (const { question, sql } of asked) {
    const answer = await engine.table(sql.replaceAll(table, readable));
    answers.push(answerOf(question, sql, answer));
  }
  return {
    format,
    table,
    title,
    rows: Number(rows),
    from: instantOf(first),
    until: instantOf(last),
    answers,
    unread: await counts.unread(format),
  };
}

const instantOf = (time: Json | undefined): number => Date.parse(String(time));

function answerOf(question: Question, sql: string, { columns, rows }: ReadTable): DetailRows {
  const explanation = question.explanation.replaceAll("`", "");
  return {
    id: question.name,
    title: question.title,
    note:
      rows.length > ANSWER_ROWS
        ? `${explanation} The first ${ANSWER_ROWS} of ${rows.length} rows; its SQL has all.`
        : explanation,
    sql,
    columns,
    rows: rows.slice(0, ANSWER_ROWS).map((row) => row.map(shortened)),
  };
}
