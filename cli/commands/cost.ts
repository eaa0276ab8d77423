import { type Command, InvalidArgumentError, Option } from "commander";
import { billOf, DESIGN_NAMES, type DesignName } from "../../cost/bill";
import { DAYS_PER_MONTH } from "../../cost/load";
import { PRICES } from "../../cost/prices";
import { FORMAT_IDS } from "../../formats";
import { MAX_REPORT_DAYS } from "../../pipeline/props";
import { UserError } from "../../terminal/user-error";
import { write, writeText } from "../../terminal/write";
import { examples, wholeNumber } from "../command-line";

interface Options {
  readonly filesPerDay: number;
  readonly gbPerDay: number;
  readonly daysKept: number;
  readonly reportDays?: number;
  readonly sources?: number;
  readonly formats: number;
  readonly design: DesignName;
  readonly json: boolean;
}

/** Adds `access-logs cost`. */
export function addCostCommand(program: Command): Command {
  return program
    .command("cost")
    .description(
      "print the monthly cost, item by item: this pipeline's designs, the AWS sample, AWS's own delivery",
    )
    .requiredOption("--files-per-day <number>", "log files delivered per day", wholeNumber(1))
    .requiredOption("--gb-per-day <number>", "GB delivered per day, compressed as in S3", amount)
    .option("--days-kept <number>", "days that text and tables are kept", wholeNumber(1), DAYS_PER_MONTH)
    .option(
      "--report-days <number>",
      "days of the daily report, for typed tables (default: no report)",
      wholeNumber(1, MAX_REPORT_DAYS),
    )
    .option("--sources <number>", "sources (default: one for each format)", wholeNumber(1))
    .option("--formats <number>", "formats of the sources", wholeNumber(1, FORMAT_IDS.length), 1)
    .addOption(
      new Option("--design <design>", "design whose items are listed").choices(DESIGN_NAMES).default("typed"),
    )
    .option("--json", "print every item of every design, and the prices, as one JSON document", false)
    .addHelpText(
      "after",
      examples(
        "access-logs cost --files-per-day 100000 --gb-per-day 10",
        "access-logs cost --files-per-day 100000 --gb-per-day 10 --sources 12 --formats 3",
        "access-logs cost --files-per-day 5000 --gb-per-day 0.2 --days-kept 365 --design sample",
      ),
    )
    .action(async ({ design, json, ...load }: Options) => {
      const { sources = load.formats, formats } = load;
      if (sources < formats)
        throw new UserError(`--formats ${formats} needs as many sources, --sources is ${sources}`);
      const bills = DESIGN_NAMES.map((name) => billOf(name, load));
      if (json) return write(`${JSON.stringify({ load, bills, prices: PRICES })}\n`);
      // The module for tables is loaded only if there is a table to print.
      const { printBills } = await import("../../cost/print-bills.js");
      return writeText(printBills(load, bills, design));
    });
}

function amount(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Expected a number above 0, such as 0.2.");
}
