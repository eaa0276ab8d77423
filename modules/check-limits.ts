import { DefaultTokenResolver, StringConcat, TerraformResource, Tokenization } from "cdktf";
import type { Construct } from "constructs";
import { brokenLimits } from "../pipeline/broken-limits";
import type { Arguments } from "../pipeline/limits";

/**
 * Checks everything below a construct against AWS's limits at synthesis: `terraform plan` does not check
 * them.
 */
export const checkLimits = (scope: Construct): void =>
  scope.node.addValidation({ validate: () => brokenLimits(resourcesOf(scope)) });

function resourcesOf(scope: Construct): Record<string, Record<string, Arguments>> {
  const resources: Record<string, Record<string, Arguments>> = {};
  for (const construct of scope.node.findAll()) {
    if (!TerraformResource.isTerraformResource(construct)) continue;
    const resolved: { readonly resource: typeof resources } = Tokenization.resolve(construct.toTerraform(), {
      scope: construct,
      resolver: new DefaultTokenResolver(new StringConcat()),
      preparing: false,
    });
    for (const [type, bodies] of Object.entries(resolved.resource)) {
      resources[type] = { ...resources[type], ...bodies };
    }
  }
  return resources;
}
