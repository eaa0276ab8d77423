import { ALWAYS, type Assignment, type Condition, conditionFor, type Switch } from "./condition";
import { groupBy } from "./group-by";
import { FOR_EACH } from "./loops";
import { isList, isMap, type Json } from "./tree";

/** What was synthesized with one assignment of the switches. */
export interface Variant {
  readonly assignment: Assignment;
  readonly value: Json;
}

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

/** Finds one description of all variants. */
export class Merger {
  /**
   * @param hasFormat says whether an assignment has sources of a format
   * @param exists says whether there is a resource
   */
  constructor(
    private readonly switches: readonly Switch[],
    private readonly hasFormat: (format: Json | undefined, assignment: Assignment) => boolean,
    private readonly exists: (address: string, assignment: Assignment) => boolean,
  ) {}

  merge(variants: readonly Variant[]): Node {
    const values = variants.map(({ value }) => value);
    if (values.every(isMap)) return this.mergeMaps(variants);
    if (values.every(isList)) return this.mergeLists(variants);
    const groups = groupBy(variants, ({ value }) =>
      isMap(value) || isList(value) ? "{" : JSON.stringify(value),
    );
    const [[first] = [], ...others] = groups;
    if (first && others.length === 0) return { kind: "value", value: scalarOf(first.value) };
    const reference = this.referenceTo(variants);
    if (reference !== undefined) return { kind: "value", value: `\${${reference}}` };
    return { kind: "choice", cases: groups.map((group) => this.optional(group, variants)) };
  }

  /** The variable whose value this is in every variant. */
  private referenceTo(variants: readonly Variant[]): string | undefined {
    const same = this.switches.find(
      ({ reference, options }, index) =>
        reference !== undefined &&
        variants.every(({ assignment, value }) => options[assignment[index] ?? 0]?.value === value),
    );
    return same?.reference;
  }

  private optional(present: readonly Variant[], all: readonly Variant[]): Optional {
    const has = new Set(present.map(({ assignment }) => assignment));
    const absent = all.filter(({ assignment }) => !has.has(assignment));
    return {
      when: conditionFor(
        this.switches,
        present.map(({ assignment }) => assignment),
        absent.map(({ assignment }) => assignment),
      ),
      node: this.merge(present),
    };
  }

  /** An item that is an attribute of a resource, in exactly those variants that have the resource. */
  private attributeIn(present: readonly Variant[], all: readonly Variant[]): Optional | undefined {
    const [{ value } = { value: null }] = present;
    const [, address, attribute] = ATTRIBUTE.exec(String(value)) ?? [];
    if (address === undefined || attribute === undefined || present.length === all.length) return undefined;
    const has = new Set(present.map(({ assignment }) => assignment));
    const follows =
      present.every((item) => item.value === value) &&
      all.every(({ assignment }) => has.has(assignment) === this.exists(address, assignment));
    return follows ? { when: ALWAYS, node: { kind: "attribute", address, attribute } } : undefined;
  }

  private mergeMaps(variants: readonly Variant[]): Node {
    const parts = largestFirst(variants).flatMap(({ assignment, value }) =>
      Object.entries(isMap(value) ? value : {}).map(([key, item]) => ({ key, assignment, value: item })),
    );
    const entries = groupBy(parts, ({ key }) => key).map((group): [string, Optional] => [
      group[0].key,
      this.slot(group, variants),
    ]);
    return { kind: "map", entries: new Map(entries) };
  }

  private mergeLists(variants: readonly Variant[]): Node {
    const lists = variants.map(({ value }) => (isList(value) ? value : []));
    if (areAlike(lists)) {
      const items = (lists[0] ?? []).map((_, at): Optional => {
        const atPosition = variants.map(({ assignment }, index) => ({
          assignment,
          value: lists[index]?.[at] ?? null,
        }));
        return { when: ALWAYS, node: this.merge(atPosition) };
      });
      return { kind: "list", items };
    }
    const slots: { readonly id: string; readonly items: Variant[] }[] = [];
    for (const { assignment, value } of largestFirst(variants)) {
      const seen = new Map<string, number>();
      let next = 0;
      for (const item of isList(value) ? value : []) {
        const identity = identityOf(item);
        const occurrence = seen.get(identity) ?? 0;
        seen.set(identity, occurrence + 1);
        const id = `${occurrence} ${identity}`;
        const known = slots.findIndex((slot) => slot.id === id);
        const at = known < 0 ? next : known;
        if (known < 0) slots.splice(at, 0, { id, items: [] });
        slots[at]?.items.push({ assignment, value: item });
        next = at + 1;
      }
    }
    return {
      kind: "list",
      items: slots.map(({ items }) => this.attributeIn(items, variants) ?? this.slot(items, variants)),
    };
  }

  /** Without sources there is nothing to repeat, so it does not matter what is said of those variants. */
  private slot(items: readonly Variant[], variants: readonly Variant[]): Optional {
    const [{ value } = { value: null }] = items;
    const format = isMap(value) ? value[FOR_EACH] : undefined;
    return this.optional(
      items,
      format === undefined
        ? variants
        : variants.filter(({ assignment }) => this.hasFormat(format, assignment)),
    );
  }
}

/** Nothing but an attribute of a resource, e.g. `${aws_sqs_queue.arrivals.arn}`. */
const ATTRIBUTE = /^\$\{(aws_\w+\.[\w-]+)\.(\w+)\}$/;

/** True for lists of equal length with the same items, or with scalars, at each position. */
function areAlike([first = [], ...others]: readonly (readonly Json[])[]): boolean {
  const isAlike = (one: Json, other: Json) =>
    isMap(one) || isMap(other) || isList(one) || isList(other) ? identityOf(one) === identityOf(other) : true;
  return others.every(
    (other) => other.length === first.length && first.every((item, at) => isAlike(item, other[at] ?? null)),
  );
}

/** Where items say what they are called. */
const NAMES: readonly string[] = ["Sid", "id", "name", "title", "label"];

/**
 * By what an item is known for the same one in lists that differ: its name, or the first text in it, e.g. the first action
 * of a statement. Where this is too coarse, an item is described by cases; the result is right all the same.
 */
function identityOf(item: Json): string {
  if (!isMap(item) && !isList(item)) return JSON.stringify(item);
  const texts = [...labelledTextsIn(item)];
  const name = texts.find(({ key }) => NAMES.includes(key));
  if (isList(item)) return name?.text ?? JSON.stringify(item);
  const { text } = name ?? texts.find(({ key }) => key !== "Effect") ?? { text: "" };
  return `${item[FOR_EACH] ?? ""} ${text}`;
}

function* labelledTextsIn(value: Json, key = ""): Generator<{ readonly key: string; readonly text: string }> {
  if (typeof value === "string") {
    if (key !== FOR_EACH) yield { key, text: value };
  } else if (isList(value)) for (const item of value) yield* labelledTextsIn(item, key);
  else if (isMap(value)) for (const [name, item] of Object.entries(value)) yield* labelledTextsIn(item, name);
}

/** What holds most knows the order best. */
const largestFirst = (variants: readonly Variant[]): Variant[] =>
  [...variants].sort((one, other) => sizeOf(other.value) - sizeOf(one.value));

const sizeOf = (value: Json): number => (isMap(value) || isList(value) ? Object.keys(value).length : 0);

const scalarOf = (value: Json): string | number | boolean | null =>
  isMap(value) || isList(value) ? null : value;
