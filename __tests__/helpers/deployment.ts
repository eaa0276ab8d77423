import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type InspectOptions, rangeOf } from "../../cli/deployment-options";
import { FORMATS } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import { addHours, type Hour, hourOf, hourText } from "../../formats/hour";
import { COMMITS_PREFIX, CONFIGURATION_KEY, rawPrefixOf } from "../../formats/partition-layout";
import { linesGlueTable, rawGlueTable } from "../../formats/render/glue-table";
import { type LakeTable, lakeColumnTypes } from "../../formats/render/lake-sql";
import { HOUR_MS } from "../../formats/time";
import type { CommitEnd, CommitStart } from "../../handlers/core/commit-records";
import { doctorReport, statusReport } from "../../inspect/aws/aws-report";
import type { Report } from "../../inspect/report";
import {
  type DeployedFunction,
  deployedPartsOf,
  functionsOf,
  withLanding,
} from "../../pipeline/deployed-parts";
import { ownersPolicyOf } from "../../pipeline/owners-policy";
import { loadPipelineProps, parseSettings } from "../../settings/load";
import { pipelinePropsOf } from "../../settings/pipeline-props";
import { type AthenaAnswer, type AthenaServer, startAthenaServer } from "../../testing/athena-server";
import { type AwsServer, functionArn, queueArn, startAwsServer } from "../../testing/aws-server";
import { OWNER, type S3Server, startS3Server } from "../../testing/s3-server";
import { ALB_FIELDS } from "./lines";
import { putNotes } from "./notes";
import type { Outcome } from "./run-in-host";
import { runProgram } from "./run-program";

const BUCKET = "logs-0123";
const SETTINGS = {
  name: "logs",
  region: "eu-central-1",
  sources: [
    { name: "web", format: "alb", prefix: "alb/" },
    { name: "cdn", format: "cloudfront", prefix: "cdn/" },
  ],
};
const LINE = `${Object.values(ALB_FIELDS).join(" ")}\n`;

/** A pipeline that is deployed and healthy, on servers of this process: a test breaks some of it. */
export interface Deployment {
  readonly aws: AwsServer;
  readonly s3: S3Server;
  readonly athena: AthenaServer;
  readonly bucket: string;
  /** Hours before now with deliveries, the newest first. */
  readonly hours: readonly Hour[];
  /** The state of Athena; a test changes it. */
  readonly catalog: Catalog;
  readonly root: string;
  writeSettings(changes: Readonly<Record<string, unknown>>): void;
  /** Puts a moved file; by default it is committed and the catalog has its partition. */
  move(table: string, hour: Hour, options?: { age?: number; isCommitted?: boolean; body?: string }): string;
  /** Writes notes of files, as the pipeline does after a move. */
  note(keys: readonly string[], ageMs: number): Promise<unknown>;
  /** Puts the record of a commit to a table, and the record of its end if it has ended. */
  putCommit(table: string, number: number, ageMs: number, end?: CommitEnd): void;
  /** Runs the program. */
  run(...args: readonly string[]): Promise<Outcome>;
  /** The output of the program, without a separate process. */
  report(command: "status" | "doctor", options?: Partial<InspectOptions>): Promise<Report>;
  close(): Promise<void>;
}

export interface Catalog {
  /** Files of the typed tables, by table. */
  readonly committed: Map<string, Set<string>>;
  /** Partitions `dt/hour` of the raw tables, by typed table. */
  readonly known: Map<string, Set<string>>;
  /** Types of the columns, by table; a table that is not here does not exist. */
  readonly tables: Map<string, Map<string, string>>;
  readonly workgroups: Map<string, Record<string, unknown>>;
  /** Errors by operation or by a part of the statement. */
  readonly refusals: Map<string, string>;
}

let files = 0;

