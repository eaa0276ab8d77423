import { GlueClient } from "@aws-sdk/client-glue";
import { glueTextPartitions } from "../../handlers/adapters/glue-text-partitions";
import { serveAwsJson } from "../../testing/aws-json-server";
import { type TextPartitionsInGlue, textPartitions } from "../../testing/glue/text-partitions";

const TABLE = "cloudfront_access_logs_raw";
const OLD = { columns: ["date", "time"], pattern: "(.*)\t(.*)" };
const NEW = { columns: ["date", "time", "json"], pattern: "(.*)\t(.*)|([{].*)" };

let glue: TextPartitionsInGlue;
let server: Awaited<ReturnType<typeof serveAwsJson>>;
beforeEach(async () => {
  glue = textPartitions();
  glue.setTable(TABLE, NEW);
  server = await serveAwsJson({ AWSGlue: glue.operations });
});
afterEach(() => server.close());

const align = () =>
  glueTextPartitions({
    client: new GlueClient({
      region: "us-east-1",
      endpoint: server.endpoint,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    }),
    database: "logs",
  }).align(TABLE);

it("gives partitions from before an upgrade the columns and the pattern of their table, and leaves them where they are", async () => {
  glue.addPartition(TABLE, ["2026-11-23", "06"], OLD);
  glue.addPartition(TABLE, ["2026-11-23", "07"], NEW);
  expect(await align()).toBe(1);
  expect([...glue.of(TABLE)]).toEqual([
    ["2026-11-23/06", { ...NEW, location: "s3://logs/2026-11-23/06/" }],
    ["2026-11-23/07", { ...NEW, location: "s3://logs/2026-11-23/07/" }],
  ]);
  expect(await align()).toBe(0);
});

it("finds them on every page, and changes as many at once as Glue allows", async () => {
  for (let hour = 0; hour < 1250; hour++) glue.addPartition(TABLE, [`${hour}`], OLD);
  expect(await align()).toBe(1250);
  expect(new Set([...glue.of(TABLE).values()].map(({ pattern }) => pattern))).toEqual(new Set([NEW.pattern]));
});

it("changes nothing in a table whose partitions Athena computes", async () => {
  expect(await align()).toBe(0);
});

it("names the partition that could not be changed, and the reason", async () => {
  glue.addPartition(TABLE, ["2026-11-23", "06"], OLD);
  const { BatchUpdatePartition } = glue.operations;
  const refusing = await serveAwsJson({
    AWSGlue: {
      ...glue.operations,
      BatchUpdatePartition: async (input) =>
        BatchUpdatePartition?.({ ...(input as object), TableName: "another" }) ?? {},
    },
  });
  await server.close();
  server = refusing;
  await expect(align()).rejects.toThrow(
    "logs.cloudfront_access_logs_raw: partition 2026-11-23/06 was not updated: EntityNotFoundException: Partition not found.",
  );
});
