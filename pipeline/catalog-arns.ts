/** ARNs of resources in the account's Data Catalog. */
export class CatalogArns {
  private readonly glue: string;
  private readonly athena: string;

  constructor({ partition, region, account }: CatalogPlace) {
    this.glue = `arn:${partition}:glue:${region}:${account}`;
    this.athena = `arn:${partition}:athena:${region}:${account}`;
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

  /** ARN of the catalog in Athena. */
  dataCatalog(): string {
    return `${this.athena}:datacatalog/AwsDataCatalog`;
  }
}

/** Location of a catalog; each value may be a Terraform reference. */
export interface CatalogPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}
