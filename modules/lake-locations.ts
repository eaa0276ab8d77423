import { LakeformationResource } from "@cdktf/provider-aws/lib/lakeformation-resource";
import { Construct } from "constructs";
import { LAKE_PREFIX, RAW_PREFIX } from "../formats/partition-layout";
import { fixLogicalId } from "./logical-id";

export interface LakeLocationsProps {
  readonly bucketArn: string;
  /** True if there are typed tables. */
  readonly hasLake: boolean;
  /** Locations of files as delivered, by the name of their source. */
  readonly delivered: Readonly<Record<string, string>>;
}

const PREFIXES = { raw: RAW_PREFIX, lake: LAKE_PREFIX } as const;
export type LakeLocation = keyof typeof PREFIXES;

/**
 * Registers the locations of the tables' data with Lake Formation, which then controls access to it. The
 * whole bucket is not registered: Athena's results must not be in a registered location.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/register-data-lake.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/lf-athena-limitations.html
 */
export class LakeLocations extends Construct {
  /** ARNs of the registered locations. Resources that refer to one are created after its registration. */
  readonly arns: { readonly [Location in LakeLocation]?: string };
  /** The same of files as delivered, by the name of their source. */
  readonly delivered: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { bucketArn, hasLake, delivered }: LakeLocationsProps) {
    super(scope, id);
    const register = (location: LakeLocation): string =>
      new LakeformationResource(this, location, {
        arn: `${bucketArn}/${PREFIXES[location].replace(/\/$/, "")}`,
        useServiceLinkedRole: true,
      }).arn;
    this.delivered = Object.fromEntries(
      Object.entries(delivered).map(([source, arn]) => {
        const resource = new LakeformationResource(this, `delivered-${source}`, {
          arn,
          useServiceLinkedRole: true,
        });
        fixLogicalId(resource, `${id}-${source}`);
        return [source, resource.arn];
      }),
    );
    this.arns = { raw: register("raw"), ...(hasLake ? { lake: register("lake") } : {}) };
  }
}
