import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsCanonicalUserId } from "@cdktf/provider-aws/lib/data-aws-canonical-user-id";
import { DataAwsCloudfrontLogDeliveryCanonicalUserId } from "@cdktf/provider-aws/lib/data-aws-cloudfront-log-delivery-canonical-user-id";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketAcl } from "@cdktf/provider-aws/lib/s3-bucket-acl";
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { Construct } from "constructs";
import { RAW_PREFIX, TOUCHED_PREFIX } from "../formats/partition-layout";
import { keyPrefixOf, type LogSource } from "./log-source";
import { denyPlainText, type PolicyStatement, policyDocument } from "./policy";
import { validateProps } from "./validate-props";

/** Where Athena writes results, one folder per workgroup. */
export const RESULTS_PREFIX = "athena-results/";

/** S3 lets a prefix be at most 37 characters, so that 26 remain for what makes the name unique. */
export const BUCKET_PREFIX_LIMIT = 37;
const ABANDONED_UPLOAD_DAYS = 7;
/** Markers live for an hour; where only partitions are made of them, one that is not consumed need not stay for ever. */
const MARKER_DAYS = 30;

export interface LogBucketProps {
  /** Start of the bucket's name; AWS appends what makes it unique. At most 37 characters. */
  readonly namePrefix: string;
  /**
   * Sources whose logs AWS delivers into this bucket.
   *
   * @default - none: the bucket holds moved files and query results only
   */
  readonly deliveries?: readonly LogSource[];
  /**
   * Days after which moved text is deleted.
   *
   * @default - it is kept
   */
  readonly rawRetentionDays?: number;
  /** Days after which query results are deleted. */
  readonly resultsRetentionDays: number;
  /** True if markers are the work list of typed tables: they then stay until they are consumed. */
  readonly keepMarkers: boolean;
}

/**
 * A private bucket for access logs: encrypted with S3's own keys (load balancers can deliver to nothing else), TLS
 * only, not versioned (each move would leave a version), never emptied by Terraform.
 *
 * CloudFront's standard logs need access control lists; they are switched on only if such a source delivers here.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 */
export class LogBucket extends Construct {
  readonly bucket: S3Bucket;
  /** Policy that the deliveries rest on. */
  readonly policy: S3BucketPolicy;

  constructor(scope: Construct, id: string, props: LogBucketProps) {
    super(scope, id);
    validateProps(this.node.path, [
      {
        option: "namePrefix",
        value: props.namePrefix,
        holds:
          /^[a-z0-9][a-z0-9-]*$/.test(props.namePrefix) && props.namePrefix.length <= BUCKET_PREFIX_LIMIT,
        expected: `must be lower-case letters, digits and "-", at most ${BUCKET_PREFIX_LIMIT} characters`,
      },
    ]);
    const deliveries = props.deliveries ?? [];
    const needsAcl = deliveries.some(({ format }) => format === "cloudfront");
    this.bucket = new S3Bucket(this, "Default", { bucketPrefix: props.namePrefix, forceDestroy: false });
    this.bucket.overrideLogicalId(id);
    const bucket = this.bucket.id;
    const ownership = new S3BucketOwnershipControls(this, "ownership", {
      bucket,
      rule: { objectOwnership: needsAcl ? "BucketOwnerPreferred" : "BucketOwnerEnforced" },
    });
    new S3BucketPublicAccessBlock(this, "public_access", {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      bucket,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    new S3BucketLifecycleConfiguration(this, "lifecycle", { bucket, rule: lifecycleRules(props) });
    this.policy = new S3BucketPolicy(this, "policy", {
      bucket,
      policy: policyDocument([
        denyPlainText("s3:*", [this.bucket.arn, `${this.bucket.arn}/*`]),
        ...this.loadBalancerDelivery(deliveries.filter(({ format }) => format === "alb")),
      ]),
    });
    if (needsAcl) this.grantDistributionDelivery(bucket, ownership);
  }

  /** Load balancers of every Region deliver as this service; the account in the key is what limits it. */
  private loadBalancerDelivery(sources: readonly LogSource[]): PolicyStatement[] {
    if (sources.length === 0) return [];
    const own = sources.some(({ accounts }) => !accounts)
      ? [new DataAwsCallerIdentity(this, "account").accountId]
      : [];
    const resources = sources.flatMap((source) =>
      (source.accounts ?? own).map((account) => `${this.bucket.arn}/${keyPrefixOf(source)}${account}/*`),
    );
    return [
      {
        Sid: "LoadBalancerLogDelivery",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: resources,
      },
    ];
  }

  /** The same list that CloudFront itself would write, so that Terraform sees no drift. */
  private grantDistributionDelivery(bucket: string, ownership: S3BucketOwnershipControls): void {
    const owner = new DataAwsCanonicalUserId(this, "owner");
    const delivery = new DataAwsCloudfrontLogDeliveryCanonicalUserId(this, "delivery");
    new S3BucketAcl(this, "acl", {
      bucket,
      accessControlPolicy: {
        owner: { id: owner.id },
        grant: [owner.id, delivery.id].map((id) => ({
          permission: "FULL_CONTROL",
          grantee: { type: "CanonicalUser", id },
        })),
      },
      dependsOn: [ownership],
    });
  }
}

function lifecycleRules(props: LogBucketProps): S3BucketLifecycleConfigurationRule[] {
  const expire = (id: string, prefix: string, days: number): S3BucketLifecycleConfigurationRule => ({
    id,
    status: "Enabled",
    filter: [{ prefix }],
    expiration: [{ days }],
  });
  return [
    {
      id: "abandoned-uploads",
      status: "Enabled",
      filter: [{ prefix: "" }],
      abortIncompleteMultipartUpload: [{ daysAfterInitiation: ABANDONED_UPLOAD_DAYS }],
    },
    expire("query-results", RESULTS_PREFIX, props.resultsRetentionDays),
    ...(props.keepMarkers ? [] : [expire("markers", TOUCHED_PREFIX, MARKER_DAYS)]),
    ...(props.rawRetentionDays === undefined ? [] : [expire("raw", RAW_PREFIX, props.rawRetentionDays)]),
  ];
}
