import { type Condition, isAlways } from "./condition";
import { FOR_EACH, JSON_TEXT } from "./loops";
import type { Json } from "./tree";

/** A node that exists under a condition. */
export interface Optional {
  readonly when: Condition;
  readonly node: Node;
}

/** All variants as one tree: the common parts, and the conditions of the other parts. */
export type Node =
  | { readonly kind: "value"; readonly value: string | number | boolean | null }
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, Optional> }
  | { readonly kind: "list"; readonly items: readonly Optional[] }
  /** The first case whose condition holds. */
  | { readonly kind: "choice"; readonly cases: readonly Optional[] }
  /** An attribute of a resource; it exists if the resource exists. */
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
 * The type that Terraform infers for a value. In a conditional list, Terraform converts all items to one type, so all
 * items must have the same shape.
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

/** The value of a map with a special meaning, e.g. the format whose sources an item is repeated for. */
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

/** The values of all variants: `depends_on` may also name resources that do not exist in a variant. */
export function everyValue(node: Node): Json {
  if (node.kind === "value") return node.value;
  if (node.kind === "list") return node.items.map((item) => everyValue(item.node));
  if (node.kind !== "map") throw new Error("depends_on and lifecycle cannot be chosen between");
  return Object.fromEntries([...node.entries].map(([key, { node: value }]) => [key, everyValue(value)]));
}
