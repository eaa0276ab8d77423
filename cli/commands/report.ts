import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Command } from "commander";
import { progressLine } from "../../terminal/progress-line";
import { byteText } from "../../terminal/quantities";
import { write, writeErrors, writeText } from "../../terminal/write";
import { examples } from "../command-line";
import { LAKE_HELP, lakeOf } from "../default-lake";
import { makeReport } from "../make-report";
import { addRangeOptions, addTimeZoneOption, rangeOf, type TimeOptions, timeZoneOf } from "../time-range";

interface Options extends TimeOptions {
  readonly lake?: string;
  readonly table?: string;
  readonly output: string;
  readonly open: boolean;
  readonly json: boolean;
}

/** Adds `access-logs report`. */
export const addReportCommand = (program: Command): Command =>
  addTimeZoneOption(
    addRangeOptions(
      program
        .command("report")
        .description("write a page about a lake's traffic: one HTML file that needs no network"),
      "all rows",
    ),
  )
    .option("--lake <folder>", LAKE_HELP)
    .option("--table <name>", "only this table")
    .option("-o, --output <file>", "file to write", "report.html")
    .option("--open", "open the page in the browser", false)
    .option("--json", "print what was written as one JSON document", false)
    .addHelpText(
      "after",
      examples(
        "access-logs report --lake ./lake --open",
        "access-logs report --lake ./lake --from 2026-11-23 --to 2026-11-29 --tz Europe/Berlin -o week.html",
      ),
    )
    .action(run);

async function run(options: Options): Promise<void> {
  const { lake, table, output, open, json } = options;
  const progress = progressLine(process.stderr);
  const started = performance.now();
  const { bytes, tables } = await makeReport(
    {
      lake: lakeOf(lake),
      range: rangeOf(options),
      timeZone: timeZoneOf(options) ?? "UTC",
      output,
      ...(table === undefined ? {} : { table }),
    },
    (what) => progress.say(what),
  );
  progress.clear();
  const seconds = (performance.now() - started) / 1000;
  await (json
    ? write(`${JSON.stringify({ file: output, bytes, tables, seconds })}\n`)
    : writeText(`wrote ${output}, ${byteText(bytes)}, in ${seconds.toFixed(1)} s; open it in a browser\n`));
  if (open) openFile(resolve(output));
}

/** Starts the system's program for the file; what it does is not waited for. */
function openFile(path: string): void {
  const [program, ...leading] =
    process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["explorer"] : ["xdg-open"];
  const child = spawn(program ?? "", [...leading, path], { stdio: "ignore", detached: true });
  child.on("error", () => writeErrors(`error: ${program} is not installed; open ${path} in a browser`));
  child.unref();
}
