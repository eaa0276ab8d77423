import { callsForStatement } from "./athena-calls";
import { arnOf, bucketArn, type CallOfAnyone, callTo, objectArn, type Place, tableArns } from "./call";

/** A command of an SDK and its input. */
export interface Sent {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * The calls of a command that need permissions, including those that Athena makes for it.
 *
 * @throws Error for an unsupported command
 */
export function callsOf(place: Place, { name, input }: Sent): readonly CallOfAnyone[] {
  const text = (field: string): string => String(input[field] ?? "");
  const bucket = text("Bucket");
  const object = objectArn(bucket, text("Key"));
  switch (name) {
    case "CopyObjectCommand": {
      const [, from = "", fromKey = ""] = /^([^/]+)\/(.*)$/.exec(text("CopySource")) ?? [];
      const source = objectArn(from, decodeURIComponent(fromKey));
      return [
        callTo("s3:GetObject", source),
        // A copy includes the tags of its source.
        callTo("s3:GetObjectTagging", source),
        callTo("s3:PutObject", object),
        callTo("s3:PutObjectTagging", object),
        // Without permission to list, S3 answers for a missing source as for a denied one.
        callTo("s3:ListBucket", bucketArn(from)),
      ];
    }
    case "HeadObjectCommand":
    case "GetObjectCommand":
      return [callTo("s3:GetObject", object), callTo("s3:ListBucket", bucketArn(bucket))];
    case "PutObjectCommand":
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    case "CreateMultipartUploadCommand":
    case "UploadPartCommand":
    case "CompleteMultipartUploadCommand":
      return [callTo("s3:PutObject", object)];
    case "DeleteObjectCommand":
      return [callTo("s3:DeleteObject", object)];
    case "DeleteObjectsCommand": {
      const { Objects: objects } = input.Delete as { readonly Objects: readonly { readonly Key: string }[] };
      return objects.map((each) => callTo("s3:DeleteObject", objectArn(bucket, each.Key)));
    }
    case "ListObjectsV2Command":
      return [callTo("s3:ListBucket", bucketArn(bucket), { "s3:prefix": text("Prefix") })];
    case "StartQueryExecutionCommand":
      return [
        callTo("athena:StartQueryExecution", workgroupArn(place, text("WorkGroup"))),
        ...callsForStatement(place, text("QueryString")),
      ];
    case "GetQueryExecutionCommand":
    case "GetQueryResultsCommand":
    case "GetQueryRuntimeStatisticsCommand":
      return [callTo(`athena:${name.replace("Command", "")}`, workgroupArn(place, place.workgroup))];
    case "SendMessageCommand":
      return [callTo("sqs:SendMessage", arnOf(place, "sqs", text("QueueUrl").replace(/^.*\//, "")))];
    case "GetTableCommand":
      return onTable(place, { ...input, TableName: input.Name }, "glue:GetDatabase", "glue:GetTable");
    case "GetPartitionsCommand":
      return onTable(place, input, "glue:GetPartitions");
    case "BatchUpdatePartitionCommand":
      return onTable(place, input, "glue:BatchUpdatePartition", "glue:UpdatePartition");
    case "GetTableVersionsCommand":
      return onTable(place, input, "glue:GetTableVersions");
    case "BatchDeleteTableVersionCommand":
      return onTable(place, input, "glue:BatchDeleteTableVersion", "glue:DeleteTableVersion");
    case "GetTableMetadataCommand":
      return [
        callTo("athena:GetTableMetadata", arnOf(place, "athena", `datacatalog/${text("CatalogName")}`)),
        ...onTable(place, input, "glue:GetDatabase", "glue:GetTable"),
      ];
    default:
      throw new Error(`${name}: which permission does it take? Add it to sdk-calls.ts`);
  }
}

const workgroupArn = (place: Place, workgroup: string): string =>
  arnOf(place, "athena", `workgroup/${workgroup}`);

const onTable = (place: Place, input: Sent["input"], ...actions: readonly string[]): CallOfAnyone[] =>
  actions.flatMap((action) =>
    tableArns(place, String(input.DatabaseName), String(input.TableName)).map((arn) => callTo(action, arn)),
  );
