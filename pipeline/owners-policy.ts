import { letServicesDeliver, takeOriginals } from "./log-delivery";
import { moveFunctionNameOf } from "./names";
import { allow, policyDocument } from "./policy";
import type { RegionalProps } from "./props";
import { partitionOf } from "./regions";
import { globalName } from "./security-props";

/**
 * The statements that the owner of a bucket must add to its policy: that services may deliver, and, if the bucket
 * is another account's, that the pipeline may take the files.
 *
 * @param account account of the pipeline
 * @returns the policy document as JSON; without statements if there is nothing to add
 */
export function ownersPolicyOf(props: RegionalProps, bucket: string, account: string): string {
  const { region, sources, existingLogBucketOwner, keepOriginals, iamPath = "/" } = props;
  const partition = partitionOf(region);
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const role = {
    AWS: `arn:${partition}:iam::${account}:role${iamPath}${globalName(moveFunctionNameOf(props.name), props)}`,
  };
  const isAnothers = existingLogBucketOwner !== undefined && existingLogBucketOwner !== account;
  return policyDocument([
    ...letServicesDeliver(bucketArn, sources, { account: () => account, region: () => region }),
    ...(isAnothers
      ? [
          {
            ...takeOriginals(bucketArn, sources, keepOriginals ?? false),
            Sid: "AccessLogPipeline",
            Principal: role,
          },
          { Sid: "AccessLogPipelineList", Principal: role, ...allow(["s3:ListBucket"], [bucketArn]) },
        ]
      : []),
  ]);
}
