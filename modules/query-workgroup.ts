import { AthenaWorkgroup } from "@cdktf/provider-aws/lib/athena-workgroup";
import { Construct } from "constructs";
import { RESULTS_PREFIX } from "../pipeline/names";
import { fixLogicalId } from "./logical-id";
import { validateProps } from "./validate-props";

/** Athena refuses a smaller limit. */
export const MIN_SCAN_LIMIT_BYTES = 10 * 1024 ** 2;

export interface QueryWorkgroupProps {
  readonly name: string;
  readonly description: string;
  /** Bucket for the results; they go below `athena-results/<name>/`. */
  readonly bucket: string;
  /** Bytes that one query may scan before Athena cancels it: from 10 MiB. */
  readonly scanLimitBytes: number;
  /**
   * ARN of the KMS key that encrypts the results.
   *
   * @default - S3's own keys
   */
  readonly kmsKey?: string;
}

/**
 * An Athena workgroup whose settings no client can override: encrypted results, a scan limit per query,
 * metrics in CloudWatch.
 *
 * @example
 * new QueryWorkgroup(this, "analysts", {
 *   name: "logs-analysts",
 *   description: "Questions about access logs",
 *   bucket: "company-logs",
 *   scanLimitBytes: 100e9,
 * });
 * @see https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
 */
export class QueryWorkgroup extends Construct {
  readonly workgroup: AthenaWorkgroup;
  /** Key prefix of the results. */
  readonly resultsPrefix: string;

  constructor(scope: Construct, id: string, props: QueryWorkgroupProps) {
    super(scope, id);
    validateProps(this.node.path, [
      {
        option: "scanLimitBytes",
        value: props.scanLimitBytes,
        holds: Number.isInteger(props.scanLimitBytes) && props.scanLimitBytes >= MIN_SCAN_LIMIT_BYTES,
        expected: `must be a whole number from ${MIN_SCAN_LIMIT_BYTES} (10 MiB)`,
      },
    ]);
    this.resultsPrefix = `${RESULTS_PREFIX}${props.name}/`;
    this.workgroup = new AthenaWorkgroup(this, "Default", {
      name: props.name,
      description: props.description,
      // Without this, Athena does not delete or rename a workgroup that has a query history. Only the history
      // is lost: results are in the bucket.
      forceDestroy: true,
      configuration: {
        enforceWorkgroupConfiguration: true,
        publishCloudwatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: props.scanLimitBytes,
        engineVersion: { selectedEngineVersion: "Athena engine version 3" },
        resultConfiguration: {
          outputLocation: `s3://${props.bucket}/${this.resultsPrefix}`,
          encryptionConfiguration:
            props.kmsKey === undefined
              ? { encryptionOption: "SSE_S3" }
              : { encryptionOption: "SSE_KMS", kmsKeyArn: props.kmsKey },
        },
      },
    });
    fixLogicalId(this.workgroup, id);
  }
}
