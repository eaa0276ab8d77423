import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsCanonicalUserId } from "@cdktf/provider-aws/lib/data-aws-canonical-user-id";
import { DataAwsCloudfrontLogDeliveryCanonicalUserId } from "@cdktf/provider-aws/lib/data-aws-cloudfront-log-delivery-canonical-user-id";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
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
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ExcludedRegions } from "../formats/delivery";
import { aclDeliveriesOf, letServicesDeliver, withoutKmsKey } from "../pipeline/log-delivery";
import type { LogSource } from "../pipeline/log-source";
import { denyPlainText, policyDocument } from "../pipeline/policy";
import { BUCKET_NAME_LIMIT, BUCKET_PREFIX_LIMIT } from "../pipeline/rules";
import { fixLogicalId } from "./logical-id";
import { validateProps } from "./validate-props";

const ABANDONED_UPLOAD_DAYS = 7;

export interface LogBucketProps {
  /** Start of the bucket's name, at most 37 characters, to which a unique suffix is added; or the complete name. */
  readonly name: { readonly prefix: string } | { readonly whole: string };
  /**
   * Region of the bucket.
   *
   * @default - the Region of the provider
   */
  readonly region?: string;
  /**
   * Account of the bucket, and of the logs of sources that name no accounts.
   *
   * @default - the account of the provider
   */
  readonly account?: string;
  /**
   * Sources whose logs AWS delivers into this bucket.
   *
   * @default - none: the bucket contains only moved files and query results
   */
  readonly deliveries?: readonly LogSource[];
  /** Objects that S3 deletes automatically; it deletes no others. */
  readonly expirations: readonly Expiration[];
  /**
   * ARN of the KMS key that encrypts the bucket. Not all logs can be delivered to such a bucket.
   *
   * @default - S3's own keys
   */
  readonly kmsKey?: string;
  /**
   * Lets Terraform delete the bucket with all objects.
   *
   * @default false
   */
  readonly forceDestroy?: boolean;
}

/** Objects that are deleted after some days. */
export interface Expiration {
  readonly id: string;
  readonly prefix: string;
  readonly days: number;
}

