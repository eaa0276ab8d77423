import { createReadStream, createWriteStream, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { MIB_PER_CPU } from "../cost/function-time";
import { FORMATS } from "../formats";
import { hourOf } from "../formats/hour";
import { CONFIGURATION_KEY, RAW_PREFIX } from "../formats/partition-layout";
import { sqlString } from "../formats/render/sql-text";
import { openDuckdb } from "../lake/duckdb-engine";
import { configuredSourcesOf } from "../pipeline/log-source";
import { MEMORY_MIB, MOVE } from "../pipeline/sizing";
import { cloudfrontObjects } from "../sample/objects";
import { randomFrom } from "../sample/random";
import { request } from "../sample/traffic";
import { CONFIGURED_AT, s3Notification, sqsEvent } from "../testing/events";
import { startS3Server } from "../testing/s3-server";
import type { BenchOptions, Outcome } from "./benchmark";
import { withFolder } from "./data";
import {
  functionEnvironment,
  lambdaNode,
  moveEnvironment,
  startFunction,
  unpackHandler,
} from "./function-process";
import { spread } from "./measure";

const BUCKET = "logs";
const SOURCES = configuredSourcesOf([{ name: "cdn", format: "cloudfront", prefix: "cf/" }], BUCKET);
const LINES = { quick: 50_000, full: 400_000 } as const;
/** Of a usual line. */
const FIELDS = 33;
const MB = 1e6;

/** A file that is written as lines of JSON. */
interface Kind {
  readonly title: string;
  readonly key: string;
  readonly body: Buffer;
}

/** Files that the mover does not copy but writes, because the raw table cannot read them. */
export async function rewrite(options: BenchOptions): Promise<Outcome> {
  const server = await startS3Server();
  try {
    return await withFolder("rewrite", async (folder) => {
      const node = lambdaNode(options);
      const bundled = unpackHandler("move-access-logs", folder);
      const environment = { ...functionEnvironment(server.endpoint), ...moveEnvironment(BUCKET) };
      const lines = options.quick ? LINES.quick : LINES.full;
      options.progress(`${lines} lines`);
      const { textBytes, kinds } = await filesWith(folder, lines);
      const rows: (string | number | ReturnType<typeof spread>)[][] = [];
      let [slowest, peakMiB] = [Number.POSITIVE_INFINITY, 0];
      for (const { title, key, body } of kinds) {
        const rates: number[] = [];
        const peaks: number[] = [];
        let written = 0;
        for (let run = 0; run < (options.quick ? 1 : 3); run++) {
          options.progress(`${title}, ${run + 1}`);
          server.clear();
          server.put(BUCKET, CONFIGURATION_KEY, JSON.stringify({ sources: [...SOURCES] }), CONFIGURED_AT);
          server.put(BUCKET, key, body);
          const ours = await startFunction(node.path, bundled, environment);
          const report = await ours.invoke(sqsEvent(s3Notification(BUCKET, key)));
          await ours.stop();
          const [target = ""] = server.keys(BUCKET).filter((one) => one.startsWith(RAW_PREFIX));
          written = server.bytes(BUCKET, target)?.length ?? 0;
          if (written === 0) throw new Error(`${title}: nothing was written`);
          rates.push(textBytes / MB / ((report.cpuMilliseconds / 1000) * (MIB_PER_CPU / MEMORY_MIB)));
          peaks.push(report.peakMiB);
        }
        slowest = Math.min(slowest, spread(rates).median);
        peakMiB = Math.max(peakMiB, ...peaks);
        rows.push([title, body.length / MB, written / MB, spread(rates), Math.round(Math.max(...peaks))]);
      }
      return {
        input: `${lines} lines of CloudFront, ${(textBytes / MB).toFixed(0)} MB of text; S3 over HTTP on this machine; the function's zip in a new process for each file, ${node.note}. The function has ${MEMORY_MIB} MiB, and so ${((100 * MEMORY_MIB) / MIB_PER_CPU).toFixed(0)}% of a processor: its rates are computed from the CPU time.`,
        tables: [
          {
            title: "Files written as lines of JSON",
            columns: [
              "file",
              "delivered, MB",
              "written, MB",
              "MB of text per second of the function",
              "most, MiB",
            ],
            rows,
          },
        ],
        targets: [
          {
            kind: "limit",
            name: "text of one file that the function has time for",
            value: slowest * MOVE.timeoutSeconds,
            bound: { atLeast: LARGEST_TEXT_MB },
            unit: "MB",
            detail: `in ${MOVE.timeoutSeconds} s`,
          },
          {
            kind: "limit",
            name: "most memory",
            value: peakMiB,
            bound: { atMost: MEMORY_MIB },
            unit: "MiB",
            detail: "what the function is given",
          },
        ],
        notes: [],
      };
    });
  } finally {
    await server.close();
  }
}

/** AWS closes a log file of other services at 75 MB, packed; this is its text. */
const LARGEST_TEXT_MB = 500;

/** The same lines in another order of fields, and as Parquet of texts. */
async function filesWith(
  folder: string,
  lines: number,
): Promise<{ readonly textBytes: number; readonly kinds: readonly Kind[] }> {
  const names = FORMATS.cloudfront.fields.slice(0, FIELDS).map(({ name }) => name);
  const text = join(folder, "text");
  await pipeline(Readable.from(linesOf(lines)), createWriteStream(text));
  const packed = join(folder, "packed");
  const header = `#Version: 1.0\n#Fields: ${[...names].reverse().join(" ")}\n`;
  await pipeline(Readable.from(reversed(text, header)), createGzip(), createWriteStream(packed));
  const parquet = join(folder, "parquet");
  const engine = await openDuckdb();
  const columns = names.map((name) => sqlString(name.replaceAll(/[^A-Za-z0-9]+/g, "_").replace(/_$/, "")));
  await engine.rows(
    `COPY (SELECT * FROM read_csv(${sqlString(text)}, delim = '\t', header = false, quote = '', escape = '', all_varchar = true, null_padding = true, names = [${columns.join(", ")}])) TO ${sqlString(parquet)} (FORMAT parquet, COMPRESSION snappy)`,
  );
  engine.close();
  const key = (ending: string) => `cf/E2EXAMPLE1SHOP.2026-11-23-07.0a1b2c3d.${ending}`;
  return {
    textBytes: statSync(text).size,
    kinds: [
      { title: "text in another order", key: key("gz"), body: readFileSync(packed) },
      { title: "Parquet, Snappy", key: key("parquet"), body: readFileSync(parquet) },
    ],
  };
}

const NO_OUTAGE = { from: 0, to: 0 };

function* linesOf(lines: number): Generator<string> {
  const random = randomFrom(1);
  const [object] = [...cloudfrontObjects(random, 1, hourOf(Date.UTC(2026, 10, 23, 7)), 1)];
  for (let line = 0; object && line < lines; line++)
    yield `${object
      .line(random, request(random, object.from + line, NO_OUTAGE))
      .split("\t")
      .slice(0, FIELDS)
      .join("\t")}\n`;
}

async function* reversed(path: string, header: string): AsyncGenerator<string> {
  yield header;
  let rest = "";
  for await (const chunk of createReadStream(path, "utf8")) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield lines.map((line) => `${line.split("\t").reverse().join("\t")}\n`).join("");
  }
}
