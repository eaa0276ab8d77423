import { DEPENDENT_OPTIONS, expectedOf, lengthExpected, NAME_LENGTHS } from "../pipeline/rules";
import { messageOf as ownMessageOf } from "../settings/messages";
import { settingsSchema, TAGS } from "../settings/schema";
import { INPUTS, type Input, type Schema } from "./inputs";
import { inHcl, snakeCase } from "./snake-case";
import { SOURCE_RULES } from "./source-rules";
import type { JsonMap } from "./tree";
import type { Validation } from "./validation";

/** The variables of the module, as Terraform JSON. */
export const variables = (): JsonMap =>
  Object.fromEntries(INPUTS.map((input) => [input.variable, variableOf(input)]));

const variableOf = (input: Input): JsonMap => {
  const validation = [
    ...rulesOf(input),
    ...(input.setting === "sources" ? SOURCE_RULES : []),
    ...needsOf(input),
    ...lengthsOf(input),
    ...(input.setting === "tags" ? [TAG_RULE] : []),
  ];
  return {
    type: constraintOf(input),
    description: input.schema.description ?? "",
    ...(input.required ? {} : { default: input.schema.default ?? null }),
    ...(input.required || input.schema.default !== undefined ? { nullable: false } : {}),
    ...(validation.length === 0 ? {} : { validation: validation.map((rule) => ({ ...rule })) }),
  };
};

/**
 * Terraform silently drops attributes that an object type does not name. So objects have the type `any`, and rules
 * check their attributes.
 */
const constraintOf = (input: Input): string => (isLoose(input) ? "any" : typeOf(input.schema));

/** True for a value that contains an object. */
const isLoose = ({ schema }: Input): boolean =>
  schema.wrappedIn !== undefined || schema.properties !== undefined || schema.items?.properties !== undefined;

/** A type constraint of Terraform. @throws Error for schemas that the settings do not use so far */
export function typeOf({ wrappedIn, ...schema }: Schema): string {
  if (wrappedIn !== undefined) return `object({ ${wrappedIn} = ${typeOf(schema)} })`;
  if (schema.properties) {
    const attributes = Object.entries(schema.properties).map(([name, property]) => {
      const type = typeOf(property);
      return `${snakeCase(name)} = ${schema.required?.includes(name) ? type : `optional(${type})`}`;
    });
    return `object({ ${attributes.join(", ")} })`;
  }
  if (schema.items) return `list(${typeOf(schema.items)})`;
  if (typeof schema.additionalProperties === "object") return `map(${typeOf(schema.additionalProperties)})`;
  const type = schema.type ?? typeof schema.anyOf?.[0]?.const;
  const names: Readonly<Record<string, string>> = { boolean: "bool", integer: "number" };
  if (!["string", "number", "integer", "boolean"].includes(type)) {
    throw new Error(
      `no type of Terraform for ${JSON.stringify(schema)}; extend terraform-module/variables.ts`,
    );
  }
  return names[type] ?? type;
}

/** One loop that leads to a value, e.g. `for source in var.sources`. */
interface Loop {
  readonly name: string;
  readonly of: string;
  /** True for a value that may be null; rules do not apply to null. */
  readonly isOptional?: boolean;
}

/** The place of a value: its loops in Terraform, and its path in the settings. */
interface Place {
  readonly loops: readonly Loop[];
  readonly value: string;
  /** For messages, e.g. `sources: prefix`. */
  readonly label: string;
  /** In a settings file, e.g. `["sources", 0, "prefix"]`. */
  readonly path: readonly (string | number)[];
}

function rulesOf(input: Input): Validation[] {
  const { variable, setting, schema, required } = input;
  const name = `var.${variable}`;
  // A single value is a list with one item, so that one kind of rule is enough.
  const place: Place = {
    label: variable,
    path: [setting],
    loops: [{ name: "value", of: `[${name}]`, isOptional: !required }],
    value: "value",
  };
  return rulesAt(schema, place, variable.replace(/s$/, ""));
}

/** An attribute of an object, or null if it does not exist. */
const attribute = (object: string, name: string): string => `try(${object}.${name}, null)`;

