import { TerraformResource } from "cdktf";
import type { Construct } from "constructs";

/** Context key: the prefix of the fixed ids of one pipeline. */
const ID_PREFIX = "cdktf-access-logs:idPrefix";

/** Sets the prefix of the fixed ids below a construct. Call it before the construct has children. */
export const setIdPrefix = (scope: Construct, prefix: string): void =>
  scope.node.setContext(ID_PREFIX, prefix);

/**
 * Gives a resource a Terraform id that does not depend on its position in the construct tree: Terraform would
 * replace the resource if its id changed.
 *
 * CDKTF silently merges two resources of one type and id, so this refuses an id that is taken, now or at
 * synthesis.
 *
 * @throws Error if a resource of that type has that id already
 */
export function fixLogicalId(resource: TerraformResource, id: string): void {
  const fixed = `${resource.node.tryGetContext(ID_PREFIX) ?? ""}${id}`;
  const problem = conflictOf(resource, fixed);
  if (problem !== undefined) throw new Error(problem);
  resource.overrideLogicalId(fixed);
  resource.node.addValidation({
    validate: () => {
      const found = conflictOf(resource, fixed);
      return found === undefined ? [] : [found];
    },
  });
}

function conflictOf(resource: TerraformResource, id: string): string | undefined {
  const type = resource.terraformResourceType;
  const other = resource.cdktfStack.node
    .findAll()
    .find(
      (element) =>
        element !== resource &&
        TerraformResource.isTerraformResource(element) &&
        element.terraformResourceType === type &&
        idOf(element) === id,
    );
  if (other === undefined) return undefined;
  return `${resource.node.path}: the stack has another ${type} with the id "${id}", ${other.node.path}: Terraform would merge them into one resource; set "idPrefix" of the pipeline, or change the other id`;
}

/** Avoids the getter: it would fix the id of a resource whose owner may still choose one. */
const idOf = (element: TerraformResource): string =>
  Reflect.get(element, "_logicalIdOverride") ?? element.cdktfStack.getLogicalId(element);
