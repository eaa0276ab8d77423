import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import { FORMATS } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import { lakeColumnNames } from "../../formats/render/lake-sql";
import type { HandlerName } from "../../modules/handler-code";
import { startAthenaServer } from "../helpers/athena-server";
import { s3Notification, sqsEvent } from "../helpers/events";
import { invokeHandler } from "../helpers/invoke-handler";
import { startS3Server } from "../helpers/s3-server";
import { callsForStatement } from "./athena-calls";
import { arnOf, type Call, objectArn, PLACE, tableArn } from "./call";

/** A command of an SDK and what it was given. */
interface Sent {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a pipeline's functions work on. */
export interface Scenario {
  readonly sources: readonly ConfiguredSource[];
  /** Bucket that logs are delivered to. */
  readonly landing: string;
  readonly columnar: boolean;
  readonly projected: boolean;
  readonly keepOriginals: boolean;
}

/** Runs every function of a pipeline once, on servers in memory, and writes down each request to AWS that it makes. */
export async function recordCalls(scenario: Scenario): Promise<Call[]> {
  const { sources, landing, columnar, projected, keepOriginals } = scenario;
  const [athena, s3] = [await startAthenaServer(), await startS3Server()];
  const environment = {
    BUCKET: PLACE.bucket,
    TARGET_BUCKET: PLACE.bucket,
    DATABASE: PLACE.database,
    WORKGROUP: PLACE.workgroup,
    KEEP_ORIGINALS: String(keepOriginals),
    COLUMNAR: String(columnar),
    PARTITIONS: projected ? "projection" : "managed",
    RETENTION_DAYS: "400",
  };
  const calls: Call[] = [];
  const run = async (name: HandlerName, ...args: readonly unknown[]): Promise<void> => {
    const sent: Sent[] = [];
    const spies = [S3Client, AthenaClient].map((client) => record(client.prototype, sent));
    const statements = athena.queries.length;
    try {
      await invokeHandler(name, { athena, s3, sources, environment }, ...args);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    calls.push(
      ...sent.flatMap((command) => callsOf(command).map((call) => ({ ...call, function: name }))),
      ...athena.queries
        .slice(statements)
        .flatMap(({ sql }) => callsForStatement(sql))
        .map(([action, resource]) => callTo(name, action, resource)),
      ...inItsName(name),
    );
  };
  try {
    const keys = sources.map(({ format, prefix }) => `${prefix}${FILES[format]}`);
    for (const key of keys) s3.put(landing, key, "text");
    await run("move-access-logs", sqsEvent(s3Notification(landing, ...keys)));
    // The same again, when somebody took the originals: it is looked whether they were moved.
    for (const key of keys) s3.delete(landing, key);
    await run("move-access-logs", sqsEvent(s3Notification(landing, ...keys)));
    if (!projected) await run("create-partition", { scheduledTime: "2026-11-23T07:50:00Z" });
    if (columnar) {
      // Whoever comes first makes the tables.
      await run("maintain-lake", { scheduledTime: "2026-11-22T02:15:00Z" });
      athena.tables.clear();
      await run(
        "transform-partition",
        { scheduledTime: "2026-11-23T08:05:00Z" },
        { getRemainingTimeInMillis: () => 540_000 },
      );
      // A table of an older version lacks a column.
      for (const format of Object.values(FORMATS)) {
        const columns = lakeColumnNames({
          format,
          database: PLACE.database,
          bucket: PLACE.bucket,
          bySource: false,
        });
        athena.tables.set(format.table, columns.slice(1));
      }
      await run("maintain-lake", { scheduledTime: "2026-11-23T02:15:00Z" });
    }
    return calls;
  } finally {
    await Promise.all([athena.close(), s3.close()]);
  }
}

const FILES = {
  alb: "111122223333/elasticloadbalancing/eu-central-1/2026/11/23/111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_10.0.0.5_2fb1c9a0.log.gz",
  cloudfront: "E2EXAMPLE1SHOP.2026-11-23-07.0a1b2c3d.gz",
} as const;

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

const callTo = (name: HandlerName, action: string, resource: string): Call => ({
  function: name,
  service: action.split(":")[0] ?? "",
  action,
  resource,
});

/** Requests to AWS by the permissions that they take. @throws Error for a command that is not known here */
function callsOf({ name, input }: Sent): Omit<Call, "function">[] {
  const {
    Bucket: bucket = "",
    Key: key = "",
    Prefix: prefix = "",
  } = input as Readonly<Record<string, string>>;
  const request = (action: string, resource: string) => ({
    service: action.split(":")[0] ?? "",
    action,
    resource,
  });
  const object = objectArn(bucket, key);
  switch (name) {
    case "CopyObjectCommand": {
      const [, from = "", fromKey = ""] = /^([^/]+)\/(.*)$/.exec(String(input.CopySource)) ?? [];
      const source = objectArn(from, decodeURIComponent(fromKey));
      return [
        request("s3:GetObject", source),
        // A copy takes the tags of its source along.
        request("s3:GetObjectTagging", source),
        request("s3:PutObject", object),
        request("s3:PutObjectTagging", object),
        // Without leave to list, a missing source is answered as a denied one.
        request("s3:ListBucket", `arn:aws:s3:::${from}`),
      ];
    }
    case "HeadObjectCommand":
    case "GetObjectCommand":
      return [request("s3:GetObject", object), request("s3:ListBucket", `arn:aws:s3:::${bucket}`)];
    case "PutObjectCommand":
      return [request("s3:PutObject", object)];
    case "DeleteObjectCommand":
      return [request("s3:DeleteObject", object)];
    case "DeleteObjectsCommand": {
      const { Objects: objects } = input.Delete as { readonly Objects: readonly { readonly Key: string }[] };
      return objects.map((each) => request("s3:DeleteObject", objectArn(bucket, each.Key)));
    }
    case "ListObjectsV2Command":
      return [{ ...request("s3:ListBucket", `arn:aws:s3:::${bucket}`), context: { "s3:prefix": prefix } }];
    case "StartQueryExecutionCommand":
    case "GetQueryExecutionCommand":
    case "GetQueryResultsCommand":
      return [
        request(`athena:${name.replace("Command", "")}`, arnOf("athena", `workgroup/${PLACE.workgroup}`)),
      ];
    case "GetTableMetadataCommand":
      return [
        request("athena:GetTableMetadata", arnOf("athena", "datacatalog/AwsDataCatalog")),
        ...["glue:GetDatabase", "glue:GetTable"].flatMap((action) =>
          [
            arnOf("glue", "catalog"),
            arnOf("glue", `database/${PLACE.database}`),
            tableArn(String(input.TableName)),
          ].map((resource) => request(action, resource)),
        ),
      ];
    default:
      throw new Error(`${name}: which permission does it take? Add it to record.ts`);
  }
}

/** What Lambda does in a function's name. */
function inItsName(name: HandlerName): Call[] {
  const log = arnOf("logs", `log-group:/aws/lambda/logs-${name}:log-stream:1`);
  const queues =
    name === "move-access-logs"
      ? ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"].map(
          (action) => [`sqs:${action}`, arnOf("sqs", "logs-arrivals")] as const,
        )
      : [["sqs:SendMessage", arnOf("sqs", `logs-${name}-dead-letters`)] as const];
  return [["logs:CreateLogStream", log] as const, ["logs:PutLogEvents", log] as const, ...queues].map(
    ([action, resource]) => callTo(name, action, resource),
  );
}
