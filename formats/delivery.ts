/** How AWS delivers the logs of a format to a bucket. */
export type LogDelivery = PolicyDelivery | OwnAccountDelivery | AclDelivery;

interface AnyDelivery {
  /** The deliverer, for messages: `load balancers`. */
  readonly by: string;
  /** The Terraform argument that enables the logs, for messages: `access_logs of a load balancer`. */
  readonly setting: string;
  /**
   * How that argument names the destination: the bucket's `name` and a prefix without a slash at its end, its
   * `domain-name` and a prefix with one, its name and the start of the keys (`key-prefix`), or its `arn` and a prefix
   * without a slash at its end, with a slash between the two.
   */
  readonly target: "name" | "domain-name" | "key-prefix" | "arn";
  /** Start of the names of all buckets that it may be. @default - any name */
  readonly bucketNameStart?: string;
  /** True if the bucket may be encrypted with a KMS key. */
  readonly takesKmsKey: boolean;
  /** Set if CloudWatch Logs can deliver the same logs, too, allowed by the bucket's policy. */
  readonly vended?: VendedDelivery;
}

/**
 * An AWS service delivers, and the bucket's policy must allow it. After the configured prefix, its keys have a folder
 * and the account of the logs.
 */
export interface PolicyDelivery extends AnyDelivery {
  readonly kind: "bucket-policy";
  /** Id of the statement in the bucket's policy. */
  readonly statementId: string;
  readonly service: string;
  /** ARNs of accounts that deliver instead of the service, by Region. */
  readonly accounts: Readonly<Record<string, string>>;
  /**
   * True if the service reads the bucket's access control list first, and gives the bucket's owner full control of each
   * object.
   */
  readonly checksAcl?: true;
}

/** A service delivers only to buckets of the account of the logs, and the bucket's policy must allow it. */
export interface OwnAccountDelivery extends AnyDelivery {
  readonly kind: "own-account";
  /** Id of the statement in the bucket's policy. */
  readonly statementId: string;
  /** The service, for messages. */
  readonly service: string;
  readonly principal: string;
}

/** CloudFront's account `awslogsdelivery` delivers, and the bucket's access control list must allow it. */
export interface AclDelivery extends AnyDelivery {
  readonly kind: "acl";
  /** The service, for messages. */
  readonly service: string;
  readonly excluded: ExcludedRegions;
}

/**
 * Logs that a service gives to CloudWatch Logs, which delivers them to a bucket.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
 */
export interface VendedDelivery {
  /** The resource that has the logs: the form of its ARN, and its kind for messages. */
  readonly resource: { readonly arn: RegExp; readonly kind: string };
  /**
   * Region of the delivery, wherever the bucket is.
   *
   * @default - that of the pipeline
   */
  readonly region?: string;
  /** AWS's name of the logs. */
  readonly logType: string;
  /** Folders after those of the source's keys, with AWS's variables. */
  readonly suffixPath: string;
  /** True if a delivery names the fields that it has; otherwise it has all. */
  readonly namesFields: boolean;
}

/** Regions whose buckets receive no deliveries. */
export interface ExcludedRegions {
  readonly names: readonly string[];
  /** Starts of the names of further Regions. */
  readonly starts: readonly string[];
  /** The message for such a Region. */
  readonly expected: string;
}

export const isExcluded = ({ names, starts }: ExcludedRegions, region: string): boolean =>
  names.includes(region) || starts.some((start) => region.startsWith(start));

/** The folder that AWS adds between the configured prefix and an account. */
export const ACCOUNTS_FOLDER = "AWSLogs";

/** The folder that AWS adds between the configured prefix and its own keys; empty or with a slash at the end. */
export const deliveryFolderOf = ({ kind }: LogDelivery): string =>
  kind === "bucket-policy" ? `${ACCOUNTS_FOLDER}/` : "";
