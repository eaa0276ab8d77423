import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { Construct } from "constructs";

/** ARNs of what the account's Data Catalog holds. */
export class CatalogArns extends Construct {
  private readonly glue: string;
  private readonly athena: string;

  constructor(scope: Construct, id: string, accountId: string) {
    super(scope, id);
    const { partition } = new DataAwsPartition(this, "partition");
    const { region } = new DataAwsRegion(this, "region");
    this.glue = `arn:${partition}:glue:${region}:${accountId}`;
    this.athena = `arn:${partition}:athena:${region}:${accountId}`;
  }

  catalog(): string {
    return `${this.glue}:catalog`;
  }

  database(name: string): string {
    return `${this.glue}:database/${name}`;
  }

  table(database: string, name: string): string {
    return `${this.glue}:table/${database}/${name}`;
  }

  /** The same catalog as Athena calls it. */
  dataCatalog(): string {
    return `${this.athena}:datacatalog/AwsDataCatalog`;
  }
}
