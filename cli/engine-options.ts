import { type Command, Option } from "commander";
import { FILE_FORMATS } from "../lake/save-rows";
import { OUTPUT_FORMATS } from "../terminal/output-format";
import { usageError } from "../terminal/user-error";
import { byteCount, wholeNumber } from "./command-line";
import { defaultLake, LAKE_HELP, LAKE_VARIABLE } from "./default-lake";
import type { SinkOptions } from "./sink";
import { addTimeZoneOption, type TimeOptions } from "./time-range";

/** Options that choose the engine. */
export interface PlaceOptions extends Pick<TimeOptions, "tz"> {
  readonly lake?: string;
  readonly athena?: true;
  readonly settings?: string;
  readonly workgroup?: string;
  readonly database?: string;
  readonly region?: string;
  readonly maxBytes?: number;
  readonly reuse?: number;
}

/** Options of every command that prints rows: the engine, and the output format. */
export interface EngineOptions extends SinkOptions, PlaceOptions {
  readonly escapeFormulas: boolean;
  /** Only of `query`. */
  readonly unsafe?: boolean;
}

const MAX_REUSE_MINUTES = 7 * 24 * 60;

/** Adds the options that choose the engine. */
export function addPlaceOptions(command: Command): Command {
  const athena = (flags: string, description: string) =>
    new Option(flags, `Athena: ${description}`).conflicts("lake");
  return addTimeZoneOption(command)
    .option("--lake <folder>", `lake: ${LAKE_HELP}`)
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
    );
}

/** Adds the options. */
export function addEngineOptions(command: Command): Command {
  return addPlaceOptions(command)
    .addOption(
      new Option(
        "--format <format>",
        "format of the rows (default: table, or by the name of the file)",
      ).choices([...new Set<string>([...OUTPUT_FORMATS, ...FILE_FORMATS])]),
    )
    .option("--json", "the same as --format json", false)
    .option(
      "-o, --output <file>",
      "write the rows to a file, .csv, .json, .parquet or .xlsx, instead of printing them",
    )
    .option("--force", "replace an existing file", false)
    .option(
      "--escape-formulas",
      "csv: put ' before text that a spreadsheet would run as a formula (=, +, -, @)",
      false,
    );
}

/**
 * The options with the lake that is meant if they name no engine.
 *
 * @throws UserError if they name none and there is no default
 */
export function withEngine<T extends PlaceOptions>(options: T): T {
  if (options.lake !== undefined || options.athena !== undefined) return options;
  const { settings, workgroup, database, region, maxBytes, reuse } = options;
  const isForAthena = [settings, workgroup, database, region, maxBytes, reuse].some(
    (value) => value !== undefined,
  );
  const lake = isForAthena ? undefined : defaultLake();
  if (lake !== undefined) return { ...options, lake };
  throw usageError(`choose where to run the query: --lake FOLDER, ${LAKE_VARIABLE} or --athena`);
}
