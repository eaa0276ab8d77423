import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { DataAwsS3Bucket } from "@cdktf/provider-aws/lib/data-aws-s3-bucket";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { BucketRef } from "../pipeline/bucket-ref";
import { LANDING_SUFFIX, landingPrefixOf } from "../pipeline/names";
import { type AccessLogPipelineProps, isLanding } from "../pipeline/props";
import { LogBucket } from "./log-bucket";
import { expirationsOf, originalExpirationsOf } from "./pipeline-defaults";

/** The buckets of a pipeline; both can be the same. */
export interface PipelineBuckets {
  /** Bucket of the moved files, the typed tables and the query results. */
  readonly bucket: LogBucket;
  /** Bucket that logs are delivered to. */
  readonly landing: BucketRef;
  /** Its ARN, in the form that policies of the pipeline use. */
  readonly landingArn: string;
  /** What must exist before logs are delivered to it. */
  readonly landingPermissions: readonly ITerraformDependable[];
}

/** Creates the buckets that do not exist yet. */
export function pipelineBuckets(
  scope: Construct,
  props: AccessLogPipelineProps,
  account: string,
): PipelineBuckets {
  const bucket = new LogBucket(scope, "logs", {
    ...bucketOptions(props, `${props.name}-`, ""),
    expirations: [...expirationsOf(props), ...(isLanding(props) ? originalExpirationsOf(props) : [])],
    ...(isLanding(props) ? { deliveries: props.sources } : {}),
    account,
    ...(props.kmsKey === undefined ? {} : { kmsKey: props.kmsKey }),
  });
  const { landing, landingPermissions } = landingBucket(scope, props, account, bucket);
  return { bucket, landing, landingArn: props.landingArn ?? landing.arn, landingPermissions };
}

function landingBucket(
  scope: Construct,
  props: AccessLogPipelineProps,
  account: string,
  own: LogBucket,
): Pick<PipelineBuckets, "landing" | "landingPermissions"> {
  const { existingLogBucket, existingLogBucketOwner } = props;
  if (existingLogBucket !== undefined) {
    const landing =
      existingLogBucketOwner === undefined
        ? existingBucket(scope, existingLogBucket, props.region)
        : anothersBucket(scope, existingLogBucket);
    return { landing, landingPermissions: [] };
  }
  const created = isLanding(props)
    ? own
    : new LogBucket(scope, "landing", {
        ...bucketOptions(props, landingPrefixOf(props.name), LANDING_SUFFIX),
        expirations: originalExpirationsOf(props),
        deliveries: props.sources,
        account,
      });
  return { landing: created.bucket, landingPermissions: created.permissions };
}

function existingBucket(scope: Construct, bucket: string, knownRegion: string | undefined): BucketRef {
  const region = knownRegion ?? new DataAwsRegion(scope, "existing_logs_region").region;
  const isHere = `self.bucket_region == ${region.includes("${") ? region : JSON.stringify(region)}`;
  return new DataAwsS3Bucket(scope, "existing_logs", {
    bucket,
    lifecycle: {
      postcondition: [
        {
          condition: `\${${isHere}}`,
          // Its events go only to EventBridge and queues in its own Region.
          errorMessage: `existingLogBucket: ${bucket} must be in the pipeline's Region, ${region}`,
        },
      ],
    },
  });
}

/** Another account's bucket cannot always be looked up. */
function anothersBucket(scope: Construct, bucket: string): BucketRef {
  const { partition } = new DataAwsPartition(scope, "existing_logs_partition");
  return {
    bucket,
    arn: `arn:${partition}:s3:::${bucket}`,
    bucketDomainName: `${bucket}.s3.amazonaws.com`,
  };
}

/** Name of a bucket of the pipeline, and the options that all its buckets share. */
const bucketOptions = (props: AccessLogPipelineProps, prefix: string, suffix: string) => ({
  name: props.bucketName === undefined ? { prefix } : { whole: `${props.bucketName}${suffix}` },
  forceDestroy: props.forceDestroy ?? false,
  ...(props.region === undefined ? {} : { region: props.region }),
});
