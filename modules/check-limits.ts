import { DefaultTokenResolver, StringConcat, TerraformResource, Tokenization } from "cdktf";
import type { IConstruct } from "constructs";
import { brokenLimits } from "../pipeline/broken-limits";
import type { Arguments } from "../pipeline/limits";
import { resolveWith } from "./resolve-tokens";

const resolver = new DefaultTokenResolver(new StringConcat());
const resolve = resolveWith<IConstruct>((scope, value) =>
  Tokenization.resolve(value, { scope, resolver, preparing: false }),
);

/**
 * Checks everything below a construct against AWS's limits at synthesis: `terraform plan` does not check
 * them.
 */
export const checkLimits = (scope: IConstruct): void =>
  scope.node.addValidation({ validate: () => brokenLimits(resourcesOf(scope)) });

function resourcesOf(scope: IConstruct): Record<string, Record<string, Arguments>> {
  const resources: Record<string, Record<string, Arguments>> = {};
  for (const construct of scope.node.findAll()) {
    if (!TerraformResource.isTerraformResource(construct)) continue;
    const { resource } = resolve(construct, construct.toTerraform()) as {
      readonly resource: typeof resources;
    };
    for (const [type, bodies] of Object.entries(resource)) {
      resources[type] = { ...resources[type], ...bodies };
    }
  }
  return resources;
}
