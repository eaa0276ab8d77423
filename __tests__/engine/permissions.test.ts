import { randomUUID } from "node:crypto";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import { HANDLER_NAMES, type HandlerName } from "../../pipeline/handler-names";
import { bucketArn, objectArn } from "../../testing/permissions/call";
import { isAllowed } from "../../testing/permissions/evaluate";
import { albKey } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { localS3Client } from "../helpers/s3-client";
import { gatewayUser, statusOf } from "./gateway-user";
import { logFile } from "./log-files";
import { deploy, type Pipeline } from "./pipeline";

const { S3_ENDPOINT = "", S3_ACCESS_KEY = "", S3_SECRET_KEY = "" } = process.env;
const FORBIDDEN = 403;
const NOT_FOUND = 404;
const REQUESTS_AT_ONCE = 8;

const ORIGINALS = ["alb/AWSLogs/*", "cloudfront/*", "cloudfront-eu/*"];
/** The two forms of an empty object that represents a folder. */
const FOLDERS = ["raw/*/", "raw/*_$folder$"];
const TEXT = ["raw/*", ...FOLDERS];
const RESULTS = "athena-results/<pipeline>/*";
/** Keys of objects: `*` is any name. */
const PLACES = [
  ...ORIGINALS,
  "alb/*",
  ...TEXT,
  "lake/*",
  "_arrivals/*",
  "_listed/*",
  "_commits/*",
  "_reconciled/*",
  "rejected/*",
  "_reports/*",
  "_touched/*",
  "_privacy/salt",
  "_config/sources.json",
  RESULTS,
  "athena-results/<analysts>/*",
  "*",
];

/** The allowed actions on objects, by key. */
interface Access {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly remove: readonly string[];
}
type Operation = keyof Access;
const ACTIONS: Readonly<Record<Operation, string>> = {
  read: "s3:GetObject",
  write: "s3:PutObject",
  remove: "s3:DeleteObject",
};

/** The actions that each function needs. All others must be refused. */
const ACCESS: Readonly<Record<HandlerName, Access>> = {
  "move-access-logs": {
    read: [...ORIGINALS, ...TEXT, "rejected/*", "_config/sources.json"],
    write: [...TEXT, "_arrivals/*"],
    remove: ORIGINALS,
  },
  "make-report": {
    read: ["lake/*", "rejected/*", "_config/sources.json", RESULTS],
    write: ["_reports/*", RESULTS],
    remove: [],
  },
  "create-partition": {
    read: [...FOLDERS, "_arrivals/*", "_config/sources.json", RESULTS],
    write: [...FOLDERS, RESULTS],
    remove: [],
  },
  "transform-partition": {
    read: [...TEXT, "lake/*", "_arrivals/*", "_commits/*", "_config/sources.json", RESULTS],
    write: [...FOLDERS, "lake/*", "_arrivals/*", "_commits/*", "rejected/*", RESULTS],
    remove: [...TEXT, "lake/*", "_arrivals/*", "_touched/*"],
  },
  "maintain-lake": {
    read: ["lake/*", "_arrivals/*", "_reconciled/*", "_config/sources.json", RESULTS],
    write: ["lake/*", "_arrivals/*", "_reconciled/*", RESULTS],
    remove: ["lake/*", "_commits/*"],
  },
};

/*
 * Not tried: DeleteObjects, which the gateway (16.2) always refuses to a user with such a policy. Nor does
 * the gateway require the permissions on tags that S3 requires for a copy.
 */
let pipeline: Pipeline;
let owner: S3Client;
const otherBucket = `other-${randomUUID()}`;
const users = new Map<HandlerName, S3Client>();
const limit = pLimit(REQUESTS_AT_ONCE);

beforeAll(async () => {
  pipeline = await deploy("permissions", { report: {} });
  owner = localS3Client(S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY);
  await owner.send(new CreateBucketCommand({ Bucket: otherBucket }));
  for (const name of HANDLER_NAMES) users.set(name, await gatewayUser(name, pipeline.statementsOf(name)));
});
const userOf = (name: HandlerName): S3Client => {
  const client = users.get(name);
  if (client) return client;
  throw new Error(`no user for ${name}`);
};
afterAll(() => {
  for (const client of [owner, ...users.values()]) client.destroy();
});

it("has a separate role for each function", async () => {
  await pipeline.process([logFile(albKey(), [albLine({})])]);
  await pipeline.run("create-partition", "2026-11-23T07:50:00Z");
  await pipeline.maintain("2026-11-24T02:15:00Z");
  await pipeline.run("make-report", "2026-11-24T06:30:00Z");
  for (const name of HANDLER_NAMES) {
    const calls = pipeline.calls.filter((call) => call.function === name);
    expect(calls.length).toBeGreaterThan(10);
    const enough = HANDLER_NAMES.filter((other) =>
      calls.every((call) => isAllowed(pipeline.statementsOf(other), call)),
    );
    // Commits add the partitions of late files.
    expect(enough).toEqual(name === "create-partition" ? [name, "transform-partition"] : [name]);
  }
});

