import { type Condition, isAlways } from "./condition";
import { FOR_EACH, JSON_TEXT } from "./loops";
import type { Json } from "./tree";

/** Something that is there under a condition. */
export interface Optional {
  readonly when: Condition;
  readonly node: Node;
}

/** All variants in one: what is the same in all of them, and the conditions of what is not. */
export type Node =
  | { readonly kind: "value"; readonly value: string | number | boolean | null }
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, Optional> }
  | { readonly kind: "list"; readonly items: readonly Optional[] }
  /** The first whose condition holds. */
  | { readonly kind: "choice"; readonly cases: readonly Optional[] }
  /** An attribute of a resource, there if the resource is there. */
  | { readonly kind: "attribute"; readonly address: string; readonly attribute: string };

/** The same description with other texts, keys included. */
export function mapNode(node: Node, change: (text: string) => string): Node {
  const inside = ({ when, node: value }: Optional): Optional => ({ when, node: mapNode(value, change) });
  switch (node.kind) {
    case "value":
      return typeof node.value === "string" ? { kind: "value", value: change(node.value) } : node;
    case "map": {
      const entries = [...node.entries].map(([key, entry]): [string, Optional] => [
        change(key),
        inside(entry),
      ]);
      return { kind: "map", entries: new Map(entries) };
    }
    case "list":
      return { kind: "list", items: node.items.map(inside) };
    case "choice":
      return { kind: "choice", cases: node.cases.map(inside) };
    case "attribute":
      return node;
  }
}

/**
 * What type Terraform sees in a value. It makes one type of what stands together in a list that is there under a condition,
 * so only items of one shape may.
 */
export function shapeOf(node: Node): string {
  switch (node.kind) {
    case "value":
      return typeof node.value;
    case "attribute":
      return "string";
    case "choice":
      return [...new Set(node.cases.map((item) => shapeOf(item.node)))].join("|");
    case "list": {
      const shapes = new Set(node.items.map((item) => shapeOf(item.node)));
      return `[${(shapes.size === 1 ? [...shapes] : node.items.map((item) => shapeOf(item.node))).join()}]`;
    }
    case "map":
      return `{${[...node.entries].map(([key, { node: value }]) => `${key}: ${shapeOf(value)}`).join()}}`;
  }
}

/** What a map that stands for something else says, e.g. the format that an item is repeated for. */
export function markOf(node: Node, mark: string): string | undefined {
  const marked = node.kind === "map" ? node.entries.get(mark)?.node : undefined;
  return marked?.kind === "value" ? String(marked.value) : undefined;
}

export const partOf = (node: Node, key: string): Node | undefined =>
  node.kind === "map" ? node.entries.get(key)?.node : undefined;

/** The value itself, if it is the same in every variant and for any sources. */
export function constantOf(node: Node): Json | undefined {
  if (node.kind === "value") return node.value;
  if (node.kind === "list") {
    const items = node.items.map(constantIn);
    return items.includes(undefined) ? undefined : (items as Json[]);
  }
  if (node.kind !== "map" || markOf(node, FOR_EACH) !== undefined) return undefined;
  const entries = [...node.entries].map(([key, entry]): [string, Json | undefined] => [
    key,
    constantIn(entry),
  ]);
  if (entries.some(([, value]) => value === undefined)) return undefined;
  const value = Object.fromEntries(entries) as { [key: string]: Json };
  return JSON_TEXT in value ? JSON.stringify(value[JSON_TEXT]) : value;
}

const constantIn = ({ when, node }: Optional): Json | undefined =>
  isAlways(when) ? constantOf(node) : undefined;

/** What stands there in any variant: what is not there then can be waited for all the same. */
export function everyValue(node: Node): Json {
  if (node.kind === "value") return node.value;
  if (node.kind === "list") return node.items.map((item) => everyValue(item.node));
  if (node.kind !== "map") throw new Error("depends_on and lifecycle cannot be chosen between");
  return Object.fromEntries([...node.entries].map(([key, { node: value }]) => [key, everyValue(value)]));
}
