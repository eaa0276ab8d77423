/** How AWS brings the logs of a format into a bucket. */
export type LogDelivery = PolicyDelivery | AclDelivery;

interface AnyDelivery {
  /** Who delivers, for people: `load balancers`. */
  readonly by: string;
  /** What switches the logs on in Terraform, for people: `access_logs of a load balancer`. */
  readonly setting: string;
  /**
   * How that says where the logs go: by the bucket's `name` and a prefix without a slash at its end, or by its `domain-name` and
   * a prefix with one.
   */
  readonly target: "name" | "domain-name";
  /** True if the bucket may be encrypted with a KMS key. */
  readonly takesKmsKey: boolean;
}

/**
 * A service of AWS delivers that the bucket's policy must let. Its keys have a folder behind the configured prefix, and behind
 * that the account that the logs are of.
 */
export interface PolicyDelivery extends AnyDelivery {
  readonly kind: "bucket-policy";
  /** Id of the statement in the bucket's policy. */
  readonly statementId: string;
  readonly service: string;
  /** ARNs of accounts that deliver in the service's place, by Region. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** The account `awslogsdelivery` of CloudFront delivers, which the bucket's access control list must let. */
export interface AclDelivery extends AnyDelivery {
  readonly kind: "acl";
  /** The service, for people. */
  readonly service: string;
  readonly excluded: ExcludedRegions;
}

/** Regions into whose buckets nothing is delivered. */
export interface ExcludedRegions {
  readonly names: readonly string[];
  /** What names of further ones start with. */
  readonly starts: readonly string[];
  /** What to say of such a Region. */
  readonly expected: string;
}

export const isExcluded = ({ names, starts }: ExcludedRegions, region: string): boolean =>
  names.includes(region) || starts.some((start) => region.startsWith(start));

/** The folder that AWS itself puts between the configured prefix and an account. */
export const ACCOUNTS_FOLDER = "AWSLogs";

/** What AWS itself puts between the configured prefix and its own keys; empty or with a slash at the end. */
export const deliveryFolderOf = ({ kind }: LogDelivery): string =>
  kind === "bucket-policy" ? `${ACCOUNTS_FOLDER}/` : "";