/** @param sources the sources of the settings; by default a load balancer and a distribution */
export async function startDeployment(sources: readonly object[] = SETTINGS.sources): Promise<Deployment> {
  const settings = { ...SETTINGS, sources };
  const [aws, s3, athena] = await Promise.all([startAwsServer(), startS3Server(), startAthenaServer()]);
  const root = mkdtempSync(join(tmpdir(), "deployment "));
  const writeSettings = (changes: Readonly<Record<string, unknown>>) =>
    writeFileSync(join(root, "access-logs.json"), JSON.stringify({ ...settings, ...changes }));
  writeSettings({});
  const catalog = newCatalog();
  athena.setAnswer((operation, input, sql) => answerOf(catalog, operation, input, sql));
  const now = hourOf(new Date());
  const hours = [0, -1, -2, -30].map((offset) => addHours(now, offset));
  const move: Deployment["move"] = (
    table,
    hour,
    { age = HOUR_MS / 2, isCommitted = true, body = LINE } = {},
  ) => {
    const key = `${rawPrefixOf({ table, hour })}${(files++).toString(16).padStart(8, "0")}-x.log.gz`;
    s3.put(BUCKET, key, gzipSync(body), new Date(Date.now() - age));
    if (isCommitted) setOf(catalog.committed, table).add(`s3://${BUCKET}/${key}`);
    setOf(catalog.known, table).add(hourText(hour));
    return key;
  };
  const putCommit: Deployment["putCommit"] = (table, number, ageMs, end) => {
    const key = `${COMMITS_PREFIX}${table}/${String(number).padStart(10, "0")}`;
    const at = new Date(Date.now() - ageMs);
    const start: CommitStart = { sql: "INSERT", token: "t", notes: [], partitions: [] };
    s3.put(BUCKET, `${key}.json`, JSON.stringify(start), at);
    if (end) s3.put(BUCKET, `${key}.done.json`, JSON.stringify(end), at);
  };
  deploy(aws, s3, settings);
  for (const { table } of Object.values(FORMATS)) {
    for (const hour of hours) move(table, hour);
    putCommit(table, 1, 5 * 60_000, { state: "committed", queryId: "q" });
  }
  const environment = {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_ATHENA: athena.endpoint,
  };
  return {
    aws,
    s3,
    athena,
    bucket: BUCKET,
    hours,
    catalog,
    root,
    writeSettings,
    move,
    putCommit,
    note: (keys, ageMs) => putNotes(s3, BUCKET, keys, new Date(Date.now() - ageMs)),
    run: (...args) => runProgram(args, { cwd: root, environment }),
    report: async (command, options) => {
      Object.assign(process.env, {
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        ...environment,
      });
      const report = command === "status" ? statusReport : doctorReport;
      const range = rangeOf({ ...options }, new Date());
      return report(loadPipelineProps(join(root, "access-logs.json")), {
        ...options,
        ...(range ? { range } : {}),
      });
    },
    close: async () => {
      await Promise.all([aws.close(), s3.close(), athena.close()]);
      rmSync(root, { recursive: true });
    },
  };
}

/** The resources that Terraform creates from the settings, as the servers have them. */
function deploy(aws: AwsServer, s3: S3Server, settings: object): void {
  const props = pipelinePropsOf(parseSettings("test", settings));
  const parts = deployedPartsOf(props);
  const { move } = parts;
  for (const { deadLetterQueue } of functionsOf(parts)) aws.addQueue(deadLetterQueue);
  const variables = { DATABASE: parts.database, WORKGROUP: parts.workgroup, BUCKET };
  for (const { name, logGroup, schedules } of functionsOf(parts)) {
    aws.functions.set(name, {
      FunctionName: name,
      FunctionArn: functionArn(name),
      State: "Active",
      MemorySize: 512,
      Environment: {
        Variables: name === move?.name ? { KEEP_ORIGINALS: "false", TARGET_BUCKET: BUCKET } : variables,
      },
    });
    aws.logs.set(logGroup, []);
    for (const schedule of schedules?.names ?? [])
      aws.schedules.set(schedule, { State: "ENABLED", Target: { Arn: functionArn(name) } });
  }
  const { sources } = withLanding(parts, BUCKET);
  s3.put(BUCKET, CONFIGURATION_KEY, JSON.stringify({ sources }));
  if (move) deployMove(aws, s3, move, sources);
  s3.documents.set(`${BUCKET} policy`, ownersPolicyOf(props, BUCKET, OWNER));
  s3.documents.set(`${BUCKET} ownershipControls`, ownershipOf("BucketOwnerPreferred"));
}

/** The queue of the function that moves files, and its connections. */
function deployMove(
  aws: AwsServer,
  s3: S3Server,
  { queue = "", deadLetterQueue }: DeployedFunction,
  sources: readonly ConfiguredSource[],
): void {
  aws.addQueue(queue, {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(deadLetterQueue), maxReceiveCount: 5 }),
    Policy: JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "s3.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: queueArn(queue),
        },
      ],
    }),
  });
  aws.mappings.push({
    EventSourceArn: queueArn(queue),
    State: "Enabled",
    FunctionResponseTypes: ["ReportBatchItemFailures"],
  });
  const moved = sources.filter(({ asDelivered }) => asDelivered === undefined);
  s3.notifications.set(
    BUCKET,
    notificationOf(
      moved.map(({ prefix }) => prefix),
      queueArn(queue),
    ),
  );
}

