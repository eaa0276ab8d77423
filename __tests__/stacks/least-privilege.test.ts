import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { HANDLER_NAMES, type HandlerName } from "../../modules/handler-code";
import { NETWORK_INTERFACE_ACTIONS } from "../../modules/vpc";
import { resourcesOf, synthSettings } from "../helpers/synth";

const ROOT = join(__dirname, "../..");

/** What a request of the SDK needs. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  // A copy takes the tags of its source along.
  CopyObjectCommand: ["s3:GetObject", "s3:GetObjectTagging", "s3:PutObject", "s3:PutObjectTagging"],
  HeadObjectCommand: ["s3:GetObject"],
  GetObjectCommand: ["s3:GetObject"],
  PutObjectCommand: ["s3:PutObject"],
  DeleteObjectCommand: ["s3:DeleteObject"],
  DeleteObjectsCommand: ["s3:DeleteObject"],
  ListObjectsV2Command: ["s3:ListBucket"],
  StartQueryExecutionCommand: ["athena:StartQueryExecution"],
  GetQueryExecutionCommand: ["athena:GetQueryExecution"],
  GetQueryResultsCommand: ["athena:GetQueryResults"],
  GetTableVersionsCommand: ["glue:GetTableVersions"],
  BatchDeleteTableVersionCommand: ["glue:BatchDeleteTableVersion", "glue:DeleteTableVersion"],
  GetTableMetadataCommand: ["athena:GetTableMetadata", "glue:GetDatabase", "glue:GetTable"],
};

/** What AWS does in the function's name, and why. */
const ON_BEHALF: Readonly<Record<HandlerName | "athena" | "every", readonly string[]>> = {
  every: ["logs:CreateLogStream", "logs:PutLogEvents"],
  // The queue's poller.
  "move-access-logs": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
  // Athena reads the catalog, makes the default database where there is none, and writes results of every statement.
  athena: [
    "glue:GetDatabase",
    "glue:CreateDatabase",
    "glue:GetTable",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:BatchGetPartition",
    "s3:GetBucketLocation",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:GetObject",
    "s3:PutObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    // Failed runs.
    "sqs:SendMessage",
  ],
  "create-partition": ["glue:CreatePartition", "glue:BatchCreatePartition"],
  // Iceberg commits by updating the table, and deletes what a failed commit left.
  "transform-partition": [
    "glue:CreatePartition",
    "glue:BatchCreatePartition",
    "glue:CreateTable",
    "glue:UpdateTable",
    "s3:DeleteObject",
  ],
  "maintain-lake": ["glue:CreateTable", "glue:UpdateTable", "s3:DeleteObject"],
};

/** Names of the SDK's commands in a file and in all that it imports from this project. */
function commandsOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return new Set();
  seen.add(file);
  const source = readFileSync(file, "utf8");
  const commands = new Set([...source.matchAll(/new (\w+Command)\(/g)].map(([, name = ""]) => name));
  for (const [, path = ""] of source.matchAll(/^(?:import|export) (?!type)[^;]*? from "(\.[^"]+)"/gm)) {
    const target = [`${path}.ts`, `${path}/index.ts`]
      .map((name) => resolve(dirname(file), name))
      .find((name) => exists(name));
    for (const command of target ? commandsOf(target, seen) : []) commands.add(command);
  }
  return commands;
}

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

const needed = (name: HandlerName): ReadonlySet<string> =>
  new Set([
    ...[...commandsOf(join(ROOT, "handlers", `${name}.ts`))].flatMap(
      (command) => ACTIONS[command] ?? [command],
    ),
    ...ON_BEHALF.every,
    ...(name === "move-access-logs" ? [] : ON_BEHALF.athena),
    ...ON_BEHALF[name],
  ]);

interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

/** What is read, and what is written, with a key of one's own. */
const USE_OF_KEY = ["kms:Decrypt", "kms:GenerateDataKey"];
const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

