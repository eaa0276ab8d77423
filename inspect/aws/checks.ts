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
import { type DeliveredSource, deliveredSourcesOf } from "../../formats/configured-source";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { deliveredGlueTables, linesGlueTable, rawGlueTable } from "../../formats/render/glue-table";
import { type LakeTable, lakeColumnTypes } from "../../formats/render/lake-sql";
import type { RejectedFile } from "../../handlers/core/rejected-files";
import type { Answer, Inaccessible } from "../../operations/inspector";
import { awsQueues, type QueueFacts } from "../../operations/queues";
import { type DeployedParts, functionsOf, workgroupsOf } from "../../pipeline/deployed-parts";
import { awsErrors, type LogError } from "./errors";
import { awsFunctions, type FunctionFacts } from "./functions";
import type { Inspection } from "./inspection";
import { awsRejected } from "./rejected";
import { tableOf } from "./tables";

/** Configuration of a deployed pipeline. */
export interface CheckFacts {
  readonly parts: DeployedParts;
  readonly account: string | undefined;
  readonly bucket: string | undefined;
  /** The pipeline's bucket, and the landing bucket if it is a different one. */
  readonly buckets: readonly { readonly name: string; readonly answer: Answer<unknown> }[];
  /** Configuration of the landing bucket. */
  readonly landing: LandingSetup | undefined;
  readonly queues: readonly QueueFacts[];
  readonly functions: readonly FunctionFacts[];
  /** The sources, as the functions read them; `undefined` if the bucket is not known. */
  readonly configuration: Answer<string> | undefined;
  /** `undefined` if no files are moved. */
  readonly mappings: Answer<readonly MappingState[]> | undefined;
  /** Reserved concurrency of each function that has any. */
  readonly concurrency: ReadonlyMap<string, number>;
  readonly workgroups: readonly { readonly name: string; readonly answer: Answer<WorkgroupState> }[];
  readonly tables: readonly TableFacts[];
  /** Files that Athena could not read. */
  readonly rejected: readonly RejectedFile[];
  readonly errors: readonly LogError[];
  readonly inaccessible: readonly Inaccessible[];
}

export interface LandingSetup {
  readonly bucket: string;
  readonly notification: Answer<NotificationConfiguration>;
  readonly policy: Answer<string>;
  /** Object ownership; `BucketOwnerEnforced` switches access control lists off. */
  readonly ownership: Answer<string>;
}

export interface MappingState {
  readonly queueArn: string;
  readonly state: string;
  /** True if only failed messages return to the queue, not the whole batch. */
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
  /** True if Terraform creates the table; a function creates the typed tables. */
  readonly isDeployed: boolean;
  /** Types by column, as the format has them. */
  readonly expected: ReadonlyMap<string, string>;
  readonly location: string | undefined;
  readonly answer: Answer<{
    readonly columns: ReadonlyMap<string, string>;
    readonly location: string | undefined;
  }>;
}

export async function checkFacts(inspection: Inspection): Promise<CheckFacts> {
  const { parts, account, bucket, landing, inspector } = inspection;
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
    Promise.all(names.map(async (name) => ({ name, answer: await headBucket(inspection, name) }))),
    landing === undefined ? undefined : landingSetup(inspection, landing),
    awsQueues(inspection),
    awsFunctions(inspection),
    bucket === undefined ? undefined : configurationIn(inspection, bucket),
    mappingsOf(inspection),
    concurrencyOf(inspection),
    Promise.all(
      workgroupsOf(parts).map(async (name) => ({
        name,
        answer: await workgroupState(inspection, name),
      })),
    ),
    tablesOf(inspection, bucket ?? ""),
    awsRejected(inspection),
    awsErrors(inspection),
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
    inaccessible: inspector.inaccessible,
  };
}

const headBucket = ({ clients, inspector }: Inspection, name: string): Promise<Answer<unknown>> =>
  inspector.ask("s3:ListBucket", name, () => clients.s3.send(new HeadBucketCommand({ Bucket: name })));

