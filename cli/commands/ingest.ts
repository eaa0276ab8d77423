import { type Command, Option } from "commander";
import { FORMAT_IDS, type FormatId } from "../../formats";
import { ADDRESS_MODES, type PrivacyOptions, TEXT_MODES } from "../../formats/privacy";
import type { Progress } from "../../lake/ingest";
import type { RemoteBucket } from "../../lake/remote-bucket";
import { progressLine } from "../../terminal/progress-line";
import { UserError, usageError } from "../../terminal/user-error";
import { write, writeErrors, writeText } from "../../terminal/write";
import { examples } from "../command-line";
import { NEW_LAKE_HELP, newLake } from "../default-lake";
import { printDiffering, printShrunk } from "../print-lost";
import { isMixed, printIgnored, printMixed, printMostlyUnparsed, printSummary } from "../print-summary";

interface Options extends PrivacyOptions {
  readonly lake?: string;
  readonly move: boolean;
  readonly format?: FormatId;
  readonly json: boolean;
  readonly region?: string;
  readonly profile?: string;
}

const PHASES = {
  move: "moving files",
  download: "reading objects",
  lines: "reading lines",
  commit: "adding hours to the tables",
} as const satisfies Record<Progress["phase"], string>;

/** Adds `access-logs ingest`. */
export const addIngestCommand = (program: Command): Command =>
  program
    .command("ingest")
    .description("run the pipeline on your logs: copy them to LAKE/raw and add them to the typed tables")
    .argument(
      "<paths...>",
      'folders, files, patterns such as "logs/*.gz", s3://BUCKET/PREFIX, or "-" for standard input; plain, gzip, zstd, zip or tar. A file without AWS\'s name is recognised by its lines',
    )
    .option("--lake <folder>", NEW_LAKE_HELP)
    .addOption(
      new Option("--format <name>", "format of files without AWS's names (default: by their lines)").choices(
        FORMAT_IDS,
      ),
    )
    .option("--move", "delete the originals after their rows are in the tables", false)
    .addOption(
      new Option("--client-ips <mode>", "how a new lake stores client addresses").choices(ADDRESS_MODES),
    )
    .addOption(
      new Option("--query-strings <mode>", "how a new lake stores query strings, also in URLs").choices(
        TEXT_MODES,
      ),
    )
    .addOption(new Option("--cookies <mode>", "how a new lake stores cookies").choices(TEXT_MODES))
    .option("--region <region>", "s3://: Region (default: your environment's; the bucket's Region is found)")
    .option("--profile <name>", "s3://: profile of the AWS CLI (default: your environment's)")
    .option("--json", "print the summary as one JSON document", false)
    .addHelpText(
      "after",
      examples(
        "access-logs ingest ./logs",
        "access-logs ingest web1.log.gz june.zip --lake ./lake",
        "access-logs ingest s3://my-logs/alb/AWSLogs/",
        "zcat *.gz | access-logs ingest - --lake ./lake --json",
        "access-logs ingest ./logs --lake ./lake --client-ips truncate --query-strings drop --cookies drop",
      ),
    )
    .action(run);

const S3 = /^s3:\/\//i;

async function run(paths: readonly string[], options: Options): Promise<void> {
  // The modules for ingest are large: only this command loads them.
  const { ingest } = await import("../../lake/ingest.js");
  const lake = options.lake ?? newLake();
  const urls = paths.filter((path) => S3.test(path));
  if (urls.length > 0 && options.move)
    throw usageError("--move deletes files of this machine, and never objects: ingest s3:// without it");
  const buckets = await openBuckets(urls, options);
  const progress = progressLine(process.stderr);
  process.once("SIGINT", () => {
    progress.clear();
    writeErrors("interrupted; run the same command again to continue");
    // Without this listener, the signal ends the process as it would have.
    process.kill(process.pid, "SIGINT");
  });
  const summary = await ingest({
    inputs: paths.filter((path) => !S3.test(path)),
    buckets,
    lake,
    deleteOriginals: options.move,
    privacy: options,
    ...(options.format === undefined ? {} : { format: options.format }),
    onProgress: (now) =>
      progress.show(PHASES[now.phase], now.done, now.phase === "commit" ? now.total : undefined),
  });
  progress.clear();
  await (options.json ? write(`${JSON.stringify(summary)}\n`) : writeText(printSummary(summary, lake)));
  writeErrors(
    ...printIgnored(summary.ignored),
    ...printMixed(summary.recognised),
    ...printMostlyUnparsed(summary.mostlyUnparsed),
    ...printShrunk(summary.shrunk),
    ...printDiffering(summary.differing),
  );
  if (summary.lost.length > 0 || summary.recognised.some(isMixed)) process.exitCode = 1;
  if (summary.moved === 0 && summary.lost.length === 0) throw new UserError(nothingFound(options.format));
}

/** Other files do not wait for the SDK to load. */
async function openBuckets(urls: readonly string[], { region, profile }: Options): Promise<RemoteBucket[]> {
  if (urls.length === 0) return [];
  const { openS3Bucket } = await import("../../operations/s3-bucket.js");
  const options = { ...(region ? { region } : {}), ...(profile ? { profile } : {}) };
  const buckets: RemoteBucket[] = [];
  for (const url of urls) buckets.push(await openS3Bucket(url, options));
  return buckets;
}

/** @param format of all files without AWS's names, if it was named */
function nothingFound(format: FormatId | undefined): string {
  const [lines, advice] =
    format === undefined
      ? [
          `one of these formats: ${FORMAT_IDS.join(", ")}`,
          "if their first lines are damaged, name the format with --format",
        ]
      : [`the format ${format}`, "without --format, they are recognised by their lines"];
  return `no access log was found; expected files with AWS's names, or files whose lines have ${lines}; ${advice}`;
}
