import { ALWAYS, type Assignment, type Condition, conditionFor, type Switch } from "./condition";
import { groupBy } from "./group-by";
import { FOR_EACH } from "./loops";
import type { Node, Optional } from "./node";
import { isList, isMap, type Json, labelledTextsIn } from "./tree";

/** The result of a synth with one assignment of the switches. */
export interface Variant {
  readonly assignment: Assignment;
  readonly value: Json;
}

/** Merges all variants into one description. */
export class Merger {
  private readonly conditions = new Map<string, Condition>();
  private readonly numbers = new Map<Assignment, number>();

  /**
   * @param hasFormat true if an assignment has sources of a format
   * @param exists true if the resource exists
   */
  constructor(
    private readonly switches: readonly Switch[],
    private readonly hasFormat: (format: string, assignment: Assignment) => boolean,
    private readonly exists: (address: string, assignment: Assignment) => boolean,
  ) {}

  /** @param format set for a value that is repeated for each source of a format */
  merge(variants: readonly Variant[], format?: string): Node {
    const values = variants.map(({ value }) => value);
    if (values.every(isMap)) return this.mergeMaps(variants, format);
    if (values.every(isList)) return this.mergeLists(variants, format);
    const groups = groupBy(variants, ({ value }) =>
      isMap(value) || isList(value) ? "{" : JSON.stringify(value),
    );
    const [[first] = [], ...others] = groups;
    if (first && others.length === 0) return { kind: "value", value: scalarOf(first.value) };
    const reference = this.referenceTo(variants);
    if (reference !== undefined) return { kind: "value", value: `\${${reference}}` };
    return { kind: "choice", cases: groups.map((group) => this.optional(group, variants, format)) };
  }

  /** The variable with this value in every variant. */
  private referenceTo(variants: readonly Variant[]): string | undefined {
    const same = this.switches.find(
      ({ reference, options }, index) =>
        reference !== undefined &&
        variants.every(({ assignment, value }) => options[assignment[index] ?? 0]?.value === value),
    );
    return same?.reference;
  }

  private optional(present: readonly Variant[], all: readonly Variant[], format?: string): Optional {
    const node = this.merge(present, format);
    // Most items are in every variant.
    if (present.length === all.length) return { when: ALWAYS, node };
    const has = new Set(present.map(({ assignment }) => assignment));
    const absent = all.flatMap(({ assignment }) => (has.has(assignment) ? [] : [assignment]));
    return { when: this.condition([...has], absent, format), node };
  }

  /** Cache: the same few conditions are needed many times. */
  private condition(
    present: readonly Assignment[],
    absent: readonly Assignment[],
    format: string | undefined,
  ): Condition {
    const key = [format, ...[present, absent].map((list) => this.numbersOf(list))].join("|");
    const known = this.conditions.get(key);
    if (known) return known;
    const found = conditionFor(this.switches, present, absent, format);
    this.conditions.set(key, found);
    return found;
  }

  private numbersOf(assignments: readonly Assignment[]): string {
    const numbers = assignments.map((assignment) => {
      const number = this.numbers.get(assignment) ?? this.numbers.size;
      this.numbers.set(assignment, number);
      return number;
    });
    return numbers.sort((one, other) => one - other).join();
  }

  /** An item that is an attribute of a resource, in exactly the variants with this resource. */
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

  private mergeMaps(variants: readonly Variant[], format?: string): Node {
    const parts = largestFirst(variants).flatMap(({ assignment, value }) =>
      Object.entries(isMap(value) ? value : {}).map(([key, item]) => ({ key, assignment, value: item })),
    );
    const entries = groupBy(parts, ({ key }) => key).map((group): [string, Optional] => [
      group[0].key,
      this.slot(group, variants, format),
    ]);
    return { kind: "map", entries: new Map(entries) };
  }

  private mergeLists(variants: readonly Variant[], format?: string): Node {
    if (areAlike(variants.map(({ value }) => itemsOf(value)))) return this.mergeByPosition(variants, format);
    const slots: Slot[] = [];
    for (const { assignment, value } of largestFirst(variants)) {
      const seen = new Map<string, number>();
      const before: string[] = [];
      let next = 0;
      for (const item of itemsOf(value)) {
        const identity = identityOf(item);
        const occurrence = seen.get(identity) ?? 0;
        seen.set(identity, occurrence + 1);
        const id = `${occurrence} ${identity}`;
        const known = slots.findIndex((slot) => slot.id === id);
        const at = known < 0 ? next : known;
        if (known < 0) slots.splice(at, 0, { id, items: [], after: new Set() });
        slots[at]?.items.push({ assignment, value: item });
        for (const earlier of before) slots[at]?.after.add(earlier);
        before.push(id);
        next = at + 1;
      }
    }
    return {
      kind: "list",
      items: this.inOrder(slots).map(
        ({ items }) => this.attributeIn(items, variants) ?? this.slot(items, variants, format),
      ),
    };
  }

