import { type Json, labelledTextsIn, mapTexts } from "./tree";

/** A choice in at least this many places becomes a local value. */
const PLACES = 3;
/** The number of a resource stays in the resource. */
const NEVER_SHARED: readonly string[] = ["count", "for_each"];

/**
 * Choices that are the same in several places become local values, named after the first argument with this choice,
 * e.g. `local.alarm_actions`.
 */
export function sharedChoices(tree: Json): ReadonlyMap<string, string> {
  const places = new Map<string, string[]>();
  for (const { key, text } of labelledTextsIn(tree)) {
    if (isChoice(text) && !NEVER_SHARED.includes(key)) places.set(text, [...(places.get(text) ?? []), key]);
  }
  const names = new Map<string, string>();
  for (const [text, [name = "", ...others]] of places) {
    if (others.length + 1 >= PLACES && ![...names.values()].includes(name)) names.set(text, name);
  }
  return names;
}

/** A choice as a local value. Terraform always computes it, so references to missing resources become null. */
export const computedAlways = (text: string): string =>
  text.replaceAll(/((?:data\.)?aws_\w+\.[\w-]+)\[0\]\.(\w+)/g, "one($1[*].$2)");

/** The same tree with the local values instead of the choices. */
export const withShared = (tree: Json, names: ReadonlyMap<string, string>): Json =>
  mapTexts(tree, (text) => (names.has(text) ? `\${local.${names.get(text)}}` : text));

/** True for a conditional expression that does not refer to an iterator of the place where it is. */
const isChoice = (text: string): boolean =>
  text.startsWith("${") && text.includes(" ? ") && !/\b(?:each|source)\./.test(text);
