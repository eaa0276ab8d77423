import { execFile } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { AthenaClient } from "@aws-sdk/client-athena";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { SQSBatchResponse } from "aws-lambda";
import pLimit from "p-limit";
import { FORMAT_IDS, FORMATS, type FormatId } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { athenaQueryEngine } from "../../handlers/adapters/athena-query-engine";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { systemClock } from "../../handlers/core/ports";
import type { HandlerName } from "../../pipeline/handler-names";
import { isoInstant } from "../../terminal/rows";
import { type AthenaOnTrino, athenaOnTrino } from "../../testing/athena/athena-on-trino";
import { ProjectedPartitions } from "../../testing/athena/projected-partitions";
import { serveAwsJson } from "../../testing/aws-json-server";
import { s3Notification, sqsEvent } from "../../testing/events";
import { type TableVersions, tableVersions } from "../../testing/glue/table-versions";
import { textPartitions } from "../../testing/glue/text-partitions";
import { LambdaFunction } from "../../testing/lambda/function";
import { unpack } from "../../testing/lambda/unpack";
import type { Call, Place } from "../../testing/permissions/call";
import type { Statement } from "../../testing/permissions/evaluate";
import { roleStatements } from "../../testing/permissions/role-statements";
import { type WatchedFunction, watchFunction } from "../../testing/permissions/watched-function";
import { type DeployedFunction, type DeployedStack, deployedStack } from "../../testing/stack/deployed-stack";
import type { TerraformJson } from "../../testing/stack/terraform-json";
import { createTextTable } from "../../testing/stack/text-table-sql";
import type { LocalServer } from "../../testing/start-server";
import { runOnTrino } from "../../testing/trino/client";
import { runProgram } from "../helpers/run-program";
import { localS3Client } from "../helpers/s3-client";
import type { LogFile } from "./log-files";
import { fileOf, selectList, type TableRow } from "./table-rows";
import { temporaryFolder } from "./temporary-folder";

const ROOT = join(__dirname, "../..");
const {
  S3_ENDPOINT = "",
  S3_ACCESS_KEY = "",
  S3_SECRET_KEY = "",
  TRINO_URL = "",
  ENGINE_MEASUREMENTS,
} = process.env;

/** Settings of a deployment, except its name. */
const DEFAULT_SETTINGS = {
  region: "eu-central-1",
  sources: [
    { name: "web", format: "alb", prefix: "alb/" },
    { name: "cdn", format: "cloudfront", prefix: "cloudfront/" },
    { name: "cdn-eu", format: "cloudfront", prefix: "cloudfront-eu/" },
  ],
};

/** Folders of the sample logs; logs of one load balancer are in one. */
const SAMPLE_FOLDERS: Readonly<Record<FormatId, string>> = {
  alb: "alb/",
  "alb-connection": "alb/",
  "alb-health-check": "alb/",
  cloudfront: "cloudfront/",
  nlb: "nlb/",
  elb: "elb/",
  s3: "s3/",
  waf: "waf/",
};

/** Settings with a source for each format of the sample logs, and two for CloudFront. */
export const EVERY_FORMAT = {
  sources: [
    ...FORMAT_IDS.map((format) => ({ name: format, format, prefix: SAMPLE_FOLDERS[format] })),
    { name: "cdn-eu", format: "cloudfront", prefix: "cloudfront-eu/" },
  ],
};

const deployed: Pipeline[] = [];
afterAll(async () => {
  for (const pipeline of deployed) await pipeline.close();
  // Also of functions that were killed.
  for (const pipeline of deployed) pipeline.expectAllowed();
});

/** S3 delivers each event at least once: here, twice. */
const DELIVERIES = 2;
/** After this number of tries, a message goes to the dead-letter queue. */
const MAX_RECEIVES = 5;
const MESSAGES_PER_BATCH = 1000;
const UPLOADS_AT_ONCE = 16;

/**
 * A deployed pipeline: the stack that these settings synthesize, its functions in separate processes, with a separate bucket and
 * database. It is closed when the test file ends.
 *
 * @param title names it in what the run prints
 * @param later settings that `change` deploys; the functions' roles allow what either settings need
 */
