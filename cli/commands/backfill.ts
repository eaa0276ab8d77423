import { type Command, Option } from "commander";
import { FORMATS } from "../../formats";
import type { FolderBackfillOptions, FolderBackfillOutcome } from "../../lake/backfill";
import type { AwsBackfillOutcome } from "../../operations/backfill";
import { RANGE_FORMS } from "../../questions/range";
import { printable } from "../../terminal/printable";
import { progressLine } from "../../terminal/progress-line";
import { count, counted, plural } from "../../terminal/quantities";
import { usageError } from "../../terminal/user-error";
import { write, writeErrors, writeText } from "../../terminal/write";
import { examples, wholeNumber } from "../command-line";
import { NEW_LAKE_HELP, newLake } from "../default-lake";
import { loadParts } from "../load-parts";
import { printDiffering, printKnown, printLost, printShrunk } from "../print-lost";
import { hoursOf } from "../time-range";

interface Options {
  readonly from: string;
  readonly to: string;
  readonly table?: string;
  readonly dryRun: boolean;
  readonly rate?: number;
  readonly json: boolean;
  readonly dir?: string;
  readonly lake?: string;
  readonly move: boolean;
  readonly bucket?: string;
  readonly logBucket?: string;
  readonly settings?: string;
}

type Outcome = FolderBackfillOutcome & Partial<Pick<AwsBackfillOutcome, "delivered">>;
type CommonOptions = Omit<FolderBackfillOptions, "directory" | "lake" | "deleteOriginals">;

