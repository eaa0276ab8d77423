import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { type Command, Option } from "commander";
import { answer } from "../answer";
import { examples } from "../command-line";
import { addEngineOptions, type EngineOptions, withEngine } from "../engine-options";
import { warnAboutLake } from "../warn-about-lake";

interface Options extends EngineOptions {
  readonly file?: string;
}

const STDIN = "-";

/** Adds `access-logs query`. */
export function addQueryCommand(program: Command): Command {
  const command = program
    .command("query")
    .description(
      "run SQL on a lake or on Athena: on the typed tables, and on <table>_unparsed with the unparsed lines",
    )
    .argument("[sql]", 'one statement in the dialect of DuckDB or Athena; "-" reads it from standard input')
    .option("--file <file>", 'read the statement from a file; "-" is standard input')
    .addOption(
      new Option(
        "--unsafe",
        "lake: run any SQL of DuckDB, which can also read and write other files and change the lake; of several statements, the last one's rows are printed",
      ).conflicts("athena"),
    );
  return addEngineOptions(command)
    .addHelpText(
      "after",
      examples(
        'access-logs query "SELECT elb_status_code, count(*) FROM alb_access_logs GROUP BY 1" --lake ./lake',
        'access-logs query "SELECT line, log_file FROM cloudfront_access_logs_unparsed" --lake ./lake --format csv',
        'access-logs query "SELECT * FROM alb_access_logs" --lake ./lake --output alb.parquet',
        "access-logs query --file question.sql --athena --max-bytes 10GB --json",
        "access-logs ask alb_top_clients --sql | access-logs query - --athena --reuse 60",
      ),
    )
    .action(run);
}

async function run(argument: string | undefined, options: Options, command: Command): Promise<void> {
  const { file = argument === STDIN ? STDIN : undefined } = options;
  if (file !== undefined && argument !== undefined && argument !== STDIN) {
    command.error("error: use either the SQL argument or --file, not both");
  }
  if (file === undefined && argument === undefined) {
    command.error("error: SQL is required: pass it as an argument, or as a file with --file");
  }
  const sql = file === undefined ? argument : await readSql(file);
  const engine = withEngine(options);
  if (engine.lake !== undefined) await warnAboutLake(engine.lake);
  await answer(sql ?? "", engine);
}

const readSql = (file: string): Promise<string> =>
  file === STDIN ? text(process.stdin) : readFile(file, "utf8");
