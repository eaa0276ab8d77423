import { exampleOf } from "../cli/commands/ask";
import { FORMATS } from "../formats";
import { sqlString } from "../formats/render/sql-text";
import { QUESTIONS } from "../questions";
import type { Question } from "../questions/question";
import { parseRange } from "../questions/range";
import { renderPreparedStatement, renderQuestion } from "../questions/render";

const DAY = "2026-06-02";
const WEEK_BEFORE = "2026-05-26";
const DAYS: Readonly<Record<string, string>> = {
  from: DAY,
  to: DAY,
  from_week_before: WEEK_BEFORE,
  to_week_before: WEEK_BEFORE,
};

/** Every question: its explanation, its command, and its SQL. */
export const renderQuestionsPage = (): string => `# Built-in questions

You can run each question in four ways:

- on a lake: \`access-logs ask NAME --lake LAKE\`; \`access-logs ask\` lists all questions
- on Athena, from the terminal: \`access-logs ask NAME --athena\`
- in Athena's console: under "Saved queries" of the analysts' workgroup; the saved queries cover yesterday and today
- in Athena, with values: as prepared statements of that workgroup, \`EXECUTE NAME USING ...\`. Select the pipeline's database;
  you need the permission \`athena:GetPreparedStatement\` on the workgroup

\`--from\` and \`--to\` are days, hours or minutes, \`yesterday\`, \`today\` or e.g. \`-24h\`, in UTC unless \`--tz\` names a time zone. The range includes both: \`--from 2026-11-23T07 --to 2026-11-23T08\`
covers two hours. \`--to\` alone covers all rows of a lake until then. Without them, a query on a lake covers all rows, and a query on Athena, which bills scanned bytes, covers the
last 24 hours. Each question goes by \`time\`; \`dt\`, the day of a file by its name, only limits
what is read, with a day before and after. Saved queries and prepared statements go by \`time\` alone: Athena's typed tables have a
partition for each of its days. Prepared statements take the first and the last day, and their number of rows is fixed, because
Athena accepts values only in \`WHERE\`.

To change a question, print its SQL with \`ask NAME --sql\`, edit it, and run it with \`access-logs query\`. It is Athena's SQL; on
a lake, DuckDB runs it with the functions in \`lake/athena-functions.ts\`. Quantiles are exact on a lake and approximate in
Athena.

A query of a lake is one statement that reads the typed tables: it reads and writes no other file. Add \`--unsafe\` to run any SQL
of DuckDB. In tables and errors, control characters and characters that change the direction of text are replaced; JSON and CSV
contain the values as they were logged. Add \`--escape-formulas\` to CSV that you open in a spreadsheet: clients choose the values,
and a spreadsheet runs text that starts with \`=\`, \`+\`, \`-\` or \`@\`.

${Object.values(FORMATS)
  .map((format) => ({
    format,
    questions: QUESTIONS.filter((question) => FORMATS[question.format] === format),
  }))
  .filter(({ questions }) => questions.length > 0)
  .map(
    ({ format, questions }) =>
      `## ${format.title}\n\n${listOf(questions)}\n\n${questions.map(section).join("\n")}`,
  )
  .join("\n")}`;

const listOf = (questions: readonly Question[]): string =>
  [
    "| question | name |",
    "| --- | --- |",
    ...questions.map(({ name, title }) => `| ${title} | [\`${name}\`](#${name}) |`),
  ].join("\n");

const section = (question: Question): string => `### ${question.name}

${question.title} ${question.explanation}
${parametersOf(question)}
\`\`\`sh
${exampleOf(question)}
\`\`\`

\`\`\`sql
${executeOf(question)};
\`\`\`

\`\`\`sql
${renderQuestion(question, parseRange(DAY, DAY), examplesOf(question))}
\`\`\`
`;

const parametersOf = ({ parameters }: Question): string =>
  parameters.length === 0
    ? ""
    : `\n${parameters
        .map(
          ({ name, doc, default: preset, example }) =>
            `- \`--${name.replaceAll("_", "-")}\`: ${doc} (${preset === undefined ? `required, e.g. ${example}` : `default: ${preset}`})`,
        )
        .join("\n")}\n`;

function executeOf(question: Question): string {
  const examples = examplesOf(question);
  const values = renderPreparedStatement(question).parameters.map((name) => {
    const isCount = question.parameters.some((one) => one.name === name && one.type === "count");
    const value = DAYS[name] ?? examples[name] ?? "";
    return isCount ? value : sqlString(value);
  });
  return `EXECUTE ${question.name} USING ${values.join(", ")}`;
}

const examplesOf = ({ parameters }: Question): Record<string, string> =>
  Object.fromEntries(parameters.map(({ name, example }) => [name, example]));
