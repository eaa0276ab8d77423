import type { ConfiguredSource } from "../formats/configured-source";
import { letLoadBalancersDeliver, takeOriginals } from "../pipeline/log-delivery";
import { configuredSourcesOf } from "../pipeline/log-source";
import { databaseOf, moveFunctionNameOf, workgroupNameOf } from "../pipeline/names";
import { allow, policyDocument } from "../pipeline/policy";
import { hasLandingBucket } from "../pipeline/props";
import { partitionOf } from "../pipeline/regions";
import { globalName } from "../pipeline/security-props";
import { loadSettings } from "./load";
import { type Settings, toLogSource } from "./schema";

/** What a command needs to know of the pipeline that these settings make. */
export interface Deployment {
  readonly region: string;
  readonly database: string;
  /** Athena workgroup of the pipeline's own statements. */
  readonly workgroup: string;
  /** Athena workgroup that people ask in. */
  readonly analystWorkgroup: string;
  readonly sources: readonly ConfiguredSource[];
  /** Bucket that the logs arrive in, if the pipeline did not make it. */
  readonly logBucket?: string;
  /** True if logs are delivered to a bucket of their own, which the pipeline makes. */
  readonly hasLandingBucket: boolean;
  readonly keepOriginals: boolean;
  readonly columnar: boolean;
}

/** @throws SettingsError, see `loadSettings` */
export const loadDeployment = (path?: string): Deployment => deploymentOf(loadSettings(path));

export function deploymentOf(settings: Settings): Deployment {
  const { name, region, existingLogBucket, keepOriginals, columnar } = settings;
  return {
    region,
    database: databaseOf(settings),
    workgroup: workgroupNameOf(name, "pipeline"),
    analystWorkgroup: workgroupNameOf(name, "analysts"),
    sources: configuredSourcesOf(settings.sources.map(toLogSource)),
    ...(existingLogBucket === undefined ? {} : { logBucket: existingLogBucket }),
    hasLandingBucket: hasLandingBucket(settings),
    keepOriginals: keepOriginals ?? false,
    columnar: columnar ?? true,
  };
}

/**
 * The statements that the owner of a bucket must add to its policy: that load balancers may deliver, and, if the bucket
 * is another account's, that the pipeline may take the files.
 *
 * @param account account that the pipeline is deployed to
 * @returns the policy document as JSON; without statements if there is nothing to add
 */
export function ownersPolicyOf(settings: Settings, bucket: string, account: string): string {
  const { region, existingLogBucketOwner, keepOriginals, iamPath = "/" } = settings;
  const sources = settings.sources.map(toLogSource);
  const partition = partitionOf(region);
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const role = { AWS: `arn:${partition}:iam::${account}:role${iamPath}${roleNameOf(settings)}` };
  const isAnothers = existingLogBucketOwner !== undefined && existingLogBucketOwner !== account;
  return policyDocument([
    ...letLoadBalancersDeliver(bucketArn, sources, { account: () => account, region: () => region }),
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

const roleNameOf = ({ name, globalNameSuffix = "" }: Settings): string =>
  globalName(moveFunctionNameOf(name), { globalNameSuffix });
