import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { Construct } from "constructs";
import { LAKE_PREFIX, RAW_PREFIX } from "../formats/partition-layout";
import type { CatalogArns } from "../pipeline/catalog-arns";
import { listSources, readDelivered } from "../pipeline/log-delivery";
import { isAsDelivered, type LogSource } from "../pipeline/log-source";
import { allow, type PolicyStatement, policyDocument } from "../pipeline/policy";
import { iamName, type SecurityProps, useOfKey } from "../pipeline/security-props";
import type { QueryWorkgroup } from "./query-workgroup";

export interface AnalystPolicyProps {
  /** Prefix of the managed policy's name. */
  readonly name: string;
  /** Workgroup of the analysts' queries. */
  readonly workgroup: QueryWorkgroup;
  readonly database: string;
  readonly bucketArn: string;
  /**
   * Files as delivered that the tables include.
   *
   * @default - all files are moved
   */
  readonly delivered?: DeliveredText;
  readonly arns: CatalogArns;
  /** True if Lake Formation, together with IAM, controls access to the tables. */
  readonly lakeFormation: boolean;
  readonly security: SecurityProps;
  /** True for a managed policy; false for the document only. */
  readonly isManaged: boolean;
}

/** Files that are read where AWS delivers them. */
export interface DeliveredText {
  /** Bucket that they are delivered to. */
  readonly bucketArn: string;
  /** True if it is the pipeline's bucket. */
  readonly isOwnBucket: boolean;
  readonly sources: readonly LogSource[];
  /**
   * ARN of the KMS key that encrypts them.
   *
   * @default - S3's own keys, or the pipeline's
   */
  readonly kmsKey?: string;
}

/**
 * Permissions for the analysts' workgroup: run queries, look up tables, read their data and write results.
 * None of them can change a table.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/example-policies-workgroup.html
 */
export class AnalystPolicy extends Construct {
  /** As JSON. */
  readonly document: string;
  readonly policy: IamPolicy | undefined;

  constructor(scope: Construct, id: string, props: AnalystPolicyProps) {
    super(scope, id);
    const { workgroup, database, bucketArn, arns, lakeFormation, security } = props;
    this.document = policyDocument([
      { Sid: "Ask", ...allow(ASK, [workgroup.workgroup.arn]) },
      // Needed by the console before a workgroup is chosen. These actions do not support resources.
      { Sid: "Choose", ...allow(["athena:ListDataCatalogs", "athena:ListWorkGroups"], ["*"]) },
      { Sid: "Describe", ...allow(DESCRIBE, [arns.dataCatalog()]) },
      {
        Sid: "LookUp",
        ...allow(LOOK_UP, [
          arns.catalog(),
          arns.database("default"),
          arns.database(database),
          arns.table(database, "*"),
        ]),
      },
      {
        Sid: "List",
        ...allow(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], [bucketArn]),
      },
      {
        Sid: "Read",
        ...allow(["s3:GetObject"], [`${bucketArn}/${RAW_PREFIX}*`, `${bucketArn}/${LAKE_PREFIX}*`]),
      },
      {
        Sid: "WriteResults",
        ...allow(
          ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
          [`${bucketArn}/${workgroup.resultsPrefix}*`],
        ),
      },
      ...letReadDelivered(props),
      ...useOfKey(security),
      ...(lakeFormation ? [allow(["lakeformation:GetDataAccess"], ["*"])] : []),
    ]);
    this.policy = props.isManaged
      ? new IamPolicy(this, "Default", {
          ...iamName(`${props.name}-analysts`, security),
          description: `Queries on access logs in the workgroup ${workgroup.workgroup.name}`,
          policy: this.document,
        })
      : undefined;
  }
}

function letReadDelivered({ delivered }: AnalystPolicyProps): PolicyStatement[] {
  if (delivered === undefined) return [];
  const { bucketArn, isOwnBucket, sources, kmsKey } = delivered;
  return [
    readDelivered(bucketArn, sources),
    ...(isOwnBucket
      ? []
      : [
          listSources(bucketArn, sources.filter(isAsDelivered)),
          { Sid: "LocateDelivered", ...allow(["s3:GetBucketLocation"], [bucketArn]) },
        ]),
    ...(kmsKey === undefined ? [] : [{ Sid: "DecryptDelivered", ...allow(["kms:Decrypt"], [kmsKey]) }]),
  ];
}

const ASK = [
  "athena:BatchGetNamedQuery",
  "athena:BatchGetQueryExecution",
  "athena:GetNamedQuery",
  "athena:GetPreparedStatement",
  "athena:GetQueryExecution",
  "athena:GetQueryResults",
  "athena:GetQueryResultsStream",
  "athena:GetQueryRuntimeStatistics",
  "athena:GetWorkGroup",
  "athena:ListNamedQueries",
  "athena:ListPreparedStatements",
  "athena:ListQueryExecutions",
  "athena:StartQueryExecution",
  "athena:StopQueryExecution",
] as const;
const DESCRIBE = [
  "athena:GetDataCatalog",
  "athena:GetDatabase",
  "athena:GetTableMetadata",
  "athena:ListDatabases",
  "athena:ListTableMetadata",
] as const;
const LOOK_UP = [
  "glue:BatchGetPartition",
  "glue:GetDatabase",
  "glue:GetDatabases",
  "glue:GetPartition",
  "glue:GetPartitions",
  "glue:GetTable",
  "glue:GetTables",
] as const;
