import { AthenaClient, GetQueryExecutionCommand, StartQueryExecutionCommand } from "@aws-sdk/client-athena";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import type { Statement } from "../../testing/permissions/evaluate";
import { callsOf } from "../../testing/permissions/sdk-calls";
import { type WatchedFunction, watchFunction } from "../../testing/permissions/watched-function";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { localS3Client } from "../helpers/s3-client";
import { PLACE } from "../permissions/place";

const Bucket = PLACE.bucket;
const Key = 'raw/a b+c&"d%é.gz';
const EVERYTHING: Statement = { Effect: "Allow", Action: ["s3:*", "athena:*", "glue:*"], Resource: "*" };

let s3: S3Server;
let athena: AthenaServer;
let watched: WatchedFunction;
let client: S3Client;
beforeAll(async () => {
  [s3, athena] = await Promise.all([startS3Server(), startAthenaServer()]);
});
afterAll(() => Promise.all([s3.close(), athena.close()]));
afterEach(async () => {
  client.destroy();
  await watched.close();
});

async function watch(...statements: Statement[]): Promise<void> {
  s3.put(Bucket, Key, "text");
  watched = await watchFunction({
    name: "move-access-logs",
    statements,
    place: PLACE,
    s3: s3.endpoint,
    services: athena.endpoint,
  });
  client = localS3Client(watched.environment.AWS_ENDPOINT_URL_S3 ?? "");
}

describe("a call of a watched function", () => {
  const commands = [
    new GetObjectCommand({ Bucket, Key }),
    new HeadObjectCommand({ Bucket, Key }),
    new PutObjectCommand({ Bucket, Key, Body: "text", IfNoneMatch: "*" }),
    new CopyObjectCommand({ Bucket, Key: "raw/b", CopySource: `landing/${encodeURIComponent(Key)}` }),
    new DeleteObjectCommand({ Bucket, Key }),
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: "raw/<b>" }] } }),
    new ListObjectsV2Command({ Bucket, Prefix: "raw/a b+", StartAfter: "raw/a", MaxKeys: 5 }),
  ];
  it.each(commands.map((command) => [command.constructor.name, command] as const))(
    "is read from the HTTP request of %s",
    async (name, command) => {
      await watch(EVERYTHING);
      // An error is also an answer.
      await client.send(command as GetObjectCommand).catch(() => undefined);
      const expected = callsOf(PLACE, { name, input: { ...command.input } });
      expect(watched.calls).toEqual(expected.map((call) => ({ ...call, function: "move-access-logs" })));
      expect(() => watched.expectAllowed()).not.toThrow();
    },
  );

  it("gets the complete answer of the server", async () => {
    await watch(EVERYTHING);
    const body = Buffer.alloc(3_000_000, "x");
    await client.send(new PutObjectCommand({ Bucket, Key, Body: body }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  });

  it("includes the calls of Athena for its statements", async () => {
    await watch(EVERYTHING);
    const queries = new AthenaClient({
      region: "eu-central-1",
      endpoint: watched.environment.AWS_ENDPOINT_URL_ATHENA ?? "",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const sql = "VACUUM logs.alb_access_logs";
    const { QueryExecutionId } = await queries.send(
      new StartQueryExecutionCommand({ QueryString: sql, WorkGroup: PLACE.workgroup }),
    );
    await queries.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    queries.destroy();
    const actions = watched.calls.map(({ action }) => action);
    expect(actions[0]).toBe("athena:StartQueryExecution");
    expect(actions).toContain("glue:UpdateTable");
    expect(actions.at(-1)).toBe("athena:GetQueryExecution");
  });
});

describe("a watched function's role", () => {
  const list = new ListObjectsV2Command({ Bucket, Prefix: "lake/" });

  it("is reported with function, action, resource and condition if it does not allow a call", async () => {
    await watch({
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: `arn:aws:s3:::${Bucket}`,
      Condition: { StringLike: { "s3:prefix": "raw/*" } },
    });
    await client.send(new ListObjectsV2Command({ Bucket, Prefix: "raw/x" }));
    expect(() => watched.expectAllowed()).not.toThrow();
    await client.send(list);
    expect(() => watched.expectAllowed()).toThrow(
      'the role of move-access-logs:\n  no statement allows s3:ListBucket on arn:aws:s3:::bucket with {"s3:prefix":"lake/"}',
    );
  });

  it("cannot be evaluated for a request without a known permission", async () => {
    await watch(EVERYTHING);
    await client.send(new GetObjectTaggingCommand({ Bucket, Key })).catch(() => undefined);
    expect(() => watched.expectAllowed()).toThrow("which command is it? Add it to requests.ts");
  });
});
