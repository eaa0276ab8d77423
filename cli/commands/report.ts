import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Written } from "../../report/write-report";
import { progressLine } from "../../terminal/progress-line";
import { byteText } from "../../terminal/quantities";
import { usageError } from "../../terminal/user-error";
import { write, writeErrors, writeText } from "../../terminal/write";
import type { AthenaOptions } from "../athena-session";
import { examples } from "../command-line";
import { addPlaceOptions, type PlaceOptions, withEngine } from "../engine-options";
import type { PageOptions, ReportOptions } from "../make-report";
import { pageWriter, STDOUT } from "../page-writer";
import {
  addRangeOptions,
  FROM_FIRST_ROW,
  ON_ATHENA,
  rangeOf,
  requireStart,
  type TimeOptions,
  timeZoneOf,
} from "../time-range";

interface Options extends TimeOptions, PlaceOptions {
  readonly table?: string;
  readonly output: string;
  readonly force: boolean;
  readonly open: boolean;
  readonly json: boolean;
}

/** Adds `access-logs report`. */
export const addReportCommand = (program: Command): Command =>
  addPlaceOptions(
    addRangeOptions(
      program
        .command("report")
        .description("write a page about the traffic: one HTML file that needs no network"),
      "all rows of a lake; the last 24 hours on Athena, which bills scanned bytes",
      FROM_FIRST_ROW,
    ),
  )
    .option("--table <name>", "only this table")
    .option("-o, --output <file>", 'file to write; "-" is standard output', "report.html")
    .option("--force", "replace an existing file that is no report", false)
    .option("--open", "open the page in the browser", false)
    .option("--json", "print what was written as one JSON document", false)
    .addHelpText(
      "after",
      examples(
        "access-logs report --lake ./lake --open",
        "access-logs report --lake ./lake --from 2026-11-23 --to 2026-11-29 --tz Europe/Berlin -o week.html",
        "access-logs report --lake ./lake -o - | gzip > report.html.gz",
        "access-logs report --athena --from yesterday --to yesterday --max-bytes 20GB",
      ),
    )
    .action(run);

async function run(options: Options): Promise<void> {
  const { table, output, force, open, json } = options;
  const { lake, ...place } = withEngine(options);
  const isPrinted = output === STDOUT;
  if (isPrinted && (open || json))
    throw usageError(`--output ${STDOUT} prints the page; name a file for ${open ? "--open" : "--json"}`);
  if (lake === undefined) requireStart(options, ON_ATHENA);
  const started = performance.now();
  const page = {
    range: rangeOf(options),
    timeZone: timeZoneOf(options) ?? "UTC",
    save: await pageWriter({ output, isForced: force, lake }),
    ...(table === undefined ? {} : { table }),
  };
  const { bytes, tables } = await (lake === undefined
    ? onAthena({ ...place, ...page })
    : onLake({ lake, ...page }));
  if (isPrinted) return;
  const seconds = (performance.now() - started) / 1000;
  await (json
    ? write(`${JSON.stringify({ file: output, bytes, tables, seconds })}\n`)
    : writeText(`wrote ${output}, ${byteText(bytes)}, in ${seconds.toFixed(1)} s; open it in a browser\n`));
  if (open) openFile(resolve(output));
}

async function onLake(options: ReportOptions): Promise<Written> {
  // Other commands do not wait for the code of the page to load.
  const { makeReport } = await import("../make-report.js");
  const progress = progressLine(process.stderr);
  try {
    return await makeReport(options, (what) => progress.say(what));
  } finally {
    progress.clear();
  }
}

/** A report about a lake does not wait for the SDK to load. */
async function onAthena(options: PageOptions & AthenaOptions): Promise<Written> {
  const { makeAthenaReport } = await import("../make-athena-report.js");
  return makeAthenaReport(options);
}

/** Starts the system's program for the file; what it does is not waited for. */
function openFile(path: string): void {
  const [program, ...leading] =
    process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["explorer"] : ["xdg-open"];
  const child = spawn(program ?? "", [...leading, path], { stdio: "ignore", detached: true });
  child.on("error", () => writeErrors(`error: ${program} is not installed; open ${path} in a browser`));
  child.unref();
}
