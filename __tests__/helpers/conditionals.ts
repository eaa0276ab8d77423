import { isList, isMap, type Json } from "../../terraform-module/tree";

/** How many times `condition ? one : other` is in the expressions of Terraform JSON, without question marks in strings. */
export function conditionalsIn(tree: Json): number {
  if (typeof tree === "string") return conditionalsInText(tree);
  if (isList(tree)) return tree.reduce<number>((sum, item) => sum + conditionalsIn(item), 0);
  return isMap(tree) ? conditionalsIn(Object.values(tree)) : 0;
}

function conditionalsInText(template: string): number {
  // A string in an expression may contain expressions, too.
  const inside: ("text" | "expression")[] = ["text"];
  let found = 0;
  for (const [token] of template.matchAll(/\$\$\{|\$\{|\\.|["{}?]|[^$\\"{}?]+|[$\\]/gs)) {
    if (inside.at(-1) === "text") {
      if (token === "${") inside.push("expression");
      else if (token === '"' && inside.length > 1) inside.pop();
    } else if (token === '"') inside.push("text");
    else if (token === "{") inside.push("expression");
    else if (token === "}") inside.pop();
    else if (token === "?") found++;
  }
  return found;
}
