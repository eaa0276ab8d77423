import { GetTableMetadataCommand, GetWorkGroupCommand } from "@aws-sdk/client-athena";
import { GetFunctionConcurrencyCommand, ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import {
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadBucketCommand,
  type NotificationConfiguration,
} from "@aws-sdk/client-s3";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { linesGlueTable, rawGlueTable } from "../../formats/render/glue-table";
import { type LakeTable, lakeColumnTypes } from "../../formats/render/lake-sql";
import type { RejectedFile } from "../../handlers/core/rejected-files";
import { awsQueues, type QueueFacts } from "../../operations/queues";
import type { DeployedParts } from "../../pipeline/deployed-parts";
import { awsErrors, type LogError } from "./errors";
import { awsFunctions, type FunctionFacts } from "./functions";
import type { Look } from "./look";
import { awsRejected } from "./rejected";
import type { Answer, Unseen } from "./sight";
import { tableOf } from "./tables";

/** How a deployed pipeline is set up. */
export interface CheckFacts {
  readonly parts: DeployedParts;
  readonly account: string | undefined;
  readonly bucket: string | undefined;
  /** Buckets of the pipeline, and of the deliveries if that is another. */
  readonly buckets: readonly { readonly name: string; readonly answer: Answer<unknown> }[];
  /** What is set up where the logs are delivered. */
  readonly landing: LandingSetup | undefined;
  readonly queues: readonly QueueFacts[];
  readonly functions: readonly FunctionFacts[];
  /** What the functions read of the sources; `undefined` if the bucket is not known. */
  readonly configuration: Answer<string> | undefined;
  readonly mappings: Answer<readonly MappingState[]>;
  /** Reserved concurrency of each function that has any. */
  readonly concurrency: ReadonlyMap<string, number>;
  readonly workgroups: readonly { readonly name: string; readonly answer: Answer<WorkgroupState> }[];
  readonly tables: readonly TableFacts[];
  /** Files that Athena could not read. */
  readonly rejected: readonly RejectedFile[];
  readonly errors: readonly LogError[];
  readonly unseen: readonly Unseen[];
}

export interface LandingSetup {
  readonly bucket: string;
  readonly notification: Answer<NotificationConfiguration>;
  readonly policy: Answer<string>;
  /** `BucketOwnerEnforced` switches access control lists off. */
  readonly ownership: Answer<string>;
}

export interface MappingState {
  readonly queueArn: string;
  readonly state: string;
  /** True if one bad message does not bring its whole batch back. */
  readonly isByMessage: boolean;
}

export interface WorkgroupState {
  readonly isEnabled: boolean;
  readonly isEnforced: boolean;
  readonly engine: string;
  readonly output: string;
}

export interface TableFacts {
  readonly name: string;
  /** True if Terraform makes it; the typed tables are made by a function. */
  readonly isDeployed: boolean;
  /** Types by column, as the format has them. */
  readonly expected: ReadonlyMap<string, string>;
  readonly location: string | undefined;
  readonly answer: Answer<{
    readonly columns: ReadonlyMap<string, string>;
    readonly location: string | undefined;
  }>;
}

export async function checkFacts(look: Look): Promise<CheckFacts> {
  const { parts, account, bucket, landing, sight } = look;
  const names = [...new Set([bucket, landing].filter((name) => name !== undefined))];
  const [
    buckets,
    setup,
    queues,
    functions,
    configuration,
    mappings,
    concurrency,
    workgroups,
    tables,
    rejected,
    errors,
  ] = await Promise.all([
    Promise.all(names.map(async (name) => ({ name, answer: await headBucket(look, name) }))),
    landing === undefined ? undefined : landingSetup(look, landing),
    awsQueues(look),
    awsFunctions(look),
    bucket === undefined ? undefined : configurationIn(look, bucket),
    mappingsOf(look),
    concurrencyOf(look),
    Promise.all(parts.workgroups.map(async (name) => ({ name, answer: await workgroupState(look, name) }))),
    tablesOf(look, bucket ?? ""),
    awsRejected(look),
    awsErrors(look),
  ]);
  return {
    parts,
    account,
    bucket,
    buckets,
    landing: setup,
    queues,
    functions,
    configuration,
    mappings,
    concurrency,
    workgroups,
    tables,
    rejected,
    errors,
    unseen: sight.unseen,
  };
}

const headBucket = ({ clients, sight }: Look, name: string): Promise<Answer<unknown>> =>
  sight.ask("s3:ListBucket", name, () => clients.s3.send(new HeadBucketCommand({ Bucket: name })));

const configurationIn = ({ clients: { s3 }, sight }: Look, bucket: string): Promise<Answer<string>> =>
  sight.ask("s3:GetObject", `s3://${bucket}/${CONFIGURATION_KEY}`, async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: CONFIGURATION_KEY }));
    return (await Body?.transformToString()) ?? "";
  });