function rulesAt(schema: Schema, place: Place, item = "item"): Validation[] {
  const { wrappedIn } = schema;
  if (wrappedIn !== undefined) {
    const inside = { ...place, value: attribute(place.value, wrappedIn) };
    return [...objectRules([wrappedIn], place), ...ownRules(schema, inside)];
  }
  if (schema.items)
    return [listRule(place), ...ownRules(schema, place), ...rulesAt(schema.items, itemPlace(place, item))];
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return ownRules(schema, place);
  return [
    ...objectRules(
      properties.map(([name]) => snakeCase(name)),
      place,
    ),
    ...properties.flatMap(([name, property]) => {
      const value = attribute(place.value, snakeCase(name));
      const inside = { label: `${place.label}: ${snakeCase(name)}`, path: [...place.path, name] };
      return schema.required?.includes(name)
        ? rulesAt(property, { ...inside, loops: place.loops, value })
        : rulesAt(property, {
            ...inside,
            loops: [...place.loops, { name: snakeCase(name), of: `[${value}]`, isOptional: true }],
            value: snakeCase(name),
          });
    }),
  ];
}

/** A rule that a value is a list: it has items by number, or none. */
const listRule = (place: Place): Validation =>
  validationOf(place, `can(${place.value}[0]) || length(${place.value}) == 0`, "must be a list");

/** Rules that a value is an object, and has only known attributes. */
function objectRules(known: readonly string[], place: Place): Validation[] {
  const names = known.join(", ");
  const unknown = `setsubtract(keys(${place.value}), ${JSON.stringify(known)})`;
  return [
    validationOf(place, `can(keys(${place.value}))`, `must be an object with ${names}`),
    validationOf(
      place,
      `!can(keys(${place.value})) || length(${unknown}) == 0`,
      `has an unknown attribute, allowed are ${names}`,
      unknown,
    ),
  ];
}

const itemPlace = (place: Place, name: string): Place => ({
  ...place,
  loops: [...place.loops, { name, of: `try([for each in ${place.value} : each], [])` }],
  value: name,
  path: [...place.path, 0],
});

