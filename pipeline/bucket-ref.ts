/** A bucket of this stack or one that exists already. */
export interface BucketRef {
  readonly bucket: string;
  readonly arn: string;
  /** E.g. `company-logs.s3.amazonaws.com`. */
  readonly bucketDomainName: string;
}