interface Options {
  readonly kmsKey?: string;
  readonly lakeFormation?: boolean;
  readonly vpc?: object;
  readonly [option: string]: unknown;
}
const VARIANTS: Readonly<Record<string, Options>> = {
  default: {},
  "existing bucket, originals kept": { existingLogBucket: "company-logs", keepOriginals: true },
  "text only": { columnar: false },
  projection: { partitions: "projection" },
  "encrypted with a KMS key": { kmsKey: KEY },
  "ruled by Lake Formation": { lakeFormation: true },
  "hashed rows": {
    sources: [{ name: "alb", format: "alb", prefix: "alb/", privacy: { clientIps: "hash" } }],
  },
  "in a network of one's own": { vpc: { subnetIds: ["subnet-0a1b"], securityGroupIds: ["sg-0a1b"] } },
};

/** Actions that know no resources, and why that is no danger. */
const WITHOUT_RESOURCES: Readonly<Record<string, string>> = {
  "lakeformation:GetDataAccess": "Lake Formation keeps lists of its own of who may see which table",
  ...Object.fromEntries(
    NETWORK_INTERFACE_ACTIONS.map((action) => [
      action,
      "Lambda makes the interfaces, with ids that it chooses; the function's own code is denied",
    ]),
  ),
};

describe.each(Object.entries(VARIANTS))("the roles of the stack: %s", (_, options) => {
  const json = synthSettings({
    name: "logs",
    region: "eu-central-1",
    sources: [
      { name: "alb", format: "alb", prefix: "alb/" },
      { name: "cloudfront", format: "cloudfront", prefix: "cloudfront/" },
    ],
    ...options,
  });
  const policies = Object.entries(resourcesOf(json, "aws_iam_role_policy"));
  const statementsOf = (name: string): readonly Statement[] =>
    policies
      .filter(([id]) => id.includes(`${name.replaceAll("-", "_")}_`) && !id.includes("_schedule_policy"))
      .flatMap(([, { policy }]) => (policy as { Statement: Statement[] }).Statement);
  const handlers = HANDLER_NAMES.filter((name) => statementsOf(name).length > 0);

  it.each(handlers)("let %s do nothing that its code does not ask for", (name) => {
    const granted = new Set(statementsOf(name).flatMap(({ Action }) => Action));
    expect(granted.size).toBeGreaterThan(4);
    const allowed = new Set([...needed(name), ...(options.kmsKey ? USE_OF_KEY : [])]);
    if (options.lakeFormation && name !== "move-access-logs") allowed.add("lakeformation:GetDataAccess");
    if (options.vpc) for (const action of NETWORK_INTERFACE_ACTIONS) allowed.add(action);
    expect([...granted].filter((action) => !allowed.has(action))).toEqual([]);
  });

  it("name every action, and never every resource", () => {
    for (const [, { policy }] of policies) {
      for (const { Action, Resource } of (policy as { Statement: Statement[] }).Statement) {
        for (const action of Action) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z0-9]+$/);
        if (Action.every((action) => action in WITHOUT_RESOURCES)) continue;
        for (const resource of Resource)
          expect(resource).toMatch(/^(?:arn:|\$\{)[^*]*(?:\/\*(?:\/|_\$folder\$)?|:\*)?$/);
      }
    }
  });

  it("keep the code from what only Lambda does to the network", () => {
    const onNetwork = policies
      .flatMap(([, { policy }]) => (policy as { Statement: Statement[] }).Statement)
      .filter(({ Action }) => Action.some((action) => action.startsWith("ec2:")));
    const effects = handlers.flatMap(() => (options.vpc ? ["Allow", "Deny"] : []));
    expect(onNetwork.map(({ Effect }) => Effect)).toEqual(effects);
    for (const { Effect, Condition } of onNetwork) {
      expect(Condition).toEqual(
        Effect === "Deny" ? { Null: { "lambda:SourceFunctionArn": "false" } } : undefined,
      );
    }
  });

  it("are few, and each is known", () => {
    expect(handlers).toContain("move-access-logs");
    expect(policies.length).toBeGreaterThan(handlers.length);
  });
});
