import { ALWAYS, type Condition, isAlways, onlyOption, renderCondition, type Switch } from "./condition";
import { BY_NAME, FOR_EACH, JOINED_BY, JSON_TEXT } from "./loops";
import { mapNode, markOf, type Node, type Optional, partOf, shapeOf } from "./node";

/** Renders the differences between variants as Terraform expressions. */
export class Expressions {
  /** @param resources the conditions of all resources and data sources, by address */
  constructor(
    private readonly switches: readonly Switch[],
    private readonly resources: ReadonlyMap<string, Condition>,
  ) {}

  condition(condition: Condition): string {
    return renderCondition(this.switches, condition);
  }

  /** The end of a `for` with a condition. */
  filter(condition: Condition): string {
    return isAlways(condition) ? "" : ` if ${this.condition(condition)}`;
  }

  /** An expression without `${` and `}`. */
  of(node: Node): string {
    switch (node.kind) {
      case "value":
        return literal(node.value);
      case "choice":
        return this.choice(node.cases);
      case "list":
        return this.list(node.items);
      case "map":
        return this.map(node);
      case "attribute":
        return `${node.address}[*].${node.attribute}`;
    }
  }

  /** Its value, or null if it does not exist. */
  orNull({ when, node }: Optional): string {
    const value = this.of(node);
    if (isAlways(when) || onlyOption(this.switches, when)?.nullUnless?.value === value) return value;
    const [, address = "", attribute] = INDEXED.exec(value) ?? [];
    return JSON.stringify(this.resources.get(address)) === JSON.stringify(when)
      ? `one(${address}[*].${attribute})`
      : `${this.condition(when)} ? ${value} : null`;
  }

  /** A list with one item if the block exists, e.g. `var.vpc[*]`, else with none. */
  once(when: Condition): string {
    const variable = onlyOption(this.switches, when)?.nullUnless?.variable;
    return variable === undefined ? `${this.condition(when)} ? [true] : []` : `${variable}[*]`;
  }

  private choice(cases: readonly Optional[]): string {
    const [first, ...others] = cases;
    if (!first) return "null";
    if (others.length === 0) return this.of(first.node);
    return `${this.condition(first.when)} ? ${this.of(first.node)} : ${this.choice(others)}`;
  }

  private list(items: readonly Optional[]): string {
    const parts: string[] = [];
    let together: Optional[] = [];
    const flush = () => {
      const [first] = together;
      if (first) parts.push(this.plainItems(together, first.when));
      together = [];
    };
    for (const item of items) {
      if (item.node.kind === "attribute" || markOf(item.node, FOR_EACH) !== undefined) {
        flush();
        parts.push(item.node.kind === "attribute" ? this.of(item.node) : this.loop(item.node, item.when));
        continue;
      }
      if (together[0] && !canStandWith(together[0], item)) flush();
      together.push(item);
    }
    flush();
    const [only = "[]", ...others] = parts;
    return others.length === 0 ? only : `concat(${parts.join(", ")})`;
  }

  private plainItems(items: readonly Optional[], when: Condition): string {
    const list = `[${items.map(({ node }) => this.of(node)).join(", ")}]`;
    return isAlways(when) ? list : `${this.condition(when)} ? ${list} : []`;
  }

  private loop(node: Node, when: Condition): string {
    const sources = `local.${markOf(node, FOR_EACH)}_sources`;
    const filter = this.filter(when);
    const item = partOf(node, "item") ?? node;
    const ofAccount = mapNode(item, (text) => text.replaceAll(ACCOUNT, "account"));
    const expression = this.of(ofAccount);
    return expression === this.of(item)
      ? `[for source in ${sources} : ${expression}${filter}]`
      : `flatten([for source in ${sources} : [for account in source.accounts : ${expression}]${filter}])`;
  }

  private map(node: Node): string {
    if (node.kind !== "map") return this.of(node);
    const separator = markOf(node, JOINED_BY);
    if (separator !== undefined) return `join(${literal(separator)}, ${this.loop(node, ALWAYS)})`;
    const text = partOf(node, JSON_TEXT);
    if (text) return `jsonencode(${this.of(text)})`;
    const parts = new Map<string, { readonly when: Condition; readonly pairs: string[] }>();
    const loops: string[] = [];
    for (const [key, { when, node: value }] of node.entries) {
      if (key.startsWith(BY_NAME)) {
        loops.push(this.byName(value));
        continue;
      }
      const id = JSON.stringify(when);
      const part = parts.get(id) ?? { when, pairs: [] };
      part.pairs.push(`${keyOf(key)} = ${this.of(value)}`);
      parts.set(id, part);
    }
    const objects = [...parts.values()].map(({ when, pairs }) => {
      const object = `{ ${pairs.join(", ")} }`;
      return isAlways(when) ? object : `${this.condition(when)} ? ${object} : {}`;
    });
    const all = [...objects, ...loops];
    const isPlain = [...parts.values()].every(({ when }) => isAlways(when));
    return all.length === 1 && isPlain ? all.join() : `merge(${all.join(", ")})`;
  }

  /** Without sources of the format it is empty, so it needs no condition. */
  private byName(node: Node): string {
    const item = partOf(node, "item") ?? node;
    return `{ for source in local.${markOf(node, FOR_EACH)}_sources : source.name => ${this.of(item)} }`;
  }
}

/** Only an attribute of a resource whose `count` is 0 or 1. */
const INDEXED = /^((?:data\.)?aws_\w+\.[\w-]+)\[0\]\.(\w+)$/;

const canStandWith = (one: Optional, other: Optional): boolean =>
  JSON.stringify(one.when) === JSON.stringify(other.when) &&
  (isAlways(one.when) || shapeOf(one.node) === shapeOf(other.node));

/** A key of an object: a name, a text, or an expression in parentheses. */
function keyOf(key: string): string {
  if (/^[A-Za-z_]\w*$/.test(key)) return key;
  const text = literal(key);
  return text.startsWith('"') ? text : `(${text})`;
}

/** Represents one of a source's accounts, and not all of them. */
const ACCOUNT = /\bsource\.account\b/g;
const REFERENCE = /\$\{(?:[^{}"]|"[^"]*")*\}/g;

/** A value as an expression; texts may contain references. */
export function literal(value: string | number | boolean | null): string {
  if (typeof value !== "string") return String(value);
  const [reference] = value.match(REFERENCE) ?? [];
  if (reference === value && !value.startsWith("$${")) return value.slice(2, -1);
  let end = 0;
  let text = "";
  for (const match of value.matchAll(REFERENCE)) {
    text += escaped(value.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return `"${text}${escaped(value.slice(end))}"`;
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