/** S3 accepts 3,500 writes per second and prefix; the pipeline, which runs at the same time, needs some of them. */
const DEFAULT_AWS_RATE = 500;
const PHASES = {
  count: "counting objects",
  move: "moving objects",
  partitions: "finding days with files",
  folders: "listing folders of files as delivered",
  commit: "adding hours to the tables",
};
/** Adds `access-logs backfill`. */
export function addBackfillCommand(program: Command): Command {
  return program
    .command("backfill")
    .description(
      "import older logs: move files that were not moved yet, add their partitions, fill the typed tables",
    )
    .requiredOption("--from <time>", `first hour of the requests: ${RANGE_FORMS}`)
    .requiredOption("--to <time>", "last hour; a day means the whole day")
    .addOption(
      new Option("--table <table>", "only this table").choices(
        Object.values(FORMATS).map(({ table }) => table),
      ),
    )
    .option("--dry-run", "count the files without moving them", false)
    .option(
      "--rate <number>",
      `requests per second, on average (default: ${DEFAULT_AWS_RATE} on AWS, no limit for a lake)`,
      wholeNumber(1),
    )
    .option("--json", "print the summary as one JSON document", false)
    .option("--dir <folder>", "lake: folder that is used as the bucket")
    .option("--lake <folder>", `lake: ${NEW_LAKE_HELP}`)
    .option("--move", "lake: delete the originals after their rows are in the tables", false)
    .option("--bucket <bucket>", "AWS: bucket of the moved files (output log_bucket of the stack)")
    .option(
      "--log-bucket <bucket>",
      "AWS: bucket of the deliveries (default: from the settings, or --bucket)",
    )
    .option("--settings <file>", "AWS: settings of the stack (default: access-logs.json)")
    .addHelpText(
      "after",
      examples(
        "access-logs backfill --from 2024-01-01 --to 2024-03-31 --bucket access-logs-0123 --dry-run",
        "access-logs backfill --from 2024-01-01 --to 2024-03-31 --bucket access-logs-0123",
        "access-logs backfill --from 2026-06-02 --to 2026-06-02T11 --dir ./logs --lake ./lake",
      ),
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const progress = progressLine(process.stderr);
  let phase = "";
  let startedAt = 0;
  const common: CommonOptions = {
    range: hoursOf(options),
    ...(options.table ? { table: options.table } : {}),
    isDryRun: options.dryRun,
    rate: options.rate ?? (options.bucket === undefined ? Number.POSITIVE_INFINITY : DEFAULT_AWS_RATE),
    onProgress: (now) => {
      if (now.phase !== phase) [phase, startedAt] = [now.phase, performance.now()];
      progress.show(PHASES[now.phase], now.done, now.total, (performance.now() - startedAt) / 1000);
    },
  };
  const started = performance.now();
  const outcome: Outcome = await (options.bucket === undefined
    ? runHere(options, common)
    : runOnAws(options, common));
  progress.clear();
  const summary = { ...outcome, seconds: Math.round(performance.now() - started) / 1000 };
  await (options.json ? write(`${JSON.stringify(summary)}\n`) : writeText(printOutcome(summary, options)));
  writeErrors(...printShrunk(outcome.shrunk), ...printDiffering(outcome.differing));
  if (outcome.failed.length + (outcome.lost?.length ?? 0) > 0) process.exitCode = 1;
}

async function runHere({ dir, lake, move }: Options, common: CommonOptions): Promise<FolderBackfillOutcome> {
  if (dir === undefined) throw usageError("set the target: --bucket on AWS, or --dir for a lake");
  const { backfillFolder } = await import("../../lake/backfill.js");
  return backfillFolder({ ...common, directory: dir, lake: lake ?? newLake(), deleteOriginals: move });
}

async function runOnAws(
  { bucket = "", logBucket, settings }: Options,
  common: CommonOptions,
): Promise<AwsBackfillOutcome> {
  const parts = await loadParts(settings);
  const { backfillAws } = await import("../../operations/backfill.js");
  const { withLanding } = await import("../../pipeline/deployed-parts.js");
  if (logBucket === undefined && parts.hasLandingBucket) {
    throw usageError(
      "with a KMS key, logs are delivered to a separate bucket: set it with --log-bucket (output landing_bucket of the stack)",
    );
  }
  const landing = logBucket ?? parts.logBucket ?? bucket;
  process.env.AWS_REGION = parts.region;
  return backfillAws({ ...common, ...withLanding(parts, landing), bucket, logBucket: landing });
}

function printOutcome(outcome: Outcome & { readonly seconds: number }, { dryRun, bucket }: Options): string {
  const line = (label: string, value: number, what: string) => `${label.padEnd(13)}${count(value)} ${what}\n`;
  const { objects, moved, movedBefore, outOfRange, skipped, failed, files, partitions, delivered } = outcome;
  return [
    line("objects", objects, "in the log bucket"),
    line(dryRun ? "to move" : "moved", moved, plural(moved, "file")),
    ...(movedBefore > 0 ? [line("moved before", movedBefore, plural(movedBefore, "file"))] : []),
    line("out of range", outOfRange, `${plural(outOfRange, "file")} of other hours or tables`),
    ...Object.entries(skipped).map(([reason, count]) => line("skipped", count, reason)),
    ...failed.map(({ key, reason }) => `failed       ${printable(key)}: ${printable(reason)}\n`),
    line(
      dryRun ? "to note" : "noted",
      partitions,
      `${plural(partitions, "hour")} with ${counted(files, "moved file")}`,
    ),
    ...(delivered && delivered.objects > 0
      ? [
          line(
            dryRun ? "to note" : "noted",
            delivered.files,
            `${plural(delivered.files, "file")} as delivered, in ${counted(delivered.folders, "folder")}`,
          ),
          line("out of range", delivered.outOfRange, "of other hours in these folders"),
          ...Object.entries(delivered.skipped).map(([reason, count]) => line("skipped", count, reason)),
        ]
      : []),
    ...Object.entries(outcome.rows ?? {}).map(([table, rows]) => line("rows", rows, `new in ${table}`)),
    ...printKnown(outcome.changed, outcome.duplicates).map((text) => `${text}\n`),
    ...lostLines(outcome),
    ...(bucket === undefined || dryRun
      ? []
      : ["             the next runs commit them, oldest hour first, every ten minutes\n"]),
    `took         ${outcome.seconds.toFixed(1)} s\n`,
    ...(failed.length > 0 ? ["run the same command again to retry the failed files\n"] : []),
  ].join("");
}

const lostLines = ({ lost = [] }: FolderBackfillOutcome): string[] =>
  lost.length === 0
    ? []
    : [`lost         ${counted(lost.length, "file")}\n`, ...printLost(lost).map((text) => `${text}\n`)];