  /**
   * The order that all variants have. Items that no variant has together are in the order of their formats, or else in
   * the order in which they were found.
   */
  private inOrder(slots: readonly Slot[]): readonly Slot[] {
    const left = [...slots];
    const sorted: Slot[] = [];
    while (left.length > 0) {
      const free = left.filter(({ after }) => !left.some(({ id }) => after.has(id)));
      const [first = left[0]] = free;
      const rank = first && this.rankOf(first);
      const chosen =
        rank === undefined
          ? first
          : free
              .filter((slot) => this.rankOf(slot) !== undefined)
              .reduce((one, other) => ((this.rankOf(other) ?? 0) < (this.rankOf(one) ?? 0) ? other : one));
      if (!chosen) break;
      left.splice(left.indexOf(chosen), 1);
      sorted.push(chosen);
    }
    return sorted;
  }

  /** The place of its format, for an item that is repeated for each source. */
  private rankOf({ items: [first] }: Slot): number | undefined {
    const mark = first && isMap(first.value) ? first.value[FOR_EACH] : undefined;
    return mark === undefined ? undefined : this.switches.findIndex(({ format }) => format === mark);
  }

  private mergeByPosition(variants: readonly Variant[], format?: string): Node {
    const positions = itemsOf(variants[0]?.value ?? []).keys();
    const items = [...positions].map((at) =>
      variants.map(({ assignment, value }) => ({ assignment, value: itemsOf(value)[at] ?? null })),
    );
    return { kind: "list", items: items.map((item) => ({ when: ALWAYS, node: this.merge(item, format) })) };
  }

  /** Variants without sources repeat nothing, so the condition may have any value there. */
  private slot(items: readonly Variant[], variants: readonly Variant[], outer?: string): Optional {
    const [{ value } = { value: null }] = items;
    const mark = isMap(value) ? value[FOR_EACH] : undefined;
    const format = typeof mark === "string" ? mark : undefined;
    return this.optional(
      items,
      format === undefined
        ? variants
        : variants.filter(({ assignment }) => this.hasFormat(format, assignment)),
      format ?? outer,
    );
  }
}

/** An item of a merged list, with the variants that have it. */
interface Slot {
  readonly id: string;
  readonly items: Variant[];
  /** The items that are before it in a variant. */
  readonly after: Set<string>;
}

const itemsOf = (value: Json): readonly Json[] => (isList(value) ? value : []);

/** Only an attribute of a resource, e.g. `${aws_sqs_queue.arrivals.arn}`. */
const ATTRIBUTE = /^\$\{(aws_\w+\.[\w-]+)\.(\w+)\}$/;

/** True for lists of equal length with the same items, or with scalars, at each position. */
function areAlike([first = [], ...others]: readonly (readonly Json[])[]): boolean {
  const isScalar = (value: Json) => !isMap(value) && !isList(value);
  const isAlike = (one: Json, other: Json) =>
    (isScalar(one) && isScalar(other)) || identityOf(one) === identityOf(other);
  return others.every(
    (other) => other.length === first.length && first.every((item, at) => isAlike(item, other[at] ?? null)),
  );
}

/** Keys with the name of an item. */
const NAMES: readonly string[] = ["Sid", "id", "name", "title", "label"];

/**
 * Identifies the same item in lists that differ: by its name, or the first text in it, e.g. the first action of a
 * statement. If different items have the same identity, they become a choice; the result is still right.
 */
function identityOf(item: Json): string {
  if (!isMap(item) && !isList(item)) return JSON.stringify(item);
  const texts = [...labelledTextsIn(item)].filter(({ key }) => key !== FOR_EACH);
  const name = texts.find(({ key }) => NAMES.includes(key));
  if (isList(item)) return name?.text ?? JSON.stringify(item);
  const { text } = name ?? texts.find(({ key }) => key !== "Effect") ?? { text: "" };
  return `${item[FOR_EACH] ?? ""} ${text}`;
}

/** The largest variant has the most complete order. */
const largestFirst = (variants: readonly Variant[]): Variant[] =>
  [...variants].sort((one, other) => sizeOf(other.value) - sizeOf(one.value));

const sizeOf = (value: Json): number => (isMap(value) || isList(value) ? Object.keys(value).length : 0);

const scalarOf = (value: Json): string | number | boolean | null =>
  isMap(value) || isList(value) ? null : value;
