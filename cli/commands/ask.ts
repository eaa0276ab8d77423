import { type Command, Option } from "commander";
import { QUESTIONS } from "../../questions";
import type { Parameter, Question } from "../../questions/question";
import { ALL_TIME, lastDay, type Range } from "../../questions/range";
import { comparesWeeks, renderQuestion } from "../../questions/render";
import { columnUnit } from "../../questions/unit";
import { shellWord } from "../../terminal/shell-word";
import { wrapped } from "../../terminal/wrapped";
import { write, writeText } from "../../terminal/write";
import { answer } from "../answer";
import { examples, wholeNumber } from "../command-line";
import { addEngineOptions, type EngineOptions, withEngine } from "../engine-options";
import { similar } from "../similar";
import {
  addRangeOptions,
  FROM_FIRST_ROW,
  NEEDS_FROM,
  ON_ATHENA,
  rangeOf,
  requireStart,
  type TimeOptions,
  timeZoneOf,
} from "../time-range";
import { warnAboutHours } from "../warn-about-hours";
import { warnAboutLake } from "../warn-about-lake";

interface Options extends EngineOptions, TimeOptions {
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
    // An unknown question is the error to show, and not its first option.
    .allowUnknownOption()
    .allowExcessArguments()
    .option("--json", "list the questions as one JSON document", false)
    .addHelpText(
      "after",
      examples(
        "access-logs ask",
        "access-logs ask alb_top_clients --lake ./lake",
        "access-logs ask alb_status_over_time --from -7d --tz Europe/Berlin --lake ./lake",
        "access-logs ask alb_latency_by_url --from 2026-11-23T07 --to 2026-11-23T09 --athena",
        "access-logs ask cloudfront_cache_misses --from 2026-11-23 --to 2026-11-23 --sql",
      ),
    )
    .action(async (name: string | undefined, { json }: { json: boolean }, command: Command) => {
      if (name !== undefined && !isWhereToAsk(command.args))
        command.error(name.startsWith("-") ? misplacedOption(command.args) : unknownQuestion(name));
      await (json ? write(`${JSON.stringify(QUESTIONS)}\n`) : writeText(listed(process.stdout.isTTY)));
    });
  for (const question of QUESTIONS) addQuestion(ask, question);
  return ask;
}

/** True for options that say where a question runs, without a question: the list is the same everywhere. */
const isWhereToAsk = ([option = "", folder = "-", ...others]: readonly string[]): boolean =>
  option === "--lake"
    ? others.length === 0 && !folder.startsWith("-")
    : folder === "-" && /^--(?:lake=.+|athena)$/.test(option);

function misplacedOption(args: readonly string[]): string {
  const question = args.find((arg) => QUESTIONS.some(({ name }) => name === arg));
  if (question === undefined) return `error: unknown option '${args[0]}'`;
  const options = args
    .filter((arg) => arg !== question)
    .map((arg) => (arg.startsWith("-") ? arg : shellWord(arg)));
  return `error: options come after the name of the question: access-logs ask ${[question, ...options].join(" ")}`;
}

function unknownQuestion(name: string): string {
  const meant = similar(
    name,
    QUESTIONS.map((question) => question.name),
  );
  const hint = meant === undefined ? "" : `did you mean ${meant}? `;
  return `error: unknown question "${name}": ${hint}"access-logs ask" lists the questions`;
}

function addQuestion(ask: Command, question: Question): void {
  const command = ask
    .command(question.name)
    .summary(question.title)
    .description(`${question.title} ${question.explanation}`);
  addRangeOptions(
    command,
    comparesWeeks(question)
      ? "required on a lake; the last 24 hours on Athena"
      : "all rows of a lake; the last 24 hours on Athena, which bills scanned bytes",
    comparesWeeks(question) ? NEEDS_FROM : FROM_FIRST_ROW,
  );
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
  const range = askedRange(question, command, options);
  const sql = renderQuestion(question, range, valuesOf(question, command));
  if (options.sql) return write(`${sql}\n`);
  const engine = withEngine(options);
  if (engine.lake !== undefined) await warnAboutLake(engine.lake, { format: question.format, range });
  const timeZone = timeZoneOf(options);
  if (timeZone !== undefined) warnAboutHours(question, range, timeZone);
  await answer(sql, engine, columnUnit);
}

function askedRange(question: Question, command: Command, options: Options): Range {
  if (comparesWeeks(question)) requireStart(options);
  if (options.athena) requireStart(options, ON_ATHENA);
  const range = rangeOf(options);
  if (range) return range;
  if (options.athena) return lastDay(new Date());
  if (comparesWeeks(question))
    command.error("error: set the day to compare, e.g. --from 2026-11-23 --to 2026-11-23");
  return ALL_TIME;
}

const valuesOf = ({ parameters }: Question, command: Command): Record<string, string> =>
  Object.fromEntries(parameters.map(({ name }) => [name, String(command.getOptionValue(camelCase(name)))]));

/** Commander's name of the option. */
const camelCase = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** One line for each question. On a terminal, they are wrapped, and the formats are apart. */
export function listed(isTerminal: boolean): string {
  const formats = [...new Set(QUESTIONS.map(({ format }) => format))];
  const texts = formats.map((id) => {
    const questions = QUESTIONS.filter(({ format }) => format === id);
    const width = Math.max(...questions.map(({ name }) => name.length)) + 2;
    const lines = questions.map(({ name, title }) => name.padEnd(width) + title);
    return (isTerminal ? lines.flatMap((line) => wrapped(line, " ".repeat(width))) : lines).join("\n");
  });
  return `${texts.join(isTerminal ? "\n\n" : "\n")}\n`;
}