export async function deploy(
  title: string,
  settings: object = {},
  later: object = settings,
): Promise<Pipeline> {
  // Web ACLs deliver only to buckets with names like this.
  const name = `aws-waf-logs-${randomBytes(4).toString("hex")}`;
  const folder = temporaryFolder(name);
  const file = join(folder, "access-logs.json");
  const laterJson = later === settings ? undefined : (await synthesize(file, { ...later, name })).json;
  const { json, stackFolder } = await synthesize(file, { ...settings, name });
  const bucketOf = (id: string) => (id === "logs" ? name : `${name}-${id}`);
  const existingBucket = `${name}-existing`;
  const stack = deployedStack(json, bucketOf, existingBucket);
  const laterStack = laterJson ? deployedStack(laterJson, bucketOf, existingBucket) : stack;
  const s3 = localS3Client(S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY);
  for (const Bucket of [...stack.buckets, existingBucket]) await s3.send(new CreateBucketCommand({ Bucket }));
  for (const { bucket: Bucket, key: Key, content: Body } of stack.objects)
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  await runOnTrino(TRINO_URL, `CREATE SCHEMA "${stack.database}"`);
  for (const table of stack.textTables) await runOnTrino(TRINO_URL, createTextTable(stack.database, table));
  const projected = stack.textTables
    .filter(({ parameters }) => parameters["projection.enabled"] === "true")
    .map(({ name: table, partitionKeys: keys, parameters }) => ({
      database: stack.database,
      table,
      keys,
      parameters,
    }));
  const versions = tableVersions();
  const partitions = textPartitions();
  for (const table of [...stack.textTables, ...laterStack.textTables]) partitions.setTable(table.name, table);
  const athena = athenaOnTrino({
    trino: TRINO_URL,
    versions,
    results: stack.results,
    projected: new ProjectedPartitions(TRINO_URL, s3, projected),
  });
  const announced: string[] = [];
  const server = await serveAwsJson({
    AmazonAthena: athena.operations,
    AWSGlue: { ...versions.operations, ...partitions.operations },
    AmazonSQS: queueOf(announced),
  });
  const place = {
    ...ACCOUNT,
    bucket: name,
    database: stack.database,
    workgroup: stack.workgroup,
    ...deliveredPlace([stack, laterStack]),
  };
  const [rolesNow, rolesLater] = (laterJson ? [json, laterJson] : [json]).map((one) =>
    roleStatements(one, { ...ACCOUNT, bucketOf, existingBucket }),
  );
  const roles = new Map(
    [...(rolesNow ?? [])].map(([role, statements]) => [
      role,
      [...statements, ...(rolesLater?.get(role) ?? [])],
    ]),
  );
  const watched = await watchFunctions(roles, place, server.endpoint);
  const pipeline = new Pipeline({
    title,
    name,
    existingBucket,
    folder,
    file,
    stackFolder,
    stack,
    later: laterStack,
    announced,
    s3,
    athena,
    versions,
    server,
    roles,
    watched,
  });
  deployed.push(pipeline);
  return pipeline;
}

/** Writes the settings, and synthesizes their stack. */
async function synthesize(
  file: string,
  settings: object,
): Promise<{ readonly stackFolder: string; readonly json: TerraformJson }> {
  const out = join(dirname(file), "out");
  writeFileSync(file, JSON.stringify({ ...DEFAULT_SETTINGS, ...settings }));
  await promisify(execFile)(process.execPath, [join(ROOT, "dist/main.js")], {
    env: { ...process.env, ACCESS_LOGS_SETTINGS: file, CDKTF_OUTDIR: out },
  });
  const [stackName = ""] = readdirSync(join(out, "stacks"));
  const stackFolder = join(out, "stacks", stackName);
  return { stackFolder, json: JSON.parse(readFileSync(join(stackFolder, "cdk.tf.json"), "utf8")) };
}

/** The Region and account of the deployed stacks. */
const ACCOUNT = { account: "111122223333", region: "eu-central-1" };

