import { CloudwatchLogDelivery } from "@cdktf/provider-aws/lib/cloudwatch-log-delivery";
import { CloudwatchLogDeliveryDestination } from "@cdktf/provider-aws/lib/cloudwatch-log-delivery-destination";
import { CloudwatchLogDeliverySource } from "@cdktf/provider-aws/lib/cloudwatch-log-delivery-source";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { FORMATS, type FormatId } from "../formats";
import type { VendedDelivery as Vended } from "../formats/delivery";
import { fieldsByName } from "../formats/log-format";
import { lastPartOf, withoutSlash } from "../pipeline/log-delivery";
import { fixLogicalId } from "./logical-id";

export interface VendedDeliveryProps {
  /** Start of the names of the delivery's ends, at most 31 characters. */
  readonly pipeline: string;
  readonly format: FormatId;
  readonly delivery: Vended;
  /** ARN of the resource that has the logs. */
  readonly from: string;
  /** ARN of the bucket. */
  readonly bucketArn: string;
  /** Start of the keys of the source, with a slash at the end. */
  readonly prefix: string;
  /** What must exist first: AWS tests the permissions. */
  readonly permissions: readonly ITerraformDependable[];
}

/**
 * A delivery of logs by CloudWatch Logs: JSON with all fields that the format's table has.
 *
 * The names of its ends have the id of the resource, because a delivery source is replaced silently by another one of
 * the same name in the same Region.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
 */
export class VendedDelivery extends Construct {
  constructor(scope: Construct, id: string, props: VendedDeliveryProps) {
    super(scope, id);
    const { pipeline, format, delivery, from, bucketArn, prefix } = props;
    const { region, logType, suffixPath, namesFields } = delivery;
    const inRegion = region === undefined ? {} : { region };
    const name = `${pipeline}-${lastPartOf(from)}`;
    const source = new CloudwatchLogDeliverySource(this, "source", {
      name,
      ...inRegion,
      logType,
      resourceArn: from,
    });
    const destination = new CloudwatchLogDeliveryDestination(this, "destination", {
      name,
      ...inRegion,
      outputFormat: "json",
      deliveryDestinationConfiguration: [
        // With a prefix, AWS adds no folder of its own.
        { destinationResourceArn: `${bucketArn}/${withoutSlash(prefix)}` },
      ],
    });
    // Before their names and ARNs are read. Each is of its own type.
    for (const end of [source, destination]) fixLogicalId(end, id);
    const connected = new CloudwatchLogDelivery(this, "Default", {
      ...inRegion,
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.arn,
      ...(namesFields ? { recordFields: fieldsByName(FORMATS[format]).map((field) => field.name) } : {}),
      s3DeliveryConfiguration: [{ suffixPath, enableHiveCompatiblePath: false }],
      dependsOn: [...props.permissions],
    });
    fixLogicalId(connected, id);
  }
}