/**
 * A private bucket for access logs: encrypted, only with TLS, not versioned (each move would leave a version), and
 * emptied by Terraform only with `forceDestroy`.
 *
 * It enables access control lists only if a source needs them to deliver here, as for CloudFront's standard logs.
 *
 * @example
 * new LogBucket(this, "logs", {
 *   name: { prefix: "company-logs-" },
 *   deliveries: [{ name: "web", format: "alb", prefix: "alb/" }],
 *   expirations: [{ id: "delivered", prefix: "alb/", days: 90 }],
 * });
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 */
export class LogBucket extends Construct {
  readonly bucket: S3Bucket;
  /** Policy that allows the deliveries. */
  readonly policy: S3BucketPolicy;
  /** Resources that must exist before a load balancer, distribution or bucket enables its logs: AWS tests the delivery then. */
  readonly permissions: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: LogBucketProps) {
    super(scope, id);
    const [text, limit] =
      "whole" in props.name
        ? [props.name.whole, BUCKET_NAME_LIMIT]
        : [props.name.prefix, BUCKET_PREFIX_LIMIT];
    const deliveries = props.deliveries ?? [];
    const [refusing] = withoutKmsKey(deliveries);
    validateProps(this.node.path, [
      {
        option: "name",
        value: text,
        holds: /^[a-z0-9][a-z0-9-]*$/.test(text) && text.length <= limit,
        expected: `must be lower-case letters, digits and "-", at most ${limit} characters`,
      },
      {
        option: "kmsKey",
        value: props.kmsKey,
        holds: props.kmsKey === undefined || refusing === undefined,
        expected: `must not be set for a bucket that ${refusing} deliver to: they cannot use it`,
      },
    ]);
    const excluded = aclDeliveriesOf(deliveries).map((delivery) => delivery.excluded);
    const needsAcl = excluded.length > 0;
    this.bucket = new S3Bucket(this, "Default", {
      ...("whole" in props.name ? { bucket: props.name.whole } : { bucketPrefix: props.name.prefix }),
      forceDestroy: props.forceDestroy ?? false,
    });
    fixLogicalId(this.bucket, id);
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
      rule: [encryptionRule(props)],
    });
    new S3BucketLifecycleConfiguration(this, "lifecycle", { bucket, rule: lifecycleRules(props) });
    this.policy = new S3BucketPolicy(this, "policy", {
      bucket,
      policy: policyDocument([
        denyPlainText("s3:*", [this.bucket.arn, `${this.bucket.arn}/*`]),
        ...letServicesDeliver(this.bucket.arn, deliveries, {
          account: () => props.account ?? this.accountOfProvider(),
          owner: () => props.account ?? this.accountOfProvider(),
          region: () => props.region ?? this.regionOfProvider(),
        }),
      ]),
    });
    // Nearly every delivery needs the Region: without a condition on the others, the module needs fewer conditions, too.
    if (deliveries.length > 0 && props.region === undefined) this.regionOfProvider();
    const acl = needsAcl
      ? [this.grantByAcl(bucket, ownership, props.region === undefined ? excluded : [])]
      : [];
    this.permissions = [this.policy, ...acl];
  }

  private accountOfProvider(): string {
    const known = this.node.tryFindChild("account");
    const account = known ?? new DataAwsCallerIdentity(this, "account");
    return (account as DataAwsCallerIdentity).accountId;
  }

  private regionOfProvider(): string {
    const known = this.node.tryFindChild("region");
    const region = known ?? new DataAwsRegion(this, "region");
    return (region as DataAwsRegion).region;
  }

  /**
   * The same list that CloudFront would write, so that Terraform sees no drift.
   *
   * @param excluded Regions that Terraform must compare with the Region of its provider; a Region in the settings is
   *   already checked
   */
  private grantByAcl(
    bucket: string,
    ownership: S3BucketOwnershipControls,
    excluded: readonly ExcludedRegions[],
  ): S3BucketAcl {
    const owner = new DataAwsCanonicalUserId(this, "owner");
    const delivery = new DataAwsCloudfrontLogDeliveryCanonicalUserId(this, "delivery");
    return new S3BucketAcl(this, "acl", {
      bucket,
      accessControlPolicy: {
        owner: { id: owner.id },
        grant: [owner.id, delivery.id].map((id) => ({
          permission: "FULL_CONTROL",
          grantee: { type: "CanonicalUser", id },
        })),
      },
      dependsOn: [ownership],
      ...(excluded.length > 0
        ? {
            lifecycle: {
              precondition: excluded.map((regions) => isNoneOf(regions, this.regionOfProvider())),
            },
          }
        : {}),
    });
  }
}

/**
 * Encryption types that S3 blocks in new buckets: keys in each request. Up to version 6.39, the provider reads a missing
 * option as "allow", and every plan would change it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/47320
 */
const BLOCKED_ENCRYPTION_TYPES = ["SSE-C"];

/** A condition for Terraform, because only Terraform knows the Region of the provider. */
function isNoneOf({ names, starts, expected }: ExcludedRegions, region: string) {
  const listed = `contains(${JSON.stringify(names)}, ${region})`;
  const started = starts.map((start) => `startswith(${region}, "${start}")`);
  return {
    condition: `\${!(${[listed, ...started].join(" || ")})}`,
    errorMessage: `${expected}, got ${region}`,
  };
}

const encryptionRule = ({ kmsKey }: LogBucketProps) => ({
  blockedEncryptionTypes: BLOCKED_ENCRYPTION_TYPES,
  ...(kmsKey === undefined
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKey },
        // So that many objects need only one request to KMS.
        bucketKeyEnabled: true,
      }),
});

const lifecycleRules = ({ expirations }: LogBucketProps): S3BucketLifecycleConfigurationRule[] => [
  {
    id: "abandoned-uploads",
    status: "Enabled",
    filter: [{ prefix: "" }],
    abortIncompleteMultipartUpload: [{ daysAfterInitiation: ABANDONED_UPLOAD_DAYS }],
  },
  ...expirations.map(({ id, prefix, days }) => ({
    id,
    status: "Enabled",
    filter: [{ prefix }],
    expiration: [{ days }],
  })),
];
