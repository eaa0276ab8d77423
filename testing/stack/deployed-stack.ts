import * as z from "zod";
import { applied, resourcesOf, type TerraformJson } from "./terraform-json";

/** A stack with the resources of its deployment, read from its Terraform JSON. */
export interface DeployedStack {
  readonly database: string;
  readonly buckets: readonly string[];
  /** Objects that Terraform writes. */
  readonly objects: readonly StoredText[];
  readonly functions: readonly DeployedFunction[];
  readonly textTables: readonly TextTable[];
  /** The pipeline's workgroup. */
  readonly workgroup: string;
  /** `s3://.../` of its results. */
  readonly results: string;
}

export interface StoredText {
  readonly bucket: string;
  readonly key: string;
  readonly content: string;
}

export interface DeployedFunction {
  /** Name of its handler: `<name>.zip`. */
  readonly name: string;
  /** Zip, relative to the stack's folder. */
  readonly zip: string;
  /** `<module>.<export>` */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Events of its schedules, with the placeholder `<aws.scheduler.scheduled-time>` for the time. */
  readonly scheduledEvents: readonly string[];
}

/** A table of the Glue catalog over text that a regular expression parses. */
export interface TextTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly partitionKeys: readonly string[];
  readonly pattern: string;
  readonly location: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const functionSchema = z.object({
  filename: z.string(),
  handler: z.string(),
  timeout: z.number(),
  environment: z.object({ variables: z.record(z.string(), z.string()) }),
});
const column = z.object({ name: z.string(), type: z.literal("string") });
const tableSchema = z.object({
  name: z.string(),
  parameters: z.record(z.string(), z.string()),
  partition_keys: z.array(column),
  storage_descriptor: z.object({
    location: z.string(),
    columns: z.array(column),
    ser_de_info: z.object({
      serialization_library: z.literal("org.apache.hadoop.hive.serde2.RegexSerDe"),
      parameters: z.object({ "input.regex": z.string() }),
    }),
  }),
});
const objectSchema = z.object({ bucket: z.string(), key: z.string(), content: z.string() });
const databaseSchema = z.object({ name: z.string() });
const scheduleSchema = z.object({ target: z.object({ arn: z.string(), input: z.string() }) });
const workgroupSchema = z.object({
  name: z.string(),
  configuration: z.object({ result_configuration: z.object({ output_location: z.string() }) }),
});

/** Start of the addresses of the stack's queues. */
const QUEUES = "https://sqs.eu-central-1.amazonaws.com/111122223333";

/**
 * @param bucketOf name of a created bucket, by the resource's logical id
 * @param existingBucket name of the bucket that the settings name, if they do
 */
export function deployedStack(
  json: TerraformJson,
  bucketOf: (id: string) => string,
  existingBucket?: string,
): DeployedStack {
  const stack = applied(json, (type, id, attribute) => {
    if (type === "aws_s3_bucket") return bucketOf(id);
    if (type === "data.aws_s3_bucket") return existingBucket;
    if (type === "aws_sqs_queue" && attribute === "url") return `${QUEUES}/${id}`;
    // Enough to distinguish functions.
    return type === "aws_lambda_function" && attribute === "arn" ? id : undefined;
  });
  const [database] = resourcesOf(stack, "aws_glue_catalog_database").map(([, item]) =>
    databaseSchema.parse(item),
  );
  if (!database) throw new Error("the stack has no Glue database");
  const workgroup = workgroupSchema.parse(stack.resource.aws_athena_workgroup?.pipeline);
  const schedules = resourcesOf(stack, "aws_scheduler_schedule").map(
    ([, item]) => scheduleSchema.parse(item).target,
  );
  return {
    database: database.name,
    buckets: resourcesOf(stack, "aws_s3_bucket").map(([id]) => bucketOf(id)),
    objects: resourcesOf(stack, "aws_s3_object").map(([, item]) => objectSchema.parse(item)),
    functions: resourcesOf(stack, "aws_lambda_function").map(([id, item]) => {
      const { filename, handler, timeout, environment } = functionSchema.parse(item);
      return {
        name: filename.replace(/^.*\/|\.zip$/g, ""),
        zip: filename,
        handler,
        timeoutSeconds: timeout,
        environment: environment.variables,
        scheduledEvents: schedules.filter(({ arn }) => arn === id).map(({ input }) => input),
      };
    }),
    textTables: resourcesOf(stack, "aws_glue_catalog_table").map(([, item]) => {
      const { name, parameters, partition_keys: keys, storage_descriptor: storage } = tableSchema.parse(item);
      return {
        name,
        parameters,
        columns: storage.columns.map((one) => one.name),
        partitionKeys: keys.map((one) => one.name),
        pattern: storage.ser_de_info.parameters["input.regex"],
        location: storage.location,
      };
    }),
    workgroup: workgroup.name,
    results: workgroup.configuration.result_configuration.output_location,
  };
}
