import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { LakeformationPermissions } from "@cdktf/provider-aws/lib/lakeformation-permissions";
import { Construct } from "constructs";
import { fixLogicalId } from "./logical-id";

export interface LakeFormationGrantsProps {
  /** Role that receives the grants. */
  readonly role: IamRole;
  /** Glue database of the tables. */
  readonly database: string;
  /**
   * ARNs of the registered locations that the function uses; empty if nothing is registered and so needs no
   * grant.
   */
  readonly locations: readonly string[];
  /** The same for files as delivered, by the name of their source. */
  readonly delivered: Readonly<Record<string, string>>;
  /** True if the function creates the typed tables. */
  readonly createsTables: boolean;
}

/** Athena looks this database up for every statement. It must exist. */
const DEFAULT_DATABASE = "default";

/**
 * Grants that a function needs where Lake Formation, not only IAM, controls the catalog. Account-wide
 * settings stay with the data lake's administrators.
 *
 * The grant covers all tables at once, because the typed tables do not exist before the function creates
 * them.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
 */
export class LakeFormationGrants extends Construct {
  constructor(scope: Construct, id: string, props: LakeFormationGrantsProps) {
    super(scope, id);
    const principal = props.role.arn;
    const { database, locations, delivered, createsTables } = props;
    new LakeformationPermissions(this, "default_database", {
      principal,
      permissions: ["DESCRIBE"],
      database: { name: DEFAULT_DATABASE },
    });
    new LakeformationPermissions(this, "database", {
      principal,
      permissions: createsTables ? ["CREATE_TABLE", "DESCRIBE"] : ["DESCRIBE"],
      database: { name: database },
    });
    new LakeformationPermissions(this, "tables", {
      principal,
      permissions: ["ALTER", "DELETE", "DESCRIBE", "INSERT", "SELECT"],
      table: { databaseName: database, wildcard: true },
    });
    const allowLocation = (name: string, arn: string): LakeformationPermissions =>
      new LakeformationPermissions(this, name, {
        principal,
        permissions: ["DATA_LOCATION_ACCESS"],
        dataLocation: { arn },
      });
    for (const [index, arn] of locations.entries()) allowLocation(`location_${index + 1}`, arn);
    for (const [source, arn] of Object.entries(delivered))
      fixLogicalId(allowLocation(`location-${source}`, arn), `${id}-${source}`);
  }
}
