import { type Assignment, type Condition, conditionFor, type Switch } from "./condition";
import { FOR_EACH, isList, isMap, type Json } from "./loops";

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
  | { readonly kind: "choice"; readonly cases: readonly Optional[] };

/** Finds one description of all variants. */
export class Merger {
  /** @param hasFormat says whether an assignment has sources of a format */
  constructor(
    private readonly switches: readonly Switch[],
    private readonly hasFormat: (format: Json | undefined, assignment: Assignment) => boolean,
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
    return { kind: "list", items: slots.map(({ items }) => this.slot(items, variants)) };
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

/** Where items say what they are called. */
const NAMES: readonly string[] = ["Sid", "id", "name", "title"];

/**
 * By what an item is known for the same one in lists that differ: its name, or the first text in it, e.g. the first action
 * of a statement. Where this is too coarse, an item is described by cases; the result is right all the same.
 */
function identityOf(item: Json): string {
  if (!isMap(item)) return JSON.stringify(item);
  const isName = (key: string | undefined) => key !== undefined && NAMES.includes(key);
  const texts = [...textsIn(item)];
  const { text } = texts.find(({ key }) => isName(key)) ??
    texts.find(({ key }) => key !== "Effect") ?? { text: "" };
  return `${item[FOR_EACH] ?? ""} ${text}`;
}

function* textsIn(
  value: Json,
  key?: string,
): Generator<{ readonly key: string | undefined; readonly text: string }> {
  if (typeof value === "string") {
    if (key !== FOR_EACH) yield { key, text: value };
  } else if (isList(value)) for (const item of value) yield* textsIn(item, key);
  else if (isMap(value)) for (const [name, item] of Object.entries(value)) yield* textsIn(item, name);
}

/** What holds most knows the order best. */
const largestFirst = (variants: readonly Variant[]): Variant[] =>
  [...variants].sort((one, other) => sizeOf(other.value) - sizeOf(one.value));

const sizeOf = (value: Json): number => (isMap(value) || isList(value) ? Object.keys(value).length : 0);

const scalarOf = (value: Json): string | number | boolean | null =>
  isMap(value) || isList(value) ? null : value;

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): [Item, ...Item[]][] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}