/** A queue that keeps the texts of its messages. */
const queueOf = (announced: string[]) => ({
  SendMessage: async (input: unknown) => {
    const { MessageBody = "" } = input as { readonly MessageBody?: string };
    announced.push(MessageBody);
    return { MessageId: randomUUID(), MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") };
  },
});

/** The folder of the first source that is read as delivered. */
function deliveredPlace(stacks: readonly DeployedStack[]): Pick<Place, "delivered"> {
  const sources = stacks
    .flatMap(({ objects }) => objects)
    .filter(({ key }) => key === CONFIGURATION_KEY)
    .flatMap(({ content }): readonly ConfiguredSource[] => JSON.parse(content).sources);
  const first = sources.find(({ asDelivered }) => asDelivered);
  if (!first?.asDelivered) return {};
  const { table } = FORMATS[first.format];
  return {
    delivered: { table, bucket: first.asDelivered.bucket, prefix: `${first.prefix}${DELIVERED_FOLDER}` },
  };
}

/** A folder of a day below the prefix of a load balancer. */
const DELIVERED_FOLDER = `${ACCOUNT.account}/elasticloadbalancing/${ACCOUNT.region}/2026/11/23/`;

async function watchFunctions(
  roles: Parts["roles"],
  place: Place,
  services: string,
): Promise<ReadonlyMap<string, WatchedFunction>> {
  const watched = new Map<string, WatchedFunction>();
  for (const [name, statements] of roles)
    watched.set(name, await watchFunction({ name, statements, place, s3: S3_ENDPOINT, services }));
  return watched;
}

interface Parts {
  readonly title: string;
  /** Of the pipeline and its bucket. */
  readonly name: string;
  readonly existingBucket: string;
  readonly folder: string;
  /** Settings. */
  readonly file: string;
  readonly stackFolder: string;
  readonly stack: DeployedStack;
  /** The stack that `change` deploys. */
  readonly later: DeployedStack;
  /** Messages that a function sent to the queue of `move-access-logs`. */
  readonly announced: string[];
  readonly s3: S3Client;
  readonly athena: AthenaOnTrino;
  readonly versions: TableVersions;
  readonly server: LocalServer;
  /** Statements of the role of each function. */
  readonly roles: ReadonlyMap<string, readonly Statement[]>;
  /** The functions' connections to AWS. */
  readonly watched: ReadonlyMap<string, WatchedFunction>;
}

/** The SDK sends messages to the host in a queue's URL, whatever the endpoint is. */
function withQueueAt(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { QUEUE_URL, AWS_ENDPOINT_URL_SQS } = variables;
  if (QUEUE_URL === undefined) return variables;
  return { ...variables, QUEUE_URL: `${AWS_ENDPOINT_URL_SQS}${new URL(QUEUE_URL).pathname}` };
}

interface Message {
  readonly body: string;
  readonly receives: number;
}

const eventOf = (batch: readonly Message[]) => sqsEvent(...batch.map(({ body }) => body));

export class Pipeline {
  readonly bucket: string;
  readonly database: string;
  readonly athena: AthenaOnTrino;
  readonly versions: TableVersions;
  private readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** Waiting messages, each with the number of times it was received. */
  private queue: Message[] = [];
  /** Delivered bytes, compressed. */
  private textBytes = 0;

  constructor(private readonly parts: Parts) {
    this.bucket = parts.name;
    this.database = parts.stack.database;
    this.athena = parts.athena;
    this.versions = parts.versions;
    this.functions = new Map(parts.stack.functions.map((item) => [item.name, this.load(item)]));
  }

  /** Puts files into the bucket; S3 announces each. */
  async deliver(files: readonly LogFile[]): Promise<void> {
    await this.put(files);
    for (let delivery = 0; delivery < DELIVERIES; delivery++) {
      this.queue.push(...files.map(({ key }) => ({ body: s3Notification(this.bucket, key), receives: 0 })));
    }
  }

  /** Puts objects without an event. */
  async put(files: readonly LogFile[], bucket = this.bucket): Promise<void> {
    const limit = pLimit(UPLOADS_AT_ONCE);
    await Promise.all(
      files.map(({ key, body }) =>
        limit(() => this.parts.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))),
      ),
    );
    for (const { body } of files) this.textBytes += body.length;
  }

  /** Formats of its sources. */
  get formats(): readonly FormatId[] {
    const tables = new Set(this.parts.stack.textTables.map(({ name }) => name));
    return FORMAT_IDS.filter((id) => tables.has(`${FORMATS[id].table}_raw`));
  }

  /** The bucket of `existingLogBucket`, whatever its name in the settings is. */
  get existingBucket(): string {
    return this.parts.existingBucket;
  }

  /** Deploys the sources of the later settings: the functions start again. */
  async change(): Promise<void> {
    const { s3, later } = this.parts;
    for (const { bucket: Bucket, key: Key, content: Body } of later.objects)
      await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    for (const one of this.functions.values()) await one.close();
  }

  /** Runs `move-access-logs` until its queue is empty. @returns bodies of the messages that it gave up on */
  async move(): Promise<readonly string[]> {
    const dead: string[] = [];
    this.queue.push(...this.parts.announced.splice(0).map((body) => ({ body, receives: 0 })));
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, MESSAGES_PER_BATCH);
      const { batchItemFailures } = (await this.invoke(
        "move-access-logs",
        eventOf(batch),
      )) as SQSBatchResponse;
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const [index, { body, receives }] of batch.entries()) {
        if (!failed.has(`m${index}`)) continue;
        if (receives + 1 < MAX_RECEIVES) this.queue.push({ body, receives: receives + 1 });
        else dead.push(body);
      }
    }
    return dead;
  }

  /** Kills `move-access-logs` in the middle of a batch, which stays in the queue. */
  async killDuringMove(moment: Promise<unknown>): Promise<void> {
    await this.killDuring("move-access-logs", eventOf(this.queue.slice(0, MESSAGES_PER_BATCH)), moment);
  }

  /** Runs a function with the event of each of its schedules, at a time. @param at ISO 8601. Default: now */
  async run(name: HandlerName, at = new Date().toISOString()): Promise<void> {
    const events = this.scheduledEvents(name, at);
    if (events.length === 0) throw new Error(`${name} has no schedule`);
    for (const event of events) await this.invoke(name, event);
  }

  /** Commits all noted files to the typed tables. */
  async commit(at?: string): Promise<void> {
    await this.run("transform-partition", at);
  }

  /** Moves and commits all delivered files. */
  async process(files: readonly LogFile[]): Promise<void> {
    await this.deliver(files);
    expect(await this.move()).toEqual([]);
    await this.commit();
  }

  /** Runs the nightly maintenance of the typed tables. */
  async maintain(at: string): Promise<void> {
    await this.run("maintain-lake", at);
  }

  /** Events that the schedules of a function send. */
  scheduledEvents(name: HandlerName, at: string): unknown[] {
    const found = this.parts.stack.functions.find((item) => item.name === name);
    return (found?.scheduledEvents ?? []).map((event) =>
      JSON.parse(event.replaceAll("<aws.scheduler.scheduled-time>", at)),
    );
  }

  /** @throws Error if the function fails, or if its role does not allow one of its calls */
  async invoke(name: HandlerName, event: unknown, remainingSeconds?: number): Promise<unknown> {
    const result = await this.function(name).invoke(event, remainingSeconds);
    this.expectAllowed();
    return result;
  }

  /** @throws Error that names each call of a function which its role does not allow */
  expectAllowed(): void {
    for (const one of this.parts.watched.values()) one.expectAllowed();
  }

  /** The functions' calls to AWS, and those of Athena for them. */
  get calls(): readonly Call[] {
    return [...this.parts.watched.values()].flatMap(({ calls }) => calls);
  }

  /** What the role of a function allows. */
  statementsOf(name: HandlerName): readonly Statement[] {
    return this.parts.roles.get(name) ?? [];
  }

  /** Delivers the event of EventBridge Scheduler twice at once. @returns both results */
  invokeTwiceAtOnce(name: HandlerName, event: unknown): Promise<PromiseSettledResult<unknown>[]> {
    return Promise.allSettled([this.invoke(name, event), this.invoke(name, event)]);
  }

  /** Kills a function after a condition is met. @returns the result of its invocation */
  async killDuring(
    name: HandlerName,
    event: unknown,
    moment: Promise<unknown>,
  ): Promise<PromiseSettledResult<unknown>> {
    const invocation = Promise.allSettled([this.invoke(name, event)]);
    await Promise.race([moment, invocation]);
    this.function(name).kill();
    const [outcome] = await invocation;
    return outcome;
  }

  /** The log of a function. */
  log(name: HandlerName): string {
    return this.function(name).log;
  }

  /** Runs a command of the program against the deployment. */
  command(...args: readonly string[]): ReturnType<typeof runProgram> {
    return runProgram([...args], { cwd: this.parts.folder, environment: this.environment });
  }

  get settingsFile(): string {
    return this.parts.file;
  }

  /** Runs a statement in Athena. @throws Error with Athena's reason */
  async statement(sql: string): Promise<void> {
    const client = this.athenaClient();
    const options = { client, clock: systemClock, database: this.database, workgroup: "tests" };
    await athenaQueryEngine(options).run({ sql, token: randomBytes(8).toString("hex") });
    client.destroy();
  }

  athenaClient(): AthenaClient {
    const credentials = { accessKeyId: S3_ACCESS_KEY, secretAccessKey: S3_SECRET_KEY };
    return new AthenaClient({ region: "eu-central-1", endpoint: this.parts.server.endpoint, credentials });
  }

  /** Rows of a query, by column, timestamps as the local lake has them. */
  async query(sql: string): Promise<TableRow[]> {
    const { columns = [], rows } = await runOnTrino(TRINO_URL, sql, { schema: this.database });
    return rows.map((row) =>
      Object.fromEntries(
        columns.map(({ name, type }, index) => {
          const value = row[index];
          return [
            name,
            type.startsWith("timestamp") && typeof value === "string" ? isoInstant(value) : value,
          ];
        }),
      ),
    );
  }

  /** A typed table. */
  async rows(format: FormatId): Promise<TableRow[]> {
    const rows = await this.query(`SELECT ${selectList(format)} FROM ${FORMATS[format].table}`);
    return rows.map(comparable);
  }

  /** Unparsed lines, with their file. */
  async unparsed(format: FormatId): Promise<TableRow[]> {
    const rows = await this.query(`SELECT line, log_file FROM ${FORMATS[format].table}_unparsed`);
    return rows.map(comparable);
  }

  /** Keys of the bucket's objects. */
  async keys(prefix = ""): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of s3ObjectStore(this.parts.s3).list(this.bucket, prefix)) keys.push(key);
    return keys;
  }

  /** Deletes objects, as somebody with access to the bucket can. */
  async deleteAll(keys: readonly string[]): Promise<void> {
    await s3ObjectStore(this.parts.s3).deleteAll(this.bucket, keys);
  }

  async read(key: string): Promise<Buffer> {
    const { Body } = await this.parts.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  async close(): Promise<void> {
    if (ENGINE_MEASUREMENTS !== undefined) {
      const { title } = this.parts;
      const line = {
        title,
        textBytes: this.textBytes,
        statements: this.athena.records(),
        calls: this.calls.length,
      };
      appendFileSync(ENGINE_MEASUREMENTS, `${JSON.stringify(line)}\n`);
    }
    await Promise.all([...this.functions.values()].map((one) => one.close()));
    await Promise.all([...this.parts.watched.values()].map((one) => one.close()));
    await this.parts.server.close();
    this.parts.s3.destroy();
  }

  private function(name: HandlerName): LambdaFunction {
    const found = this.functions.get(name);
    if (found) return found;
    throw new Error(`${name} is not deployed`);
  }

  private load({ name, zip, handler, timeoutSeconds, environment }: DeployedFunction): LambdaFunction {
    const folder = join(this.parts.folder, name);
    unpack(join(this.parts.stackFolder, zip), folder);
    const [module, exported = ""] = handler.split(".");
    return new LambdaFunction({
      name,
      runtime: join(ROOT, "dist/testing/lambda-runtime.js"),
      file: join(folder, `${module}.js`),
      handler: exported,
      timeoutSeconds,
      environment: withQueueAt({
        ...environment,
        ...this.environment,
        ...this.parts.watched.get(name)?.environment,
      }),
    });
  }

  /** The variables that Lambda sets, and the addresses of the services. */
  private get environment(): Readonly<Record<string, string>> {
    return {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: S3_ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: S3_SECRET_KEY,
      AWS_ENDPOINT_URL_S3: S3_ENDPOINT,
      AWS_ENDPOINT_URL_ATHENA: this.parts.server.endpoint,
      AWS_ENDPOINT_URL_GLUE: this.parts.server.endpoint,
      AWS_ENDPOINT_URL_SQS: this.parts.server.endpoint,
    };
  }
}

const comparable = (row: TableRow): TableRow => ({ ...row, log_file: fileOf(row.log_file) });
