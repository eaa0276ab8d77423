import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { Construct } from "constructs";
import { CatalogArns } from "../pipeline/catalog-arns";

/** ARNs of the account's Data Catalog in the Region of the provider. */
export function catalogArns(scope: Construct, id: string, account: string): CatalogArns {
  const place = new Construct(scope, id);
  const { partition } = new DataAwsPartition(place, "partition");
  const { region } = new DataAwsRegion(place, "region");
  return new CatalogArns({ partition, region, account });
}