describe.each(HANDLER_NAMES)("RADOS Gateway, by the policy of %s", (name) => {
  const user = () => userOf(name);
  const keyIn = (place: string, file: string): string =>
    place
      .replace("*", file)
      .replace("<pipeline>", `${pipeline.bucket}-pipeline`)
      .replace("<analysts>", `${pipeline.bucket}-analysts`);
  const put = (client: S3Client, Bucket: string, Key: string) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body: "text" }));

  /** True unless the request is refused. The deleted objects never exist: a missing object is no error. */
  async function may(operation: Operation, Bucket: string, place: string): Promise<boolean> {
    const key = (file: string) => keyIn(place, `${file}-${name}`);
    switch (operation) {
      case "read":
        if (!place.startsWith("_config/")) await put(owner, Bucket, key("read"));
        return isGranted(user().send(new HeadObjectCommand({ Bucket, Key: key("read") })));
      case "write":
        return isGranted(put(user(), Bucket, key("written")));
      case "remove":
        return isGranted(user().send(new DeleteObjectCommand({ Bucket, Key: key("absent") })));
    }
  }
  async function isGranted(request: Promise<unknown>): Promise<boolean> {
    const status = await statusOf(request);
    expect([200, FORBIDDEN]).toContain(status);
    return status === 200;
  }
  async function accessTo(bucket: string): Promise<Access> {
    const placesWhere = async (operation: Operation) => {
      const granted = await Promise.all(PLACES.map((place) => limit(() => may(operation, bucket, place))));
      return PLACES.filter((_, index) => granted[index]);
    };
    return {
      read: await placesWhere("read"),
      write: await placesWhere("write"),
      remove: await placesWhere("remove"),
    };
  }
  const inOrder = (places: readonly string[]) => PLACES.filter((place) => places.includes(place));
  const inOrderEach = ({ read, write, remove }: Access): Access => ({
    read: inOrder(read),
    write: inOrder(write),
    remove: inOrder(remove),
  });

  it("allows exactly the required actions on objects, like the policy evaluation of the tests", async () => {
    const observed = await accessTo(pipeline.bucket);
    expect(observed).toEqual(inOrderEach(ACCESS[name]));
    const evaluated = (operation: Operation) =>
      PLACES.filter((place) => {
        const resource = objectArn(pipeline.bucket, keyIn(place, "x"));
        return isAllowed(pipeline.statementsOf(name), { action: ACTIONS[operation], resource });
      });
    expect(observed).toEqual({
      read: evaluated("read"),
      write: evaluated("write"),
      remove: evaluated("remove"),
    });
  });

  it("allows no action in another bucket", async () => {
    expect(await accessTo(otherBucket)).toEqual({ read: [], write: [], remove: [] });
    expect(await statusOf(user().send(new ListObjectsV2Command({ Bucket: otherBucket })))).toBe(FORBIDDEN);
  });

  it("allows listing the bucket, so that a missing object differs from a forbidden one", async () => {
    const { bucket: Bucket } = pipeline;
    expect(await statusOf(user().send(new ListObjectsV2Command({ Bucket, Prefix: "raw/" })))).toBe(200);
    const [readable = ""] = ACCESS[name].read;
    const head = (place: string) =>
      statusOf(user().send(new HeadObjectCommand({ Bucket, Key: keyIn(place, "absent") })));
    expect(await head(readable)).toBe(NOT_FOUND);
  });
});

it("allows move-access-logs to copy originals to the moved text, and no other copy", async () => {
  const { bucket: Bucket } = pipeline;
  const [original, other] = ["alb/AWSLogs/copied.log.gz", "lake/copied.parquet"];
  for (const Key of [original, other]) await owner.send(new PutObjectCommand({ Bucket, Key, Body: "text" }));
  const copy = (from: string, Key: string) => {
    const command = new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${from}` });
    return statusOf(userOf("move-access-logs").send(command));
  };
  expect(await copy(original, "raw/copied.log.gz")).toBe(200);
  expect(await copy(original, other)).toBe(FORBIDDEN);
  expect(await copy(other, "raw/copied.log.gz")).toBe(FORBIDDEN);
});

it("would hide missing objects from every function with a condition on s3:prefix", async () => {
  const { bucket: Bucket } = pipeline;
  const user = await gatewayUser("lister", [
    { Effect: "Allow", Action: "s3:GetObject", Resource: objectArn(Bucket, "raw/*") },
    {
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: bucketArn(Bucket),
      Condition: { StringLike: { "s3:prefix": "raw/*" } },
    },
  ]);
  const list = (Prefix?: string) => statusOf(user.send(new ListObjectsV2Command({ Bucket, Prefix })));
  expect([await list("raw/x"), await list("lake/"), await list()]).toEqual([200, FORBIDDEN, FORBIDDEN]);
  // That is why the roles' ListBucket has no such condition: a request for an object has no prefix.
  expect(await statusOf(user.send(new HeadObjectCommand({ Bucket, Key: "raw/absent" })))).toBe(FORBIDDEN);
  user.destroy();
});
