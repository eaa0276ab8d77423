import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { addHours, type Hour, hourOf } from "../formats/hour";
import type { SkipReason } from "../formats/object-kind";
import { MINUTE_MS } from "../formats/time";
import { maybeDamaged } from "./malformed";
import {
  albObjects,
  balancerObjects,
  bucketObjects,
  cloudfrontObjects,
  FILES_PER_OTHER_LOG,
  type LogObject,
  OTHER_LOG_KINDS,
  otherObjects,
  vendedObjects,
  webAclObjects,
} from "./objects";
import { type Random, randomFrom } from "./random";
import { hourWeight, request } from "./traffic";

export interface SampleOptions {
  /** The same seed and sizes give the same text on every machine; its compression depends on zlib. */
  readonly seed: number;
  /** Number of ALB and CloudFront access logs; each other log adds one file to 24 of them. */
  readonly files: number;
  /** Lines per file, on average. */
  readonly lines: number;
  /** Hours that the files cover. */
  readonly hours: number;
}
export const SAMPLE_DEFAULTS: SampleOptions = { seed: 1, files: 96, lines: 250, hours: 6 };

/** What was written, which every reader must find. */
export interface SampleSummary {
  readonly files: number;
  /** Bytes of log text before compression. */
  readonly bytes: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly unparsed: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
}

/** Two hours before midnight, so that files of one day hold requests of the day before. */
const FIRST_HOUR: Hour = hourOf(Date.UTC(2026, 5, 1, 22));
const ALB_SHARE = 2 / 3;
const OUTAGE_MINUTES = { from: 20, to: 30 };
const compress = promisify(gzip);

/**
 * Writes access logs, also by CloudWatch Logs, and the other logs of load balancers, buckets and web ACLs, below a folder, under AWS's keys, with
 * the difficulties of real buckets: late files, files of the same name, old and new line formats, damaged lines, and files that are
 * not access logs.
 */
export async function writeSample(
  directory: string,
  options: SampleOptions,
  onProgress: (done: number, total: number) => void,
): Promise<SampleSummary> {
  const random = randomFrom(options.seed);
  const counts = { rows: {} as Record<string, number>, unparsed: {} as Record<string, number>, bytes: 0 };
  let done = 0;
  for (const object of logObjects(random, options)) {
    const text = writeLines(random, object, options);
    await writeObject(
      directory,
      object.key,
      object.key.endsWith(".gz") ? await compress(text.bytes) : text.bytes,
    );
    counts.rows[object.table] = (counts.rows[object.table] ?? 0) + text.rows;
    counts.unparsed[object.table] = (counts.unparsed[object.table] ?? 0) + text.unparsed;
    counts.bytes += text.bytes.length;
    onProgress(++done, options.files + OTHER_LOG_KINDS * otherFiles(options));
  }
  const others = otherObjects(random, FIRST_HOUR);
  for (const { key, body } of others) await writeObject(directory, key, Buffer.from(body));
  return { files: done, ...counts, skipped: Object.fromEntries(others.map(({ reason }) => [reason, 1])) };
}

/** Number of files of each other log. */
const otherFiles = ({ files }: SampleOptions): number => Math.max(1, Math.floor(files / FILES_PER_OTHER_LOG));

function* logObjects(random: Random, options: SampleOptions): Generator<LogObject> {
  const { files, hours } = options;
  const albFiles = Math.round(files * ALB_SHARE);
  yield* albObjects(random, albFiles, FIRST_HOUR, hours);
  yield* cloudfrontObjects(random, files - albFiles, FIRST_HOUR, hours);
  yield* balancerObjects(random, otherFiles(options), FIRST_HOUR, hours);
  yield* bucketObjects(random, otherFiles(options), FIRST_HOUR, hours);
  yield* webAclObjects(random, otherFiles(options), FIRST_HOUR, hours);
  yield* vendedObjects(random, otherFiles(options), FIRST_HOUR, hours);
}

interface Text {
  readonly bytes: Buffer;
  readonly rows: number;
  readonly unparsed: number;
}

function writeLines(random: Random, object: LogObject, { lines, hours }: SampleOptions): Text {
  const count = Math.max(1, Math.round(lines * hourWeight(new Date(object.from).getUTCHours()) * 1.8));
  const troubled = addHours(FIRST_HOUR, Math.floor(hours / 2));
  const outage = {
    from: troubled + OUTAGE_MINUTES.from * MINUTE_MS,
    to: troubled + OUTAGE_MINUTES.to * MINUTE_MS,
  };
  const parts: Buffer[] = [Buffer.from(object.header)];
  const newline = Buffer.from("\n");
  let rows = 0;
  for (let index = 0; index < count; index++) {
    const time = object.from + Math.floor(((object.to - object.from) * (index + random.next())) / count);
    const line = maybeDamaged(random, object.line(random, request(random, time, outage)));
    if (line.isReadable) rows++;
    parts.push(line.bytes, newline);
  }
  return { bytes: Buffer.concat(parts), rows, unparsed: count - rows };
}

async function writeObject(directory: string, key: string, body: Buffer): Promise<void> {
  const path = join(directory, key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, body);
}
