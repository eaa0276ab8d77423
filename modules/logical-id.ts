import { TerraformResource } from "cdktf";
import type { Construct } from "constructs";

/** Context of the constructs of one pipeline: what their fixed ids begin with. */
const ID_PREFIX = "cdktf-access-logs:idPrefix";

/** Has the fixed ids of everything below a construct begin with a prefix. To be called before it has children. */
export const setIdPrefix = (scope: Construct, prefix: string): void =>
  scope.node.setContext(ID_PREFIX, prefix);

/**
 * Gives a resource an id in Terraform that does not depend on where it stands in the tree of constructs: under another id
 * Terraform would replace it.
 *
 * CDKTF merges two resources of one type and id into one without a word, so this refuses an id that is taken, now or when the
 * stack is synthesized.
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

/** Not by its getter: that would settle the id of a resource whose owner may still choose one. */
const idOf = (element: TerraformResource): string =>
  Reflect.get(element, "_logicalIdOverride") ?? element.cdktfStack.getLogicalId(element);
