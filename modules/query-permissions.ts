import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import type { Construct } from "constructs";
import {
  COMMITS_PREFIX,
  LAKE_PREFIX,
  PRIVACY_SALT_KEY,
  RAW_PREFIX,
  TOUCHED_PREFIX,
} from "../formats/partition-layout";
import { allow, type PolicyStatement } from "./policy";
import type { QueryWorkgroup } from "./query-workgroup";

/** What a function's statements are about. */
export interface QueryScope {
  readonly workgroup: QueryWorkgroup;
  /** Glue database. */
  readonly database: string;
  readonly bucketArn: string;
  readonly accountId: string;
  /** True if Lake Formation, beside IAM, says who may see the tables. */
  readonly lakeFormation: boolean;
}

/** Permissions of functions that run statements in Athena, with exact ARNs. */
export class QueryPermissions {
  private readonly glue: string;
  private readonly athena: string;

  /** @param scope where the data sources of Region and partition go */
  constructor(
    scope: Construct,
    private readonly query: QueryScope,
  ) {
    const { partition } = new DataAwsPartition(scope, "partition");
    const { region } = new DataAwsRegion(scope, "region");
    this.glue = `arn:${partition}:glue:${region}:${query.accountId}`;
    this.athena = `arn:${partition}:athena:${region}:${query.accountId}`;
  }

  /** To submit statements, wait for them and have their results written. */
  run(...furtherActions: readonly string[]): PolicyStatement[] {
    const { bucketArn, workgroup } = this.query;
    return [
      allow(
        ["athena:StartQueryExecution", "athena:GetQueryExecution", ...furtherActions],
        [workgroup.workgroup.arn],
      ),
      // Lake Formation hands the data out by its own rules; this action knows no resources.
      ...(this.query.lakeFormation ? [allow(["lakeformation:GetDataAccess"], ["*"])] : []),
      // Athena looks the default database up whatever the statement is about.
      allow(["glue:GetDatabase"], [`${this.glue}:database/default`]),
      allow(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], [bucketArn]),
      allow(
        ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
        [`${bucketArn}/${workgroup.resultsPrefix}*`],
      ),
    ];
  }

  /**
   * To do something with tables of the catalog.
   *
   * @see https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
   */
  catalog(actions: readonly string[], tables: readonly string[]): PolicyStatement {
    const { database } = this.query;
    return allow(
      ["glue:GetDatabase", "glue:GetTable", ...actions],
      [
        `${this.glue}:catalog`,
        `${this.glue}:database/${database}`,
        ...tables.map((table) => `${this.glue}:table/${database}/${table}`),
      ],
    );
  }

  /** To ask for the columns of a table. */
  tableMetadata(): PolicyStatement {
    return allow(["athena:GetTableMetadata"], [`${this.athena}:datacatalog/AwsDataCatalog`]);
  }

  /** To read the moved text, and to write and clean up the typed tables. */
  lakeData(): PolicyStatement[] {
    const { bucketArn } = this.query;
    return [
      allow(["s3:GetObject"], [`${bucketArn}/${RAW_PREFIX}*`]),
      allow(
        [
          "s3:GetObject",
          "s3:PutObject",
          "s3:DeleteObject",
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
        ],
        [`${bucketArn}/${LAKE_PREFIX}*`],
      ),
    ];
  }

  /** To consume the markers of touched partitions. */
  markers(): PolicyStatement {
    return allow(["s3:GetObject", "s3:DeleteObject"], [`${this.query.bucketArn}/${TOUCHED_PREFIX}*`]);
  }

  /** To read the secret that hashes are made with, and to draw it. */
  privacySalt(): PolicyStatement {
    return allow(["s3:GetObject", "s3:PutObject"], [`${this.query.bucketArn}/${PRIVACY_SALT_KEY}`]);
  }

  /** To note the commit that is on its way. */
  commits(): PolicyStatement {
    return allow(
      ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      [`${this.query.bucketArn}/${COMMITS_PREFIX}*`],
    );
  }
}

export const READ_PARTITIONS = ["glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"] as const;
export const ADD_PARTITIONS = ["glue:CreatePartition", "glue:BatchCreatePartition"] as const;
/** Iceberg moves a table on by updating it in the catalog. */
export const WRITE_TABLES = ["glue:CreateTable", "glue:UpdateTable"] as const;
