import type { ScheduledHandler } from "./handler-names";
import { letServicesDeliver, listSources, readDelivered, takeOriginals } from "./log-delivery";
import { isAsDelivered } from "./log-source";
import { moveFunctionNameOf, scheduledNameOf } from "./names";
import { allow, type PolicyStatement, policyDocument } from "./policy";
import { isColumnar, isMoving, type RegionalProps } from "./props";
import { partitionOf } from "./regions";
import { globalName } from "./security-props";

/**
 * The statements that the owner of a bucket must add to its policy: that services may deliver, and, if the bucket
 * is another account's, that the pipeline may take the files that it moves, and read the others.
 *
 * @param account account of the pipeline
 * @returns the policy document as JSON; without statements if there is nothing to add
 */
export function ownersPolicyOf(props: RegionalProps, bucket: string, account: string): string {
  const { region, sources, existingLogBucketOwner } = props;
  const bucketArn = `arn:${partitionOf(region)}:s3:::${bucket}`;
  const isAnothers = existingLogBucketOwner !== undefined && existingLogBucketOwner !== account;
  return policyDocument([
    ...letServicesDeliver(bucketArn, sources, {
      account: () => account,
      owner: () => existingLogBucketOwner ?? account,
      region: () => region,
    }),
    ...(isAnothers && isMoving(props) ? letMove(props, bucketArn, account) : []),
    ...(isAnothers ? letRead(props, bucketArn, account) : []),
  ]);
}

/** Lets the function that moves files take them. */
function letMove(props: RegionalProps, bucketArn: string, account: string): PolicyStatement[] {
  const { sources, keepOriginals } = props;
  const Principal = rolesOf(props, account, [moveFunctionNameOf(props.name)]);
  return [
    { ...takeOriginals(bucketArn, sources, keepOriginals ?? false), Sid: "AccessLogPipeline", Principal },
    { Sid: "AccessLogPipelineList", Principal, ...allow(["s3:ListBucket"], [bucketArn]) },
  ];
}

/** Lets the scheduled functions list the sources, and read the files of those that are read as delivered. */
function letRead(props: RegionalProps, bucketArn: string, account: string): PolicyStatement[] {
  const { name, sources } = props;
  const isDelivered = sources.some(isAsDelivered);
  const readers = readersOf(isColumnar(props), isDelivered);
  if (readers.length === 0) return [];
  const functions = readers.map((handler) => scheduledNameOf(name, handler));
  const Principal = rolesOf(props, account, functions);
  const list = { ...listSources(bucketArn, sources), Sid: "AccessLogPipelineFind", Principal };
  if (!isDelivered) return [list];
  const read = readDelivered(bucketArn, sources, "s3:GetObjectTagging");
  return [
    list,
    { ...read, Sid: "AccessLogPipelineRead", Principal },
    { Sid: "AccessLogPipelineLocate", Principal, ...allow(["s3:GetBucketLocation"], [bucketArn]) },
  ];
}

/** The functions that look for files: `maintain-lake` looks for files that were not moved, too. */
function readersOf(isColumnar: boolean, isDelivered: boolean): ScheduledHandler[] {
  if (!isColumnar) return isDelivered ? ["create-partition"] : [];
  return isDelivered ? ["transform-partition", "maintain-lake"] : ["maintain-lake"];
}

function rolesOf(props: RegionalProps, account: string, functions: readonly string[]) {
  const { region, iamPath = "/" } = props;
  const start = `arn:${partitionOf(region)}:iam::${account}:role${iamPath}`;
  const [first = "", ...others] = functions.map((name) => `${start}${globalName(name, props)}`);
  return { AWS: others.length === 0 ? first : [first, ...others] };
}
