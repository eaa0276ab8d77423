import { createHash } from "node:crypto";
import { join } from "node:path";
import { AthenaClient } from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { FORMATS, type FormatId } from "../../formats";
import { type ConfiguredSource, tablesOfSources } from "../../formats/configured-source";
import { parseHour } from "../../formats/hour";
import { RAW_PREFIX } from "../../formats/partition-layout";
import { commitHead, lakeColumnNames } from "../../formats/render/lake-sql";
import type { NotedFile } from "../../handlers/core/arrival-notes";
import type { HandlerName } from "../../pipeline/handler-names";
import { type AthenaServer, ROWS_PER_INSERT, startAthenaServer } from "../../testing/athena-server";
import { serveAwsJson } from "../../testing/aws-json-server";
import { s3Notification, sqsEvent } from "../../testing/events";
import { arnOf, type Call, type CallOfAnyone, callTo, type Place } from "../../testing/permissions/call";
import { callsOf, type Sent } from "../../testing/permissions/sdk-calls";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { invokeHandler } from "../helpers/invoke-handler";
import { answerReport } from "../helpers/report-answers";
import { fileAt, putNotes, putNotesOf } from "../helpers/notes";
import { PLACE } from "./place";

/** The tables and buckets that a pipeline's functions use. */
export interface Scenario {
  readonly sources: readonly ConfiguredSource[];
  /** Bucket that logs are delivered to. */
  readonly landing: string;
  readonly columnar: boolean;
  readonly projected: boolean;
  readonly keepOriginals: boolean;
  readonly hasReports: boolean;
}

