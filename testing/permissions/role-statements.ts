import * as z from "zod";
import { applied, resourcesOf, type TerraformJson } from "../stack/terraform-json";
import { arnOf, bucketArn } from "./call";
import type { Statement } from "./evaluate";

/** The account of a deployed stack. */
export interface Account {
  readonly account: string;
  readonly region: string;
  /** Name of a created bucket, by the resource's logical id. */
  readonly bucketOf: (id: string) => string;
  /** Name of an existing bucket that the stack refers to. */
  readonly existingBucket?: string;
}

const texts = z.union([z.string(), z.array(z.string())]);
// Strict: a policy with NotAction or NotResource would be evaluated incorrectly.
const policySchema = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(
    z.strictObject({
      Sid: z.string().optional(),
      Effect: z.enum(["Allow", "Deny"]),
      Action: texts,
      Resource: texts,
      Condition: z.record(z.string(), z.record(z.string(), texts)).optional(),
    }),
  ),
});
const functionSchema = z.object({ filename: z.string(), role: z.string() });
const attachedSchema = z.object({ role: z.string(), policy: z.unknown() });

/** Statements of each function's role after the apply, by the name of its handler. */
export function roleStatements(json: TerraformJson, account: Account): ReadonlyMap<string, Statement[]> {
  const stack = applied(json, (type, id, attribute) => computed(json, account, type, id, attribute));
  const policies = resourcesOf(stack, "aws_iam_role_policy").map(([, item]) => attachedSchema.parse(item));
  return new Map(
    resourcesOf(stack, "aws_lambda_function").map(([, item]) => {
      const { filename, role } = functionSchema.parse(item);
      const statements = policies
        .filter((policy) => policy.role === role)
        .flatMap(({ policy }) => statementsIn(policy));
      return [filename.replace(/^.*\/|\.zip$/g, ""), statements];
    }),
  );
}

function statementsIn(policy: unknown): Statement[] {
  const { Statement: statements } = policySchema.parse(
    typeof policy === "string" ? JSON.parse(policy) : policy,
  );
  return statements.map(({ Effect, Action, Resource, Condition = {} }) => ({
    Effect,
    Action,
    Resource,
    Condition,
  }));
}

/** Computed attributes of a resource after its creation. */
function computed(
  json: TerraformJson,
  account: Account,
  type: string,
  id: string,
  attribute: string,
): string | undefined {
  const arn = (service: string, prefix = "") =>
    attribute === "arn" ? arnOf(account, service, `${prefix}${json.resource[type]?.[id]?.name}`) : undefined;
  const ofBucket = (name: string) => (attribute === "arn" ? bucketArn(name) : name);
  switch (type) {
    case "aws_s3_bucket":
      return ofBucket(account.bucketOf(id));
    case "data.aws_s3_bucket":
      return account.existingBucket === undefined ? undefined : ofBucket(account.existingBucket);
    case "aws_sqs_queue":
      return arn("sqs");
    case "aws_athena_workgroup":
      return arn("athena", "workgroup/");
    case "aws_cloudwatch_log_group":
      return arn("logs", "log-group:");
    // Enough to distinguish roles.
    case "aws_iam_role":
      return id;
    case "data.aws_caller_identity":
      return account.account;
    case "data.aws_region":
      return account.region;
    case "data.aws_partition":
      return "aws";
    default:
      return undefined;
  }
}