async function landingSetup({ clients: { s3 }, sight }: Look, bucket: string): Promise<LandingSetup> {
  const [notification, policy, ownership] = await Promise.all([
    sight.ask("s3:GetBucketNotification", bucket, () =>
      s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket })),
    ),
    sight.ask(
      "s3:GetBucketPolicy",
      bucket,
      async () => (await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }))).Policy ?? "{}",
    ),
    sight.ask("s3:GetBucketOwnershipControls", bucket, async () => {
      const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket }));
      return OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "";
    }),
  ]);
  return { bucket, notification, policy, ownership };
}

const mappingsOf = ({ clients, parts, sight }: Look): Promise<Answer<readonly MappingState[]>> =>
  sight.ask("lambda:ListEventSourceMappings", parts.move.name, async () => {
    const { EventSourceMappings = [] } = await clients.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: parts.move.name }),
    );
    return EventSourceMappings.map(({ EventSourceArn, State, FunctionResponseTypes }) => ({
      queueArn: EventSourceArn ?? "",
      state: State ?? "",
      isByMessage: FunctionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
    }));
  });

async function concurrencyOf({ clients, parts, sight }: Look): Promise<ReadonlyMap<string, number>> {
  const answers = await Promise.all(
    [parts.move, ...parts.scheduled].map(async ({ name }) => {
      const answer = await sight.ask("lambda:GetFunctionConcurrency", name, () =>
        clients.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: name })),
      );
      return [name, answer.kind === "there" ? answer.value.ReservedConcurrentExecutions : undefined] as const;
    }),
  );
  return new Map(answers.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

const workgroupState = ({ clients, sight }: Look, name: string): Promise<Answer<WorkgroupState>> =>
  sight.ask("athena:GetWorkGroup", name, async () => {
    const { WorkGroup: group } = await clients.athena.send(new GetWorkGroupCommand({ WorkGroup: name }));
    const configuration = group?.Configuration;
    return {
      isEnabled: group?.State === "ENABLED",
      isEnforced: configuration?.EnforceWorkGroupConfiguration ?? false,
      engine: configuration?.EngineVersion?.EffectiveEngineVersion ?? "",
      output: configuration?.ResultConfiguration?.OutputLocation ?? "",
    };
  });

function tablesOf(look: Look, bucket: string): Promise<TableFacts[]> {
  const { columnar, streams } = look.parts;
  const firstOfTable = streams.filter(
    ({ format }, index) => streams.findIndex((other) => other.format === format) === index,
  );
  const wanted = firstOfTable.flatMap((stream) => wantedTables(tableOf(look, bucket, stream), columnar));
  return Promise.all(wanted.map(async (table) => ({ ...table, answer: await tableState(look, table.name) })));
}

/** The tables over the text, which Terraform makes, and the typed one. */
function wantedTables(table: LakeTable, isColumnar: boolean): Omit<TableFacts, "answer">[] {
  const { format, bucket } = table;
  const text = [rawGlueTable(format, table), ...(isColumnar ? [linesGlueTable(format, table)] : [])];
  return [
    ...text.map(({ name, columns, location }) => ({
      name,
      isDeployed: true,
      expected: new Map(columns.map((column) => [column.name, column.type])),
      location: bucket === "" ? undefined : location,
    })),
    ...(isColumnar
      ? [{ name: format.table, isDeployed: false, expected: lakeColumnTypes(table), location: undefined }]
      : []),
  ];
}

const tableState = ({ clients, parts, sight }: Look, name: string): Promise<TableFacts["answer"]> =>
  sight.ask("athena:GetTableMetadata", `${parts.database}.${name}`, async () => {
    const { TableMetadata: found } = await clients.athena.send(
      new GetTableMetadataCommand({
        CatalogName: "AwsDataCatalog",
        DatabaseName: parts.database,
        TableName: name,
      }),
    );
    return {
      columns: new Map(
        (found?.Columns ?? []).flatMap(({ Name, Type }) =>
          Name === undefined ? [] : [[Name, Type ?? ""] as const],
        ),
      ),
      location: found?.Parameters?.location,
    };
  });
