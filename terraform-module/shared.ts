import { type Json, labelledTextsIn, mapTexts } from "./tree";

/** From so many places on, a choice has a name. */
const PLACES = 3;
/** How many there are of a resource is said where it is. */
const NEVER_SHARED: readonly string[] = ["count", "for_each"];

/**
 * Choices that are the same in several places as local values, named after the first argument that has them, e.g.
 * `local.alarm_actions`.
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

/** A choice as a local value, which is also computed where nothing needs it: what is not there is null then. */
export const computedAlways = (text: string): string =>
  text.replaceAll(/((?:data\.)?aws_\w+\.[\w-]+)\[0\]\.(\w+)/g, "one($1[*].$2)");

/** The same tree with the local values in the place of the choices. */
export const withShared = (tree: Json, names: ReadonlyMap<string, string>): Json =>
  mapTexts(tree, (text) => (names.has(text) ? `\${local.${names.get(text)}}` : text));

/** An expression that asks for something, and not about a source that there is one of in each place. */
const isChoice = (text: string): boolean =>
  text.startsWith("${") && text.includes(" ? ") && !/\b(?:each|source)\./.test(text);
