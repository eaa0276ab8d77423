import type { Expressions } from "./expression";
import { groupBy } from "./group-by";
import type { Optional } from "./node";
import type { Json, JsonMap } from "./tree";

/** Types with many resources that differ only in texts, and that no other resource refers to. */
const TYPES: readonly string[] = ["aws_athena_named_query", "aws_athena_prepared_statement"];

export interface Resource {
  readonly address: string;
  readonly entry: Optional;
  readonly body: JsonMap;
}

/** Resources merged into one with `for_each`, and the local value with their differences, by their former id. */
export interface Folded {
  readonly address: string;
  readonly body: JsonMap;
  readonly local: string;
  readonly items: JsonMap;
}

export const isFolded = ({ address }: Resource): boolean => TYPES.includes(typeOf(address));

/** Merges all resources of one type and with the same condition into one. */
export const foldAlike = (expressions: Expressions, resources: readonly Resource[]): Folded[] =>
  groupBy(resources, ({ address, entry }) => JSON.stringify([typeOf(address), entry.when])).map((group) =>
    fold(expressions, group),
  );

function fold(expressions: Expressions, group: readonly [Resource, ...Resource[]]): Folded {
  const [{ address, entry, body }] = group;
  const id = commonStart(group.map((resource) => idOf(resource.address))).replace(/_$/, "");
  const local = `${id}_${typeOf(address).replace(/^aws_/, "")}`;
  const { count: _, ...arguments_ } = body;
  const isId = (key: string) => group.every((resource) => resource.body[key] === idOf(resource.address));
  const isShared = (key: string) =>
    group.every((resource) => JSON.stringify(resource.body[key]) === JSON.stringify(body[key]));
  const own = Object.keys(arguments_).filter((key) => !isShared(key) && !isId(key));
  const argument = (key: string): Json => {
    if (own.includes(key)) return `\${each.value.${key}}`;
    return isId(key) ? "${each.key}" : (body[key] ?? null);
  };
  return {
    address: `${typeOf(address)}.${id}`,
    local,
    items: Object.fromEntries(
      group.map((resource) => [
        idOf(resource.address),
        Object.fromEntries(own.map((key) => [key, resource.body[key] ?? null])),
      ]),
    ),
    body: {
      for_each: `\${{ for key, value in local.${local} : key => value${expressions.filter(entry.when)} }}`,
      ...Object.fromEntries(Object.keys(arguments_).map((key) => [key, argument(key)])),
    },
  };
}

const typeOf = (address: string): string => address.replace(/\..*$/, "");
const idOf = (address: string): string => address.replace(/^.*\./, "");

function commonStart([first = "", ...others]: readonly string[]): string {
  const length = [...first].findIndex((letter, at) => others.some((other) => other[at] !== letter));
  return length < 0 ? first : first.slice(0, length);
}
