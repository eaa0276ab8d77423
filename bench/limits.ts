import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { writeSample } from "../local/sample/write-sample";
import { HANDLER_NAMES, handlerCode } from "../modules/handler-code";
import { alternate, median, runOnce } from "./measure";

/** One limit that the project keeps, and where it stands. */
export interface Limit {
  readonly name: string;
  readonly value: number;
  readonly atMost: number;
  readonly unit: string;
  /** What was compared, with medians. */
  readonly detail: string;
}

const PROGRAM = join(__dirname, "access-logs.js");
const RUNS = 3;
/** About 1 GB of text. */
const GIGABYTE = { seed: 1, files: 600, lines: 2900, hours: 24 };

/** `ingest` of 1 GB of text against `zcat` over the same files into `wc -l`; and its memory at a tenth of that. */
export async function ingestLimits(): Promise<Limit[]> {
  const root = mkdtempSync(join(tmpdir(), "bench-ingest-"));
  try {
    const [logs, small, lake] = [join(root, "logs"), join(root, "small"), join(root, "lake")];
    const { bytes } = await writeSample(logs, GIGABYTE, () => undefined);
    await writeSample(small, { ...GIGABYTE, lines: GIGABYTE.lines / 10 }, () => undefined);
    const files = join(root, "files");
    writeFileSync(files, gzipFiles(logs).join("\0"));
    const memory = join(root, "memory");
    const ingestInto = (folder: string) => {
      rmSync(lake, { recursive: true, force: true });
      return runOnce([process.execPath, PROGRAM, "ingest", folder, "--lake", lake, "--json"], memory);
    };
    const { ours, theirs } = alternate(
      RUNS,
      () => ingestInto(logs),
      () => runOnce(["sh", "-c", `xargs -0 zcat < "${files}" | wc -l`]),
    );
    const [seconds, zcat] = [
      median(ours.map((run) => run.seconds)),
      median(theirs.map((run) => run.seconds)),
    ];
    const [peak, smallPeak] = [median(ours.map((run) => run.peakMiB)), ingestInto(small).peakMiB];
    return [
      {
        name: "ingest against zcat | wc -l",
        value: seconds / zcat,
        atMost: 2,
        unit: "x",
        detail: `${(bytes / 1e9).toFixed(2)} GB of text in ${GIGABYTE.files} files: ${seconds.toFixed(1)} s, zcat ${zcat.toFixed(1)} s`,
      },
      {
        name: "memory of ingest",
        value: peak,
        atMost: 1024,
        unit: "MiB",
        detail: `with a tenth of the text per file: ${smallPeak.toFixed(0)} MiB`,
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const MANY_OBJECTS = { seed: 1, files: 100_000, lines: 1, hours: 48 };

/** Memory of `backfill` over 100,000 objects: it must not grow with their number. */
export async function backfillLimits(): Promise<Limit[]> {
  const root = mkdtempSync(join(tmpdir(), "bench-backfill-"));
  try {
    const logs = join(root, "logs");
    await writeSample(logs, MANY_OBJECTS, () => undefined);
    const range = ["--from", "2026-01-01", "--to", "2026-12-31"];
    const { seconds, peakMiB } = runOnce(
      [
        process.execPath,
        PROGRAM,
        "backfill",
        ...range,
        "--dir",
        logs,
        "--lake",
        join(root, "lake"),
        "--json",
      ],
      join(root, "memory"),
    );
    const detail = `${MANY_OBJECTS.files} objects in ${seconds.toFixed(0)} s`;
    return [{ name: "memory of backfill", value: peakMiB, atMost: 500, unit: "MiB", detail }];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const gzipFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".gz"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) =>
      readFileSync(path)
        .subarray(0, 2)
        .equals(Buffer.from([0x1f, 0x8b])),
    );

const EMPTY_STACK = `
const { App, TerraformStack } = require("cdktf");
const app = new App();
new TerraformStack(app, "empty");
app.synth();`;

/** `node` synth of the default stack against importing cdktf and synthesizing an empty stack. */
export async function synthLimits(): Promise<Limit[]> {
  const output = mkdtempSync(join(tmpdir(), "bench-synth-"));
  process.env.CDKTF_OUTDIR = output;
  try {
    const { ours, theirs } = alternate(
      7,
      () => runOnce([process.execPath, join(__dirname, "main.js")]),
      () => runOnce([process.execPath, "-e", EMPTY_STACK]),
    );
    const [seconds, empty] = [
      median(ours.map((run) => run.seconds)),
      median(theirs.map((run) => run.seconds)),
    ];
    const detail = `${seconds.toFixed(2)} s, empty stack ${empty.toFixed(2)} s`;
    return [{ name: "synth against an empty stack", value: seconds / empty, atMost: 2, unit: "x", detail }];
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** Size of each function's zip, and of the code in it. */
export async function sizeLimits(): Promise<Limit[]> {
  return HANDLER_NAMES.flatMap((name) => {
    const zip = readFileSync(handlerCode(name).path);
    const code = unzipSync(zip)["index.js"]?.length ?? 0;
    return [
      { name: `zip of ${name}`, value: zip.length / 1024, atMost: 200, unit: "KB", detail: "" },
      { name: `code of ${name}`, value: code / 1024, atMost: 450, unit: "KB", detail: "" },
    ];
  });
}
