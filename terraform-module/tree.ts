/** Terraform JSON. */
export type Json = string | number | boolean | null | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}

export const isMap = (value: Json | undefined): value is JsonMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** The value itself if it is a map, else an empty map. */
export const mapOf = (value: Json | undefined): JsonMap => (isMap(value) ? value : {});
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** The same tree with other texts, keys included. */
export function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (isList(value)) return value.map((item) => mapTexts(item, change));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]),
  );
}

/** Every text in a tree, keys included. */
export function* textsIn(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  else if (isList(value)) for (const item of value) yield* textsIn(item);
  else if (isMap(value)) {
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* textsIn(item);
    }
  }
}

/** Every text that is a value, with the key of the map that it is in. */
export function* labelledTextsIn(
  value: Json,
  key = "",
): Generator<{ readonly key: string; readonly text: string }> {
  if (typeof value === "string") yield { key, text: value };
  else if (isList(value)) for (const item of value) yield* labelledTextsIn(item, key);
  else if (isMap(value)) for (const [name, item] of Object.entries(value)) yield* labelledTextsIn(item, name);
}
