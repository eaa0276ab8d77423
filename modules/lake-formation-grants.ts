import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { LakeformationPermissions } from "@cdktf/provider-aws/lib/lakeformation-permissions";
import { Construct } from "constructs";

export interface LakeFormationGrantsProps {
  /** Role of the function that is granted to. */
  readonly role: IamRole;
  /** Glue database of the tables. */
  readonly database: string;
  /** ARNs of registered locations that the function works in; none if nothing is registered: there is nothing to grant then. */
  readonly locations: readonly string[];
  /** True if the function creates the typed tables. */
  readonly createsTables: boolean;
}

/** Athena looks it up whatever the statement is about. It must exist. */
const DEFAULT_DATABASE = "default";

/**
 * What a function needs where Lake Formation, not IAM alone, rules the catalog. Account-wide settings stay with those who run the
 * data lake.
 *
 * The tables are granted all at once, because the typed ones do not exist before the function makes them.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
 */
export class LakeFormationGrants extends Construct {
  constructor(scope: Construct, id: string, props: LakeFormationGrantsProps) {
    super(scope, id);
    const principal = props.role.arn;
    const { database, locations, createsTables } = props;
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
    for (const [index, arn] of locations.entries()) {
      new LakeformationPermissions(this, `location_${index + 1}`, {
        principal,
        permissions: ["DATA_LOCATION_ACCESS"],
        dataLocation: { arn },
      });
    }
  }
}