export const notificationOf = (prefixes: readonly string[], arn: string): string =>
  `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${prefixes
    .map(
      (prefix, index) =>
        `<QueueConfiguration><Queue>${arn}</Queue><Event>s3:ObjectCreated:*</Event><Id>${index}</Id><Filter><S3Key><FilterRule><Name>Prefix</Name><Value>${prefix}</Value></FilterRule></S3Key></Filter></QueueConfiguration>`,
    )
    .join("")}</NotificationConfiguration>`;

export const ownershipOf = (ownership: string): string =>
  `<OwnershipControls><Rule><ObjectOwnership>${ownership}</ObjectOwnership></Rule></OwnershipControls>`;

const setOf = (sets: Map<string, Set<string>>, name: string): Set<string> => {
  const set = sets.get(name) ?? new Set();
  sets.set(name, set);
  return set;
};

function newCatalog(): Catalog {
  const tables = new Map<string, Map<string, string>>();
  for (const format of Object.values(FORMATS)) {
    const table: LakeTable = { format, database: "logs", bucket: BUCKET, bySource: false };
    for (const { name, columns } of [rawGlueTable(format, table), linesGlueTable(format, table)]) {
      tables.set(name, new Map(columns.map((column) => [column.name, column.type])));
    }
    tables.set(format.table, new Map(lakeColumnTypes(table)));
  }
  const configuration = {
    EnforceWorkGroupConfiguration: true,
    EngineVersion: { EffectiveEngineVersion: "Athena engine version 3" },
    ResultConfiguration: { OutputLocation: `s3://${BUCKET}/athena-results/` },
  };
  const workgroups = new Map(
    ["logs-pipeline", "logs-analysts"].map((name): [string, Record<string, unknown>] => [
      name,
      { Name: name, State: "ENABLED", Configuration: configuration },
    ]),
  );
  return {
    committed: new Map(),
    known: new Map(),
    tables,
    workgroups,
    refusals: new Map(),
  };
}

function answerOf(
  catalog: Catalog,
  operation: string,
  { WorkGroup, TableName, QueryString }: Parameters<AthenaAnswer>[1],
  sql: string,
): ReturnType<AthenaAnswer> {
  for (const [part, error] of catalog.refusals) {
    if (operation === part || (QueryString ?? "").includes(part)) return { error };
  }
  switch (operation) {
    case "GetWorkGroup": {
      const found = catalog.workgroups.get(WorkGroup ?? "");
      return found
        ? { WorkGroup: found }
        : { error: `InvalidRequestException: WorkGroup ${WorkGroup} is not found.` };
    }
    case "GetTableMetadata": {
      const columns = catalog.tables.get(TableName ?? "");
      if (!columns) return { error: "MetadataException: EntityNotFoundException" };
      const table = (TableName ?? "").replace(/_(?:raw|lines)$/, "");
      return {
        TableMetadata: {
          Name: TableName,
          Columns: [...columns].map(([Name, Type]) => ({ Name, Type })),
          Parameters: { location: `s3://${BUCKET}/raw/${table}` },
        },
      };
    }
    case "GetQueryResults":
      return resultSet(rowsOf(catalog, sql));
    default:
      return undefined;
  }
}

/** Answers the few queries of the program from the catalog. */
function rowsOf({ committed, known }: Catalog, sql: string): string[][] {
  const table = /"logs"\."(\w+?)(?:_raw)?(?:\$\w+)?"/.exec(sql)?.[1] ?? "";
  const files = [...(committed.get(table) ?? [])];
  if (sql.includes("$partitions")) {
    return [["dt", "hour"], ...[...(known.get(table) ?? [])].map((hour) => hour.split("T"))];
  }
  if (sql.includes("SELECT DISTINCT")) return [["log_file"], ...files.map((file) => [file])];
  const hours = new Map<string, number>();
  for (const file of files) {
    const hour =
      file
        .match(/dt=(.*)\/hour=(\d\d)/)
        ?.slice(1)
        .join("T") ?? "";
    hours.set(hour, (hours.get(hour) ?? 0) + 1);
  }
  return [
    ["dt", "hour", "files", "rows"],
    ...[...hours].map(([hour, count]) => [...hour.split("T"), String(count), String(count * 100)]),
  ];
}

const resultSet = (rows: readonly (readonly string[])[]) => ({
  ResultSet: { Rows: rows.map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) })) },
});
