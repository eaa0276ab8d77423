import { type Command, Option } from "commander";
import { FILE_FORMATS } from "../lake/save-rows";
import { OUTPUT_FORMATS } from "../terminal/output-format";
import { byteCount, wholeNumber } from "./command-line";
import type { SinkOptions } from "./sink";

/** Options of every command that runs SQL: the engine, and the output format. */
export interface EngineOptions extends SinkOptions {
  readonly lake?: string;
  readonly athena?: true;
  readonly settings?: string;
  readonly workgroup?: string;
  readonly database?: string;
  readonly region?: string;
  readonly maxBytes?: number;
  readonly reuse?: number;
  readonly escapeFormulas: boolean;
  /** Only of `query`. */
  readonly unsafe?: boolean;
}

const MAX_REUSE_MINUTES = 7 * 24 * 60;

/** Adds the options. */
export function addEngineOptions(command: Command): Command {
  const athena = (flags: string, description: string) =>
    new Option(flags, `Athena: ${description}`).conflicts("lake");
  return command
    .option("--lake <folder>", "lake: folder of the lake")
    .addOption(new Option("--athena", "query Athena in the analysts' workgroup").conflicts("lake"))
    .addOption(athena("--settings <file>", "settings of the stack (default: access-logs.json)"))
    .addOption(athena("--workgroup <name>", "workgroup (default: from the settings)"))
    .addOption(athena("--database <name>", "database (default: from the settings)"))
    .addOption(athena("--region <region>", "Region (default: from the settings)"))
    .addOption(
      athena("--max-bytes <size>", "scan limit: cancel the query when it scans more, e.g. 500MB").argParser(
        byteCount,
      ),
    )
    .addOption(
      athena("--reuse <minutes>", "reuse a result of the same SQL that is at most this old").argParser(
        wholeNumber(1, MAX_REUSE_MINUTES),
      ),
    )
    .addOption(
      new Option(
        "--format <format>",
        "format of the rows (default: table, or by the name of the file)",
      ).choices([...new Set<string>([...OUTPUT_FORMATS, ...FILE_FORMATS])]),
    )
    .option("--json", "the same as --format json", false)
    .option(
      "-o, --output <file>",
      "write the rows to a file, .csv, .json or .parquet, instead of printing them",
    )
    .option("--force", "replace an existing file", false)
    .option(
      "--escape-formulas",
      "csv: put ' before text that a spreadsheet would run as a formula (=, +, -, @)",
      false,
    );
}

/** Ends the command with its usage if the options name no engine. */
export function requireEngine(command: Command, { lake, athena }: EngineOptions): void {
  if (lake === undefined && athena === undefined) {
    command.error("error: choose where to run the query: --lake FOLDER or --athena");
  }
}
