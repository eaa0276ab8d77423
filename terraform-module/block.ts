import { isAlways } from "./condition";
import type { Expressions } from "./expression";
import { FOR_EACH, JSON_TEXT } from "./loops";
import { constantOf, everyValue, mapNode, markOf, type Node, type Optional, partOf } from "./node";
import { type Json, type JsonMap, mapOf, mapTexts } from "./tree";

/** Arguments whose values are maps. Every other map in a resource is a block. */
const MAP_ARGUMENTS: readonly string[] = ["parameters", "variables", "tags", "dimensions"];
/** Argument of a resource that is repeated for each item of a collection. */
const FOR_ALL = "for_each";
/** Terraform does not accept expressions in these. */
const META_ARGUMENTS: readonly string[] = ["depends_on", "lifecycle"];

/** Renders the body of a resource, or of a block in it, as Terraform JSON. */
export class Blocks {
  constructor(private readonly expressions: Expressions) {}

  body(node: Node): JsonMap {
    const body: { [key: string]: Json } = {};
    const dynamic: { [key: string]: Json } = {};
    for (const [key, entry] of node.kind === "map" ? node.entries : []) {
      if (META_ARGUMENTS.includes(key)) body[key] = everyValue(entry.node);
      else if (!isBlock(key, entry.node)) body[key] = this.argument(entry);
      else if (varies(entry)) dynamic[key] = itemsOf(entry).map((item) => this.dynamic(item));
      else body[key] = this.blocks(entry.node);
    }
    return Object.keys(dynamic).length === 0 ? body : { ...body, dynamic };
  }

  /** A resource or data source, with its `count` or `for_each`. */
  resource({ when, node }: Optional): JsonMap {
    const format = markOf(node, FOR_EACH);
    const filter = this.expressions.filter(when);
    const each = partOf(node, FOR_ALL);
    if (each !== undefined) {
      const { [FOR_ALL]: all, ...body } = this.body(node);
      return {
        for_each: `\${{ for key, value in ${String(all).slice(2, -1)} : key => value${filter} }}`,
        ...body,
      };
    }
    if (format === undefined) {
      return {
        ...(isAlways(when) ? {} : { count: `\${${this.expressions.condition(when)} ? 1 : 0}` }),
        ...this.body(node),
      };
    }
    return {
      for_each: `\${{ for source in local.${format}_sources : source.name => source${filter} }}`,
      ...this.bodyOfEach(node, "each.value"),
    };
  }

  /** In a repeated block or resource, the source is the value of an iterator, also in conditions. */
  private bodyOfEach(node: Node, iterator: string): JsonMap {
    const body = this.body(partOf(node, "item") ?? node);
    return mapOf(mapTexts(body, (text) => text.replaceAll(/\bsource\.(?=\w)/g, `${iterator}.`)));
  }

  private argument(argument: Optional): Json {
    const { when, node } = argument;
    const constant = isAlways(when) ? constantOf(node) : undefined;
    if (constant !== undefined) return constant;
    const isPlainMap =
      node.kind === "map" && [...node.entries.values()].every((entry) => isAlways(entry.when));
    return isPlainMap && isAlways(when) && !isMarked(node)
      ? Object.fromEntries([...node.entries].map(([key, entry]) => [key, this.argument(entry)]))
      : `\${${this.expressions.orNull(argument)}}`;
  }

  private blocks(node: Node): Json {
    return node.kind === "list" ? node.items.map((item) => this.body(item.node)) : this.body(node);
  }

  private dynamic({ when, node }: Optional): Json {
    const format = markOf(node, FOR_EACH);
    if (format === undefined) {
      return {
        for_each: isAlways(when) ? [true] : `\${${this.expressions.once(when)}}`,
        content: this.body(node),
      };
    }
    const sources = `local.${format}_sources`;
    return {
      for_each: `\${${isAlways(when) ? sources : `[for source in ${sources} : source${this.expressions.filter(when)}]`}}`,
      iterator: "source",
      content: this.bodyOfEach(node, "source.value"),
    };
  }
}

const isBlock = (key: string, node: Node): boolean => {
  if (MAP_ARGUMENTS.includes(key)) return false;
  if (node.kind === "list")
    return node.items.some((item) => isBlock(key, partOf(item.node, "item") ?? item.node));
  return node.kind === "map" && !isMarked(node);
};

/** True for a map with a special meaning. */
const isMarked = (node: Node): boolean =>
  partOf(node, JSON_TEXT) !== undefined || partOf(node, FOR_EACH) !== undefined;

/** True if the blocks of a kind differ between variants. */
const varies = (entry: Optional): boolean =>
  itemsOf(entry).some(({ when, node }) => !isAlways(when) || markOf(node, FOR_EACH) !== undefined);

function itemsOf({ when, node }: Optional): readonly Optional[] {
  if (node.kind !== "list") return [{ when, node }];
  if (isAlways(when)) return node.items;
  if (!node.items.every((item) => isAlways(item.when)))
    throw new Error("a list of blocks varies in two ways");
  return node.items.map((item) => ({ when, node: item.node }));
}

/** True for a resource whose `count` is 0 or 1. */
export const isCounted = ({ when, node }: Optional): boolean =>
  !isAlways(when) && markOf(node, FOR_EACH) === undefined && partOf(node, FOR_ALL) === undefined;

/**
 * Adds the index to references to conditional resources. If the resource does not exist, Terraform fails instead of
 * using an empty value.
 */
export const withIndexes = (node: Node, counted: ReadonlySet<string>): Node =>
  mapNode(node, (text) =>
    text.replaceAll(/(?<![\w.])((?:data\.)?aws_\w+\.[\w-]+)(?=\.\w)/g, (address: string) =>
      counted.has(address) ? `${address}[0]` : address,
    ),
  );
