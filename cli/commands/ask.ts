import { type Command, Option } from "commander";
import { QUESTIONS } from "../../questions";
import type { Parameter, Question } from "../../questions/question";
import { ALL_TIME, lastDay, parseRange, type Range } from "../../questions/range";
import { comparesWeeks, renderQuestion } from "../../questions/render";
import { columnUnit } from "../../questions/unit";
import { write, writeText } from "../../terminal/write";
import { answer } from "../answer";
import { examples, wholeNumber } from "../command-line";
import { addEngineOptions, type EngineOptions, requireEngine } from "../engine-options";
import { warnAboutLake } from "../warn-about-lake";

interface Options extends EngineOptions {
  readonly from?: string;
  readonly to?: string;
  readonly sql: boolean;
}

/** Adds `access-logs ask`, with a command for each question. */
export function addAskCommand(program: Command): Command {
  const ask = program
    // Options after a question's name, including --json, belong to that question.
    .enablePositionalOptions()
    .command("ask")
    .description("run a built-in question on a lake or on Athena; without a name: list the questions")
    .helpCommand(false)
    .enablePositionalOptions()
    .argument("[name]", "name of the question")
    .option("--json", "list the questions as one JSON document", false)
    .addHelpText(
      "after",
      examples(
        "access-logs ask",
        "access-logs ask alb_top_clients --lake ./lake",
        "access-logs ask alb_latency_by_url --from 2026-11-23T07 --to 2026-11-23T09 --athena",
        "access-logs ask cloudfront_cache_misses --from 2026-11-23 --to 2026-11-23 --sql",
      ),
    )
    .action(async (name: string | undefined, { json }: { json: boolean }, command: Command) => {
      if (name !== undefined) {
        command.error(`error: unknown question "${name}"; run "access-logs ask" to list the questions`);
      }
      await (json ? write(`${JSON.stringify(QUESTIONS)}\n`) : writeText(listed()));
    });
  for (const question of QUESTIONS) addQuestion(ask, question);
  return ask;
}

function addQuestion(ask: Command, question: Question): void {
  const command = ask
    .command(question.name)
    .summary(question.title)
    .description(`${question.title} ${question.explanation}`)
    .option(
      "--from <time>",
      "day, hour or minute in UTC: YYYY-MM-DD, YYYY-MM-DDTHH or YYYY-MM-DDTHH:MM (default: all rows of a lake; the last 24 hours on Athena, which bills scanned bytes)",
    )
    .option("--to <time>", "last day, hour or minute, included (default: now)");
  for (const parameter of question.parameters) command.addOption(optionOf(parameter));
  addEngineOptions(command.option("--sql", "print the SQL instead of running it", false))
    .addHelpText("after", examples(exampleOf(question)))
    .action((options: Options) => run(question, command, options));
}

function optionOf({ name, type, default: preset, example, doc }: Parameter): Option {
  const flag = name.replaceAll("_", "-");
  const option =
    type === "count"
      ? new Option(`--${flag} <number>`, doc).argParser(wholeNumber(1))
      : new Option(`--${flag} <text>`, `${doc}, e.g. ${example}`);
  return preset === undefined ? option.makeOptionMandatory() : option.default(preset, preset);
}

/** A command that asks the question on a lake. */
export const exampleOf = (question: Question): string =>
  [
    `access-logs ask ${question.name} --lake ./lake`,
    ...(comparesWeeks(question) ? ["--from 2026-06-02 --to 2026-06-02"] : []),
    ...question.parameters
      .filter(({ default: preset }) => preset === undefined)
      .map((parameter) => `--${parameter.name.replaceAll("_", "-")} ${parameter.example}`),
  ].join(" ");

async function run(question: Question, command: Command, options: Options): Promise<void> {
  if (!options.sql) requireEngine(command, options);
  const range = rangeOf(question, command, options);
  const sql = renderQuestion(question, range, valuesOf(question, command));
  if (options.lake !== undefined && !options.sql)
    await warnAboutLake(options.lake, { format: question.format, range });
  await (options.sql ? write(`${sql}\n`) : answer(sql, options, columnUnit));
}

function rangeOf(question: Question, command: Command, { from, to, athena }: Options): Range {
  if (from !== undefined) {
    try {
      return parseRange(from, to);
    } catch (error) {
      command.error(`error: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (to !== undefined) command.error("error: --to needs --from");
  if (athena) return lastDay(new Date());
  if (comparesWeeks(question))
    command.error("error: set the day to compare, e.g. --from 2026-11-23 --to 2026-11-23");
  return ALL_TIME;
}

const valuesOf = ({ parameters }: Question, command: Command): Record<string, string> =>
  Object.fromEntries(parameters.map(({ name }) => [name, String(command.getOptionValue(camelCase(name)))]));

/** Commander's name of the option. */
const camelCase = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function listed(): string {
  const width = Math.max(...QUESTIONS.map(({ name }) => name.length));
  return QUESTIONS.map(({ name, title }) => `${name.padEnd(width)}  ${title}\n`).join("");
}