/** Runs every function of a pipeline once on servers in memory, and records each request to AWS. */
export async function recordCalls(scenario: Scenario): Promise<Call[]> {
  const { sources, landing, columnar, projected, keepOriginals, hasReports } = scenario;
  const [athena, s3, sqs] = [await startAthenaServer(), await startS3Server(), await startQueue()];
  const moved = sources.filter(({ asDelivered }) => asDelivered === undefined);
  const place = placeOf(sources);
  const environment = {
    BUCKET: PLACE.bucket,
    TARGET_BUCKET: PLACE.bucket,
    DATABASE: PLACE.database,
    WORKGROUP: PLACE.workgroup,
    KEEP_ORIGINALS: String(keepOriginals),
    COLUMNAR: String(columnar),
    PARTITIONS: projected ? "projection" : "managed",
    RETENTION_DAYS: "400",
    DAYS: "7",
    LAMBDA_TASK_ROOT: join(__dirname, "../../dist/cli"),
    LANDING_BUCKET: landing,
    ...(moved.length > 0 ? { QUEUE_URL: `${sqs.endpoint}/${PLACE.account}/logs-arrivals` } : {}),
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
  };
  const calls: Call[] = [];
  const context = { getRemainingTimeInMillis: () => 540_000 };
  const run = async (name: HandlerName, event: object): Promise<void> => {
    const sent: Sent[] = [];
    const spies = [S3Client, AthenaClient, GlueClient, SQSClient].map((client) =>
      record(client.prototype, sent),
    );
    try {
      await invokeHandler(name, { athena, s3, sources, environment }, event, context);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    const made = [...sent.flatMap((command) => callsOf(place, command)), ...inItsName(name)];
    calls.push(...made.map((call) => ({ ...call, function: name })));
  };
  try {
    const keys = moved.map(({ format, prefix }) => `${prefix}${fileOf(format)}`);
    const move = () => run("move-access-logs", sqsEvent(s3Notification(landing, ...keys)));
    for (const source of sources) putOriginal(s3, landing, source);
    if (keys.length > 0) await move();
    // The same event again after the originals were deleted: the function checks whether they were moved.
    for (const key of keys) s3.delete(landing, key);
    if (keys.length > 0) await move();
    for (const source of sources) {
      // Files that were moved, before the layout of their source changed, too.
      const key = `${RAW_PREFIX}${FORMATS[source.format].table}/dt=2026-11-23/hour=07/0a1b2c3d-early.gz`;
      s3.put(PLACE.bucket, key, "text", LOST_AT);
      await putNotes(s3, PLACE.bucket, [key], LOST_AT);
      if (source.asDelivered) putRecent(s3, source);
    }
    // Objects of an older version.
    s3.put(PLACE.bucket, "_touched/alb_access_logs/dt=2026-11-23/hour=07", "1");
    if (!projected) await run("create-partition", { scheduledTime: "2026-11-23T07:50:00Z" });
    if (!columnar) return calls;
    const tables = tablesOfSources(sources).map(({ table }) => table);
    const maintain = async (scheduledTime: string) => {
      for (const table of tables) await run("maintain-lake", { scheduledTime, table });
    };
    // The function that runs first creates the tables.
    await maintain("2026-11-22T02:15:00Z");
    athena.tables.clear();
    // Objects of an earlier run.
    for (const table of tables) putCommit(s3, table);
    putPendingCommit(s3);
    // The text has more lines than rows: the others are counted.
    athena.setAnswer((operation) =>
      operation === "GetQueryRuntimeStatistics"
        ? { QueryRuntimeStatistics: { Rows: { InputRows: ROWS_PER_INSERT + 1 } } }
        : undefined,
    );
    await run("transform-partition", { scheduledTime: "2026-11-23T08:05:00Z" });
    const noted = [
      ...s3
        .keys(PLACE.bucket)
        .filter((key) => key.startsWith(RAW_PREFIX))
        .filter((key) => keys.length === 0 || !key.endsWith("-early.gz"))
        .slice(0, 1)
        .map(fileAt),
      ...sources.flatMap(deliveredFile),
    ];
    for (const [index, file] of noted.entries()) {
      await rejectFile(athena, s3, file, () =>
        run("transform-partition", { scheduledTime: `2026-11-23T08:${20 + index}:00Z` }),
      );
    }
    // The event of the rejected file is repeated.
    if (keys.length > 0) await move();
    // An event was lost, and so was a note.
    for (const { format, prefix } of moved)
      s3.put(
        landing,
        `${prefix}${fileOf(format).replace(/[^._]+(?=\.(?:log|gz))/, "10500000")}`,
        "text",
        LOST_AT,
      );
    for (const table of tables) {
      const folder = `${RAW_PREFIX}${table}/dt=2026-11-24/hour=07/`;
      s3.put(PLACE.bucket, `${folder}0a1b2c3d-lost.gz`, "text", LOST_AT);
      await putNotes(s3, PLACE.bucket, [`${folder}0a1b2c3d-waiting.gz`], LOST_AT);
    }
    // A table of an older version lacks a column, and has many versions in the catalog.
    for (const format of Object.values(FORMATS)) {
      const columns = lakeColumnNames({
        format,
        database: PLACE.database,
        bucket: PLACE.bucket,
        bySource: false,
      });
      athena.tables.set(format.table, columns.slice(1));
    }
    await maintain("2026-11-26T02:15:00Z");
    if (hasReports) {
      athena.setAnswer(answerReport);
      await run("make-report", { scheduledTime: "2026-11-26T06:30:00Z" });
    }
    return calls;
  } finally {
    await Promise.all([athena.close(), s3.close(), sqs.close()]);
  }
}

const LOST_AT = new Date("2026-11-24T08:00:00Z");

/** A queue that only takes messages. */
const startQueue = () =>
  serveAwsJson({
    AmazonSQS: {
      SendMessage: async (input) => {
        const { MessageBody = "" } = input as { readonly MessageBody?: string };
        return { MessageId: "1", MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") };
      },
    },
  });

const putOriginal = (s3: S3Server, landing: string, { format, prefix }: ConfiguredSource): void =>
  s3.put(landing, `${prefix}${fileOf(format)}`, "text", new Date("2026-11-23T07:06:00Z"));

/** A new original of a source that is read as delivered. */
function putRecent(s3: S3Server, { format, prefix, asDelivered }: ConfiguredSource): void {
  const stamp = new Date().toISOString();
  const key = fileOf(format)
    .replace("2026/11/23", stamp.slice(0, "YYYY-MM-DD".length).replaceAll("-", "/"))
    .replace("20261123T0705Z", `${stamp.slice(0, "YYYY-MM-DDTHH:MM".length).replace(/[-:]/g, "")}Z`);
  s3.put(asDelivered?.bucket ?? "", `${prefix}${key}`, "text");
}

/** The folder of the first source that is read as delivered, if there is one. */
function placeOf(sources: readonly ConfiguredSource[]): Place {
  const first = sources.find(({ asDelivered }) => asDelivered);
  if (!first?.asDelivered) return PLACE;
  const { bucket } = first.asDelivered;
  return {
    ...PLACE,
    delivered: {
      table: FORMATS[first.format].table,
      bucket,
      prefix: `${first.prefix}${fileOf(first.format).replace(/[^/]*$/, "")}`,
    },
  };
}

/** A counted commit of an earlier day. */
function putCommit(s3: S3Server, table: string): void {
  const at = new Date("2026-11-22T08:00:00Z");
  const record = `_commits/${table}/0000000001`;
  const partitions = [`${table}/dt=2026-11-20/hour=07`];
  const start = { sql: "INSERT", token: "t", notes: [], partitions };
  s3.put(PLACE.bucket, `${record}.json`, JSON.stringify(start), at);
  s3.put(PLACE.bucket, `${record}.done.json`, JSON.stringify({ state: "committed", queryId: "q" }), at);
  s3.put(PLACE.bucket, `${record}.counted.json`, JSON.stringify({ unparsed: 0 }), at);
}

/** A commit whose run was killed. */
function putPendingCommit(s3: S3Server): void {
  const table = { format: FORMATS.alb, database: PLACE.database, bucket: PLACE.bucket, bySource: false };
  const sql = `${commitHead(table)}"time") SELECT "time" FROM "${PLACE.database}"."alb_access_logs_raw"`;
  const start = { sql, token: "0a1b", notes: [], partitions: [] };
  s3.put(PLACE.bucket, "_commits/alb_access_logs/0000000002.json", JSON.stringify(start));
}

/** Notes a file and lets Athena name it twice as unreadable. */
async function rejectFile(
  athena: AthenaServer,
  s3: S3Server,
  file: NotedFile,
  commit: () => Promise<void>,
): Promise<void> {
  await putNotesOf(s3, PLACE.bucket, [file], new Date("2026-11-23T08:00:00Z"));
  const bucket = file.kind === "moved" ? PLACE.bucket : file.folder.bucket;
  const unreadable = {
    of: /^INSERT INTO/,
    end: "FAILED",
    reason: `HIVE_CURSOR_ERROR: Failed to read file at s3://${bucket}/${file.key}`,
  } as const;
  athena.setFates(unreadable, unreadable);
  await commit();
}

/** The original of a source that is read as delivered. */
function deliveredFile({ name, format, prefix, asDelivered }: ConfiguredSource): NotedFile[] {
  if (!asDelivered) return [];
  const { table } = FORMATS[format];
  const [account = "", service = "", region = ""] = fileOf(format).split("/");
  const hour = parseHour("2026-11-23T07");
  const day = parseHour("2026-11-23T00");
  if (hour === undefined || day === undefined) throw new Error("no hours");
  const folder = [account, service, region].join("/");
  return [
    {
      kind: "delivered",
      key: `${prefix}${fileOf(format)}`,
      size: 4,
      partition: { table, hour },
      folder: { table, source: name, bucket: asDelivered.bucket, prefix, folder, time: day },
    },
  ];
}

const fileOf = (format: FormatId): string => FORMATS[format].sampleKeys[0];

function record(client: { send: unknown }, sent: Sent[]): jest.SpyInstance {
  const real = client.send as (
    command: { constructor: { name: string }; input: Sent["input"] },
    ...rest: unknown[]
  ) => unknown;
  return jest.spyOn(client as { send: typeof real }, "send").mockImplementation(function (
    this: unknown,
    command,
    ...rest
  ) {
    sent.push({ name: command.constructor.name, input: command.input });
    return real.call(this, command, ...rest);
  });
}

/** The calls of Lambda on behalf of a function. */
function inItsName(name: HandlerName): CallOfAnyone[] {
  const log = arnOf(PLACE, "logs", `log-group:/aws/lambda/logs-${name}:log-stream:1`);
  const arrivals = arnOf(PLACE, "sqs", "logs-arrivals");
  return [
    ...["logs:CreateLogStream", "logs:PutLogEvents"].map((action) => callTo(action, log)),
    ...(name === "move-access-logs"
      ? ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"].map((action) =>
          callTo(action, arrivals),
        )
      : [callTo("sqs:SendMessage", arnOf(PLACE, "sqs", `logs-${name}-dead-letters`))]),
  ];
}
