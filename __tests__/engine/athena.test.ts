import { gzipSync } from "node:zlib";
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { FORMATS } from "../../formats";
import { hourOf } from "../../formats/hour";
import { rawPrefixOf } from "../../formats/partition-layout";
import { renderAddPartitions } from "../../formats/render/add-partitions-ddl";
import { renderCreateLakeTable } from "../../formats/render/lake-sql";
import { albLine } from "../helpers/lines";
import { deploy, type Pipeline } from "./pipeline";

const { table } = FORMATS.alb;
const HOUR = hourOf(Date.parse("2026-11-23T07:00:00Z"));
const PREFIX = rawPrefixOf({ table, hour: HOUR });

let pipeline: Pipeline;
let client: AthenaClient;
let tokens = 0;
beforeAll(async () => {
  pipeline = await deploy("what Athena refuses");
  client = pipeline.athenaClient();
  const lake = { format: FORMATS.alb, database: pipeline.database, bucket: pipeline.bucket, bySource: false };
  await pipeline.statement(renderCreateLakeTable(lake));
});
afterAll(() => client.destroy());

const newToken = () => `${tokens++}`.padStart(32, "t");
const start = async (sql: string, token = newToken(), database = pipeline.database): Promise<string> => {
  const { QueryExecutionId: id = "" } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      ClientRequestToken: token,
      QueryExecutionContext: { Database: database },
    }),
  );
  return id;
};
async function end(id: string): Promise<QueryExecution> {
  for (;;) {
    const { QueryExecution: execution = {} } = await client.send(
      new GetQueryExecutionCommand({ QueryExecutionId: id }),
    );
    if (execution.Status?.State !== "RUNNING") return execution;
  }
}
const failure = async (sql: string) => (await end(await start(sql))).Status;

describe("StartQueryExecution", () => {
  it("starts one query for a token, and refuses the token with another statement or other parameters", async () => {
    const token = newToken();
    const id = await start("SELECT 1", token);
    expect(await start("SELECT 1", token)).toBe(id);
    const refused = { name: "InvalidRequestException", message: "Idempotent parameters do not match" };
    await expect(start("SELECT 2", token)).rejects.toMatchObject(refused);
    await expect(start("SELECT 1", token, "default")).rejects.toMatchObject(refused);
  });

  it.each([
    ["a token that is too short", () => start("SELECT 1", "short"), "greater than or equal to 32"],
    ["a token that is too long", () => start("SELECT 1", "x".repeat(129)), "less than or equal to 128"],
    [
      "a statement of too many bytes",
      () => start(`SELECT '${"é".repeat(131_072)}'`),
      "less than or equal to 262144",
    ],
    [
      "quoted names in VACUUM",
      () => start(`VACUUM "${pipeline.database}"."${table}"`),
      "mismatched input 'VACUUM'",
    ],
  ])("refuses %s", async (_, request, message) => {
    await expect(request()).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: expect.stringContaining(message),
    });
  });
});

describe("a query", () => {
  it("returns its result page by page, with the column names first", async () => {
    const id = await start("SELECT n, CAST(NULL AS varchar) AS nothing FROM UNNEST(sequence(1, 3)) t(n)");
    await end(id);
    const first = await client.send(new GetQueryResultsCommand({ QueryExecutionId: id, MaxResults: 2 }));
    expect(first.ResultSet?.Rows).toEqual([
      { Data: [{ VarCharValue: "n" }, { VarCharValue: "nothing" }] },
      { Data: [{ VarCharValue: "1" }, {}] },
    ]);
    const { ResultSet, NextToken } = await client.send(
      new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: first.NextToken }),
    );
    expect(ResultSet?.Rows?.map(({ Data }) => Data?.[0]?.VarCharValue)).toEqual(["2", "3"]);
    expect(NextToken).toBeUndefined();
  });

  it("can be stopped", async () => {
    const id = await start(
      "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), UNNEST(sequence(1, 10000)) c(z)",
    );
    await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    expect((await end(id)).Status?.State).toBe("CANCELLED");
  });

  it("fails with more than 100 partitions to add", async () => {
    const partitions = Array.from({ length: 100 }, () => ({ table, hour: HOUR }));
    const sql = renderAddPartitions(pipeline.database, `${table}_raw`, pipeline.bucket, partitions);
    const more = sql.slice(sql.indexOf("PARTITION ("), sql.indexOf("\n", sql.indexOf("PARTITION (")));
    expect(await failure(`${sql}\n${more}`)).toMatchObject({
      State: "FAILED",
      StateChangeReason: expect.stringMatching(/^FAILED: .*less than or equal to 100/),
    });
  });

  it("fails with a property that Athena does not know, and with names that Hive does not", async () => {
    const name = `\`${pipeline.database}\`.\`${table}\``;
    expect(await failure(`ALTER TABLE ${name} SET TBLPROPERTIES ('color' = 'red')`)).toMatchObject({
      AthenaError: { ErrorMessage: expect.stringContaining("Unsupported table property key: color") },
    });
    expect(await failure(`ALTER TABLE "${table}" ADD COLUMNS (\`a\` int)`)).toMatchObject({
      StateChangeReason: expect.stringMatching(
        /^FAILED: ParseException line 1:12 cannot recognize input near/,
      ),
    });
  });

  it("fails with more than 100 days in one INSERT, and names the location of the manifest", async () => {
    const sql = `INSERT INTO ${table} (time) SELECT CAST(day AS timestamp) FROM UNNEST(sequence(DATE '2026-01-01', DATE '2026-04-11')) t(day)`;
    const status = await failure(sql);
    expect(status?.StateChangeReason).toMatch(
      /^ICEBERG_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions.*\. If a data manifest file was generated at 's3:\/\/.*-manifest\.csv', you may need to manually clean/,
    );
    expect(status?.AthenaError).toMatchObject({ ErrorType: 233, Retryable: false });
  });

  it.each([
    [
      "is cut short",
      gzipSync(
        Array.from({ length: 2000 }, (_, index) => albLine({ sent_bytes: `${index}` })).join("\n"),
      ).subarray(0, -100),
      /^HIVE_CURSOR_ERROR: Failed to read file at s3:\/\/[^ ]*\/bad\.log\.gz$/,
    ],
    [
      "is no gzip",
      Buffer.from("no gzip at all"),
      /^HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3:\/\/[^ ]*\/bad\.log\.gz \(offset=0, length=14\): /,
    ],
  ])("fails with the name of a file that %s", async (_, body, reason) => {
    await pipeline.statement(
      renderAddPartitions(pipeline.database, `${table}_raw`, pipeline.bucket, [{ table, hour: HOUR }]),
    );
    await pipeline.put([{ key: `${PREFIX}bad.log.gz`, body }]);
    expect((await failure(`SELECT max(elb) FROM ${table}_raw`))?.StateChangeReason).toMatch(reason);
  });
});

it("creates a version of the table in the Glue catalog with each commit that adds rows", async () => {
  const name = { database: pipeline.database, table };
  const before = pipeline.versions.of(name).length;
  await pipeline.statement(`INSERT INTO ${table} (elb) VALUES ('x')`);
  await pipeline.statement(`INSERT INTO ${table} (elb) SELECT elb FROM ${table} WHERE elb = 'y'`);
  expect(pipeline.versions.of(name)).toHaveLength(before + 1);
});