const configurationIn = (
  { clients: { s3 }, inspector }: Inspection,
  bucket: string,
): Promise<Answer<string>> =>
  inspector.ask("s3:GetObject", `s3://${bucket}/${CONFIGURATION_KEY}`, async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: CONFIGURATION_KEY }));
    return (await Body?.transformToString()) ?? "";
  });

async function landingSetup(
  { clients: { s3 }, inspector }: Inspection,
  bucket: string,
): Promise<LandingSetup> {
  const [notification, policy, ownership] = await Promise.all([
    inspector.ask("s3:GetBucketNotification", bucket, () =>
      s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket })),
    ),
    inspector.ask(
      "s3:GetBucketPolicy",
      bucket,
      async () => (await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }))).Policy ?? "{}",
    ),
    inspector.ask("s3:GetBucketOwnershipControls", bucket, async () => {
      const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket }));
      return OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "";
    }),
  ]);
  return { bucket, notification, policy, ownership };
}

async function mappingsOf({
  clients,
  parts,
  inspector,
}: Inspection): Promise<Answer<readonly MappingState[]> | undefined> {
  const { name } = parts.move ?? {};
  if (name === undefined) return undefined;
  return inspector.ask("lambda:ListEventSourceMappings", name, async () => {
    const { EventSourceMappings = [] } = await clients.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: name }),
    );
    return EventSourceMappings.map(({ EventSourceArn, State, FunctionResponseTypes }) => ({
      queueArn: EventSourceArn ?? "",
      state: State ?? "",
      isByMessage: FunctionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
    }));
  });
}

async function concurrencyOf({
  clients,
  parts,
  inspector,
}: Inspection): Promise<ReadonlyMap<string, number>> {
  const answers = await Promise.all(
    functionsOf(parts).map(async ({ name }) => {
      const answer = await inspector.ask("lambda:GetFunctionConcurrency", name, () =>
        clients.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: name })),
      );
      return [name, answer.kind === "found" ? answer.value.ReservedConcurrentExecutions : undefined] as const;
    }),
  );
  return new Map(answers.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

const workgroupState = ({ clients, inspector }: Inspection, name: string): Promise<Answer<WorkgroupState>> =>
  inspector.ask("athena:GetWorkGroup", name, async () => {
    const { WorkGroup: group } = await clients.athena.send(new GetWorkGroupCommand({ WorkGroup: name }));
    const configuration = group?.Configuration;
    return {
      isEnabled: group?.State === "ENABLED",
      isEnforced: configuration?.EnforceWorkGroupConfiguration ?? false,
      engine: configuration?.EngineVersion?.EffectiveEngineVersion ?? "",
      output: configuration?.ResultConfiguration?.OutputLocation ?? "",
    };
  });

function tablesOf(inspection: Inspection, bucket: string): Promise<TableFacts[]> {
  const { columnar, streams } = inspection.parts;
  const firstOfTable = streams.filter(
    ({ format }, index) => streams.findIndex((other) => other.format === format) === index,
  );
  const wanted = firstOfTable.flatMap((stream) =>
    wantedTables(
      tableOf(inspection, bucket, stream),
      deliveredSourcesOf(inspection.parts.sources, stream.format),
      columnar,
    ),
  );
  return Promise.all(
    wanted.map(async (table) => ({ ...table, answer: await tableState(inspection, table.name) })),
  );
}

/** The tables over the text, which Terraform creates, and the typed table. */
function wantedTables(
  table: LakeTable,
  delivered: readonly DeliveredSource[],
  isColumnar: boolean,
): Omit<TableFacts, "answer">[] {
  const { format, bucket } = table;
  const asDelivered = delivered.length > 0 ? [deliveredGlueTables(format, delivered)] : [];
  const text = [
    rawGlueTable(format, table),
    ...asDelivered.map(({ rows }) => rows),
    ...(isColumnar ? [linesGlueTable(format, table), ...asDelivered.map(({ lines }) => lines)] : []),
  ];
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

const tableState = ({ clients, parts, inspector }: Inspection, name: string): Promise<TableFacts["answer"]> =>
  inspector.ask("athena:GetTableMetadata", `${parts.database}.${name}`, async () => {
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
