import { TerraformResource, type TerraformStack } from "cdktf";
import type { Construct } from "constructs";

/** Context key: the prefix of the fixed ids of one pipeline. */
const ID_PREFIX = "cdktf-access-logs:idPrefix";

/** Sets the prefix of the fixed ids below a construct. Call it before the construct has children. */
export const setIdPrefix = (scope: Construct, prefix: string): void =>
  scope.node.setContext(ID_PREFIX, prefix);

/** The resources of a stack with fixed ids, by type and id. */
const FIXED = new WeakMap<TerraformStack, Map<string, TerraformResource>>();

/**
 * Gives a resource a Terraform id that does not depend on its position in the construct tree: Terraform would
 * replace the resource if its id changed.
 *
 * CDKTF silently merges two resources of one type and id, so this refuses an id that another fixed resource has, and
 * synthesis refuses one that any other resource has.
 *
 * @throws Error if a fixed resource of that type has that id already
 */
export function fixLogicalId(resource: TerraformResource, id: string): void {
  const fixed = `${resource.node.tryGetContext(ID_PREFIX) ?? ""}${id}`;
  const known = fixedIn(resource.cdktfStack);
  const address = addressOf(resource, fixed);
  const other = known.get(address);
  if (other !== undefined) throw new Error(conflict(resource, fixed, other));
  resource.overrideLogicalId(fixed);
  known.set(address, resource);
}

/** One validation for a stack: to compare each of its resources with all others would take the most time of a synth. */
function fixedIn(stack: TerraformStack): Map<string, TerraformResource> {
  const known = FIXED.get(stack) ?? new Map<string, TerraformResource>();
  if (FIXED.has(stack)) return known;
  FIXED.set(stack, known);
  stack.node.addValidation({
    validate: () =>
      stack.node.findAll().flatMap((element) => {
        if (!TerraformResource.isTerraformResource(element)) return [];
        const id = idOf(element);
        const fixed = known.get(addressOf(element, id));
        return fixed === undefined || fixed === element ? [] : [conflict(fixed, id, element)];
      }),
  });
  return known;
}

const addressOf = ({ terraformResourceType }: TerraformResource, id: string): string =>
  `${terraformResourceType}.${id}`;

const conflict = ({ node, terraformResourceType }: TerraformResource, id: string, other: TerraformResource) =>
  `${node.path}: the stack has another ${terraformResourceType} with the id "${id}", ${other.node.path}: Terraform would merge them into one resource; set "idPrefix" of the pipeline, or change the other id`;

/** Avoids the getter: it would fix the id of a resource whose owner may still choose one. */
const idOf = (element: TerraformResource): string =>
  Reflect.get(element, "_logicalIdOverride") ?? element.cdktfStack.getLogicalId(element);
