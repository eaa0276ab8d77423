/** ARNs of what the account's Data Catalog holds. */
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

  /** The same catalog as Athena calls it. */
  dataCatalog(): string {
    return `${this.athena}:datacatalog/AwsDataCatalog`;
  }
}

/** Where a catalog is; each may be a reference of Terraform. */
export interface CatalogPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}
