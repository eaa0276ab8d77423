import type { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3Object } from "@cdktf/provider-aws/lib/s3-object";
import { Construct } from "constructs";
import { CONFIGURATION_KEY } from "../formats/partition-layout";
import type { Configuration } from "../handlers/configuration";
import { configuredSourcesOf, type LogSource } from "../pipeline/log-source";

export interface SourceConfigurationProps {
  /** The pipeline's own bucket. */
  readonly bucket: S3Bucket;
  /** Name of the bucket that logs are delivered to. */
  readonly landing: string;
  readonly sources: readonly LogSource[];
}

/**
 * The sources, as an object in the pipeline's bucket that the functions read. A function's environment holds
 * 4 KB, which is 20 sources with long names; an object holds any number.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export class SourceConfiguration extends Construct {
  /** Changes with the sources, so that Lambda starts new environments, which read the sources again. */
  readonly variables: { readonly CONFIGURATION_SHA256: string };

  constructor(scope: Construct, id: string, { bucket, landing, sources }: SourceConfigurationProps) {
    super(scope, id);
    const configuration: Configuration = { sources: [...configuredSourcesOf(sources, landing)] };
    const object = new S3Object(this, "Default", {
      bucket: bucket.bucket,
      key: CONFIGURATION_KEY,
      content: JSON.stringify(configuration),
      contentType: "application/json",
      // An object has at most 10 tags, and the provider would give it all of its default ones.
      overrideProvider: { defaultTags: { tags: {} } },
    });
    // Hash of the text in the plan: the hash that AWS computes is known only after the apply.
    this.variables = { CONFIGURATION_SHA256: `\${sha256(${object.fqn}.content)}` };
  }
}
