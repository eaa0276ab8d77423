import { type Command, Option } from "commander";
import { OUTPUT_FORMATS, type OutputFormat } from "../terminal/output-format";
import { byteCount, wholeNumber } from "./command-line";

/** Options of every command that asks in SQL: which engine, and how the rows are printed. */
export interface EngineOptions {
  readonly lake?: string;
  readonly athena?: true;
  readonly settings?: string;
  readonly workgroup?: string;
  readonly database?: string;
  readonly region?: string;
  readonly maxBytes?: number;
  readonly reuse?: number;
  readonly format: OutputFormat;
  readonly json: boolean;
}

const MAX_REUSE_MINUTES = 7 * 24 * 60;

/** Adds the options. */
export function addEngineOptions(command: Command): Command {
  const athena = (flags: string, description: string) =>
    new Option(flags, `on Athena: ${description}`).conflicts("lake");
  return command
    .option("--lake <folder>", "on this machine: folder of the lake")
    .addOption(new Option("--athena", "ask Athena, in the analysts' workgroup").conflicts("lake"))
    .addOption(athena("--settings <file>", "settings of the stack (default: access-logs.json)"))
    .addOption(athena("--workgroup <name>", "workgroup (default: by the settings)"))
    .addOption(athena("--database <name>", "database (default: by the settings)"))
    .addOption(athena("--region <region>", "Region (default: by the settings)"))
    .addOption(
      athena("--max-bytes <size>", "cancel the query when it has scanned more, e.g. 500MB").argParser(
        byteCount,
      ),
    )
    .addOption(
      athena("--reuse <minutes>", "take a result of the same SQL that is not older").argParser(
        wholeNumber(1, MAX_REUSE_MINUTES),
      ),
    )
    .addOption(
      new Option("--format <format>", "how rows are printed").choices(OUTPUT_FORMATS).default("table"),
    )
    .option("--json", "the same as --format json", false);
}

/** Ends the command with its usage unless the options name an engine. */
export function requireEngine(command: Command, { lake, athena }: EngineOptions): void {
  if (lake === undefined && athena === undefined) {
    command.error("error: say where to ask: --lake FOLDER on this machine, or --athena");
  }
}