/** The rules of the schema for a value, each with a value that breaks it. */
function ownRules(schema: Schema, place: Place): Validation[] {
  const { value } = place;
  const { pattern, minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const allowed = schema.enum ?? schema.anyOf?.map((option) => option.const);
  const rules: [holds: string, broken: unknown][] = [];
  if (schema.type === "boolean") rules.push([`can(tobool(${value}))`, "\n"]);
  if (pattern !== undefined) rules.push([`can(regex(${JSON.stringify(pattern)}, ${value}))`, "\n"]);
  if (allowed !== undefined) rules.push([`contains(${JSON.stringify(allowed)}, ${value})`, "\n"]);
  if (schema.type === "integer") rules.push([`tonumber(${value}) == floor(tonumber(${value}))`, 1.5]);
  if (minimum !== undefined) rules.push([`${value} >= ${minimum}`, minimum - 1]);
  if (maximum !== undefined) rules.push([`${value} <= ${maximum}`, maximum + 1]);
  if (minLength !== undefined && minLength > 0) rules.push([`length(${value}) >= ${minLength}`, ""]);
  if (maxLength !== undefined) rules.push([`length(${value}) <= ${maxLength}`, "x".repeat(maxLength + 1)]);
  const items: [holds: string, broken: unknown][] = [];
  if (minItems !== undefined) items.push([`length(${value}) >= ${minItems}`, []]);
  if (maxItems !== undefined) items.push([`length(${value}) <= ${maxItems}`, Array(maxItems + 1).fill({})]);
  return [
    ...rules.map(([holds, broken]) => validationOf(place, holds, messageOf(place.path, broken))),
    ...items.map(([holds, broken]) =>
      validationOf(place, holds, messageOf(place.path, broken), `length(${value})`),
    ),
  ];
}

/**
 * A rule whose message names the variable, the expected value and the given value.
 *
 * @param holds condition; it counts as false if Terraform cannot compute it
 * @param shown the part of the value in the message
 */
function validationOf(
  { loops, value, label }: Place,
  holds: string,
  expected: string,
  shown = value,
): Validation {
  const [inner, ...outer] = [...loops].reverse();
  const unlessNull = ({ name, isOptional }: Loop) => (isOptional ? [`${name} != null`] : []);
  const isOffender = [...(inner ? unlessNull(inner) : []), `!try(${holds}, false)`].join(" && ");
  const offenders = outer.reduce(
    (list, loop) =>
      `flatten([for ${loop.name} in ${loop.of} : ${list}${unlessNull(loop).map((set) => ` if ${set}`)}])`,
    `[for ${inner?.name} in ${inner?.of} : jsonencode(${shown}) if ${isOffender}]`,
  );
  return {
    condition: `\${length(${offenders}) == 0}`,
    error_message: `${label}: ${expected}, got \${join(", ", ${offenders})}`,
  };
}

const VALID = {
  name: "logs",
  region: "eu-central-1",
  sources: [{ name: "web", format: "alb", prefix: "alb/" }],
};

/** The message for the same value in a settings file. */
function messageOf(path: readonly (string | number)[], broken: unknown): string {
  const { error } = settingsSchema.safeParse(withValue(VALID, path, broken), {
    error: ownMessageOf,
  });
  const issue = error?.issues.find((item) => item.path.join() === path.join());
  if (!issue)
    throw new Error(`${path.join(".")}: ${JSON.stringify(broken)} is accepted by settings/schema.ts`);
  return issue.message;
}

/** A copy with a value at a path, and with the objects and lists on this path. */
function withValue(target: unknown, [key, ...path]: readonly (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === "number")
    return [withValue(Array.isArray(target) ? target[key] : undefined, path, value)];
  const object = typeof target === "object" && target !== null ? target : {};
  return { ...object, [key]: withValue(Reflect.get(object, key), path, value) };
}

/** Rules that an option is not set if it has no effect without another option. */
const needsOf = ({ setting, variable, schema }: Input): Validation[] =>
  DEPENDENT_OPTIONS.filter(({ option }) => option === setting).map((dependent) => {
    const other = `var.${snakeCase(dependent.needs)}`;
    const set = `${other} != ${JSON.stringify(dependent.isNot ?? null)}`;
    const useful = dependent.is === undefined ? set : `${other} == ${JSON.stringify(dependent.is)}`;
    return {
      condition: `\${${saysNothing(variable, schema)} || ${useful}}`,
      error_message: `${variable}: ${expectedOf({ ...dependent }).replace(
        dependent.needs,
        snakeCase(dependent.needs),
      )}, got \${jsonencode(var.${variable})}`,
    };
  });

/** A condition that a variable has its default. */
function saysNothing(variable: string, { type }: Schema): string {
  if (type === "array") return `length(var.${variable}) == 0`;
  return type === "boolean" ? `var.${variable} != true` : `var.${variable} == null`;
}

/** Rules that composed names are not too long. */
const lengthsOf = ({ setting, variable, required }: Input): Validation[] =>
  NAME_LENGTHS.filter(({ option }) => option === setting).map((name) => {
    const { and, with: needed, without, added, max } = name;
    const variableOf = (option: string) => `var.${snakeCase(option)}`;
    const parts = [`var.${variable}`, ...(and ? [variableOf(and)] : [])];
    const ways = [
      ...(required ? [] : [`var.${variable} == null`]),
      ...(needed ? [`${variableOf(needed)} == null`] : []),
      ...(without ? [`${variableOf(without)} != null`] : []),
      `length(join("", compact([${parts.join(", ")}]))) <= ${max - added.length}`,
    ];
    return {
      condition: `\${${ways.map((way) => `(${way})`).join(" || ")}}`,
      error_message: `${variable}: ${inHcl(lengthExpected(name))}, got \${jsonencode(var.${variable})}`,
    };
  });

/** AWS's limits for tags. */
const TAG_RULE: Validation = {
  condition: `\${var.tags == null ? true : length(var.tags) <= ${TAGS.max} && alltrue([for key, value in var.tags : length(key) >= 1 && length(key) <= ${TAGS.keyLength} && length(value) <= ${TAGS.valueLength} && !startswith(lower(key), "aws:")])}`,
  error_message: `tags: must be at most ${TAGS.max}, with keys from 1 to ${TAGS.keyLength} characters that do not begin with "aws:", and values of at most ${TAGS.valueLength}`,
};
