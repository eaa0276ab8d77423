import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { METRICS_NAMESPACE } from "../formats/metrics";
import type { HandlerName } from "../pipeline/handler-names";
import { logGroupNameOf } from "../pipeline/names";
import { allow, type PolicyStatement, policyDocument, trustPolicy } from "../pipeline/policy";
import type { Runtime } from "../pipeline/runtime";
import { roleOptions, type SecurityProps, useOfKey } from "../pipeline/security-props";
import { networkInterfaces, type VpcConfig } from "../pipeline/vpc";
import { handlerCode } from "./handler-code";
import { fixLogicalId } from "./logical-id";
import { validateProps } from "./validate-props";

const MAX_TIMEOUT_SECONDS = 900;

export interface HandlerFunctionProps extends SecurityProps {
  /** Name of the function, its role and, below `/aws/lambda/`, its log group. */
  readonly name: string;
  readonly handler: HandlerName;
  readonly description: string;
  /** Seconds from 1 to 900. */
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Permissions of the function, in addition to writing its own log. */
  readonly statements: readonly PolicyStatement[];
  readonly runtime: Runtime;
  readonly logRetentionDays: number;
  /**
   * Invocations that may run at the same time.
   *
   * @default - the account's limit
   */
  readonly reservedConcurrency?: number;
  /**
   * Subnets and security groups that the function runs in.
   *
   * @default - Lambda's own network
   */
  readonly vpc?: VpcConfig;
}

/** Settings that all functions of a pipeline share. */
export type FunctionDefaults = Pick<
  HandlerFunctionProps,
  "memoryMiB" | "runtime" | "logRetentionDays" | "vpc" | keyof SecurityProps
>;

/**
 * One Lambda function on arm64 with its bundled code, its own role, and a log group. Terraform manages the
 * log group, so that it has a retention and is deleted with the function.
 *
 * @example
 * new HandlerFunction(this, "create_partition", {
 *   name: "logs-create-partition",
 *   handler: "create-partition",
 *   description: "Adds partitions to the tables of access logs",
 *   timeoutSeconds: 300,
 *   memoryMiB: 512,
 *   environment: { DATABASE: "logs", WORKGROUP: "logs", BUCKET: "company-logs", COLUMNAR: "false" },
 *   statements: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::company-logs/_config/*" }],
 *   runtime: "nodejs22.x",
 *   logRetentionDays: 30,
 * });
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
export class HandlerFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: IamRole;
  readonly logGroup: CloudwatchLogGroup;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  /** Other resources of the function, e.g. its queues, must use the same settings. */
  readonly security: SecurityProps;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    validateProps(this.node.path, [
      {
        option: "timeoutSeconds",
        value: props.timeoutSeconds,
        holds: props.timeoutSeconds >= 1 && props.timeoutSeconds <= MAX_TIMEOUT_SECONDS,
        expected: `must be from 1 to ${MAX_TIMEOUT_SECONDS}`,
      },
    ]);
    this.security = props;
    this.timeoutSeconds = props.timeoutSeconds;
    this.memoryMiB = props.memoryMiB;
    const { kmsKey, vpc } = props;
    this.logGroup = new CloudwatchLogGroup(this, "logs", {
      name: logGroupNameOf(props.name),
      retentionInDays: props.logRetentionDays,
      ...(kmsKey === undefined ? {} : { kmsKeyId: kmsKey }),
    });
    fixLogicalId(this.logGroup, `${id}_logs`);
    this.role = new IamRole(this, "role", {
      ...roleOptions(props.name, props),
      assumeRolePolicy: trustPolicy("lambda.amazonaws.com"),
    });
    const policy = new IamRolePolicy(this, "policy", {
      name: "handler",
      role: this.role.id,
      policy: policyDocument([
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [`${this.logGroup.arn}:*`]),
        ...props.statements,
        ...useOfKey(props),
        ...networkInterfaces(vpc),
      ]),
    });
    const code = handlerCode(props.handler);
    const asset = new TerraformAsset(this, "code", {
      path: code.path,
      type: AssetType.FILE,
      assetHash: code.sha256Hex,
    });
    this.lambda = new LambdaFunction(this, "Default", {
      functionName: props.name,
      description: props.description,
      role: this.role.arn,
      filename: asset.path,
      sourceCodeHash: code.sha256Base64,
      handler: "index.handler",
      runtime: props.runtime,
      architectures: ["arm64"],
      memorySize: props.memoryMiB,
      timeout: props.timeoutSeconds,
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(kmsKey === undefined ? {} : { kmsKeyArn: kmsKey }),
      ...(vpc === undefined
        ? {}
        : { vpcConfig: { subnetIds: [...vpc.subnetIds], securityGroupIds: [...vpc.securityGroupIds] } }),
      environment: {
        variables: {
          POWERTOOLS_SERVICE_NAME: props.name,
          POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
          ...props.environment,
        },
      },
      loggingConfig: {
        logFormat: "JSON",
        applicationLogLevel: "INFO",
        systemLogLevel: "WARN",
        logGroup: this.logGroup.name,
      },
      // Without its permissions, the function's first runs would fail, and the cause would be hard to find
      // later.
      dependsOn: [policy],
    });
  }
}
