import { isList, isMap, type Json, type JsonMap } from "./tree";

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
  for (const { key, text } of choicesIn(tree)) places.set(text, [...(places.get(text) ?? []), key]);
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
export function withShared(tree: JsonMap, names: ReadonlyMap<string, string>): JsonMap;
export function withShared(tree: Json, names: ReadonlyMap<string, string>): Json;
export function withShared(tree: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof tree === "string") return names.has(tree) ? `\${local.${names.get(tree)}}` : tree;
  if (isList(tree)) return tree.map((item) => withShared(item, names));
  if (!isMap(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, withShared(value, names)]));
}

function* choicesIn(tree: Json, key = ""): Generator<{ readonly key: string; readonly text: string }> {
  if (typeof tree === "string") {
    if (isChoice(tree) && !NEVER_SHARED.includes(key)) yield { key, text: tree };
  } else if (isList(tree)) for (const item of tree) yield* choicesIn(item, key);
  else if (isMap(tree)) for (const [name, item] of Object.entries(tree)) yield* choicesIn(item, name);
}

/** An expression that asks for something, and not about a source that there is one of in each place. */
const isChoice = (text: string): boolean =>
  text.startsWith("${") && text.includes(" ? ") && !/\b(?:each|source)\./.test(text);
