import { ref, Token } from "cdktf";
import * as z from "zod";
import { FORMAT_IDS, type FormatId } from "../formats";
import type { AccessLogPipelineProps } from "../pipeline/props";
import { DEPENDENT_OPTIONS, isIneffective } from "../pipeline/rules";
import { settingsSchema } from "../settings/schema";
import type { Assignment, Option, Switch } from "./condition";
import { representativesOf } from "./representatives";
import { snakeCase } from "./snake-case";
import type { Json } from "./tree";

/** Settings that are no variables: what they say is for the configuration that calls the module. */
export const CALLERS_SETTINGS: readonly string[] = ["$schema", "region", "backend", "provider"];
/** Set on every resource that can have tags, not in the pipeline. */
const TAGS = "tags";
const SOURCES = "sources";

/**
 * Settings that are asked for in an object with one attribute, by its name. What there is depends on whether they are set;
 * that an object is given is known in every plan, also where the bucket or the key in it is still to be made.
 */
const WRAPPED: Readonly<Record<string, string>> = {
  existingLogBucket: "name",
  kmsKey: "arn",
  alarmTopic: "arn",
};

/** A JSON Schema, as far as the settings use it. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: string | number | boolean | readonly Json[];
  readonly enum?: readonly string[];
  readonly anyOf?: readonly { readonly const?: string | number }[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

/** A setting as a variable of the module. */
export interface Input {
  readonly setting: string;
  readonly variable: string;
  readonly schema: Schema;
  readonly required: boolean;
  /** Name of the only attribute of the object that holds the value. */
  readonly wrappedIn: string | undefined;
}

const settings = z.toJSONSchema(settingsSchema, { io: "input" }) as Schema;

export const INPUTS: readonly Input[] = Object.entries(settings.properties ?? {})
  .filter(([setting]) => !CALLERS_SETTINGS.includes(setting))
  .map(([setting, schema]) => ({
    setting,
    variable: snakeCase(setting),
    schema,
    required: settings.required?.includes(setting) ?? false,
    wrappedIn: WRAPPED[setting],
  }));

type Props = { -readonly [Prop in keyof AccessLogPipelineProps]?: AccessLogPipelineProps[Prop] };

/** What an option says of the pipeline. */
interface Choice extends Option {
  readonly props: Readonly<Record<string, unknown>>;
  readonly sources?: FormatId;
  readonly bySource?: FormatId;
  readonly watched?: FormatId;
}
interface InputSwitch extends Switch {
  readonly options: readonly Choice[];
}

/** Local value that lists the sources of a format. */
export const sourcesOf = (format: FormatId): string => `local.${format}_sources`;
export const bySourceOf = (format: FormatId): string => `local.${format}_by_source`;

const yesOrNo = (condition: string): [Option, Option] => [
  { when: `!${condition}`, unless: condition },
  { when: condition, unless: `!${condition}` },
];

/** Local value that says whether the sources do not fit into one rule of EventBridge. */
export const RULE_FOR_EACH = "local.rule_for_each_source";
/** Local value that says whether something of some source is hashed. */
export const IS_HASHED = "local.is_hashed";
const [NOT_HASHED, HASHED] = yesOrNo(IS_HASHED);
const [NO_RULE_EACH, RULE_EACH] = yesOrNo(RULE_FOR_EACH);

const SILENCE = "source.silent_after_hours";

const formatSwitches = (format: FormatId): InputSwitch[] => {
  const [no, yes] = yesOrNo(bySourceOf(format));
  return [
    {
      name: format,
      options: [
        { when: `length(${sourcesOf(format)}) == 0`, unless: `length(${sourcesOf(format)}) > 0`, props: {} },
        {
          when: `length(${sourcesOf(format)}) > 0`,
          unless: `length(${sourcesOf(format)}) == 0`,
          props: {},
          sources: format,
        },
      ],
    },
    {
      name: `${format} by source`,
      options: [
        { ...no, props: {} },
        { ...yes, props: {}, bySource: format },
      ],
    },
    {
      // Each source has its own answer: this only makes sense where something is repeated for each.
      name: `${format} watched`,
      options: [
        { when: `${SILENCE} == 0`, unless: `${SILENCE} > 0`, props: {} },
        { when: `${SILENCE} > 0`, unless: `${SILENCE} == 0`, props: {}, watched: format },
      ],
    },
  ];
};

/** A value that Terraform knows, in the form that the constructs take. */
function tokenOf(schema: Schema, expression: string): unknown {
  const reference = ref(expression);
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [
        name,
        tokenOf(property, `${expression}.${snakeCase(name)}`),
      ]),
    );
  }
  // What stands for any item: the resource that is made of it is repeated for each.
  if (schema.items?.properties) return [tokenOf(schema.items, "each.value")];
  if (schema.type === "array") return Token.asList(reference);
  if (schema.type === "object") return Token.asStringMap(reference);
  const isNumber = [schema.type, typeof schema.anyOf?.[0]?.const].some(
    (type) => type === "number" || type === "integer",
  );
  return isNumber ? Token.asNumber(reference) : Token.asString(reference);
}

/** The value in an input: a variable, or the local value that takes it out of its object. */
const referenceTo = ({ variable, wrappedIn }: Input): string =>
  wrappedIn === undefined ? `var.${variable}` : `local.${variable}_${wrappedIn}`;

/** The values that are asked for in objects, as Terraform's local values; null where they are not set. */
export const UNWRAPPED: Readonly<Record<string, string>> = Object.fromEntries(
  INPUTS.flatMap((input) =>
    input.wrappedIn === undefined
      ? []
      : [[`${input.variable}_${input.wrappedIn}`, `\${one(var.${input.variable}[*].${input.wrappedIn})}`]],
  ),
);

/** Inputs whose value is used as it is: they always have one. */
const isAlwaysSet = ({ required, schema }: Input): boolean =>
  required || (schema.default !== undefined && schema.type !== "boolean" && schema.enum === undefined);

function inputSwitch(input: Input): InputSwitch {
  const { setting, variable, schema } = input;
  const name = `var.${variable}`;
  const isSet = {
    when: `${name} != null`,
    unless: `${name} == null`,
    nullUnless: { variable: name, value: referenceTo(input) },
  };
  const unset: Choice[] =
    schema.default === undefined ? [{ when: isSet.unless, unless: isSet.when, props: {} }] : [];
  if (schema.type === "boolean" && unset.length === 0) {
    const [no, yes] = yesOrNo(name);
    return {
      name: setting,
      options: [
        { ...no, props: { [setting]: false } },
        { ...yes, props: { [setting]: true } },
      ],
    };
  }
  const values = schema.type === "boolean" ? [false, true] : schema.enum;
  if (values === undefined) {
    return {
      name: setting,
      options: [...unset, { ...isSet, props: { [setting]: tokenOf(schema, referenceTo(input)) } }],
    };
  }
  return {
    name: setting,
    reference: name,
    options: [
      ...unset,
      ...values.map((value) => ({
        when: `${name} == ${JSON.stringify(value)}`,
        unless: `${name} != ${JSON.stringify(value)}`,
        props: { [setting]: value },
        value,
      })),
    ],
  };
}

const pipelineInputs = INPUTS.filter(({ setting }) => setting !== TAGS && setting !== SOURCES);

/** What decides which resources there are and what they are like: every setting that is more than a value. */
export const SWITCHES: readonly InputSwitch[] = [
  ...FORMAT_IDS.flatMap(formatSwitches),
  ...pipelineInputs.filter((input) => !isAlwaysSet(input)).map(inputSwitch),
  {
    name: "hashed",
    options: [
      { ...NOT_HASHED, props: { isHashed: false } },
      { ...HASHED, props: { isHashed: true } },
    ],
  },
  {
    name: "rule for each source",
    options: [
      { ...NO_RULE_EACH, props: { ruleForEachSource: false } },
      { ...RULE_EACH, props: { ruleForEachSource: true } },
    ],
  },
];

const VALUES: Props = Object.fromEntries(
  pipelineInputs
    .filter(isAlwaysSet)
    .map((input) => [input.setting, tokenOf(input.schema, referenceTo(input))]),
);

const choices = (assignment: Assignment): Choice[] =>
  SWITCHES.flatMap(({ options }, index) => options[assignment[index] ?? 0] ?? []);

/** Formats that an assignment has sources of. */
export const formatsIn = (assignment: Assignment): FormatId[] =>
  choices(assignment).flatMap(({ sources }) => sources ?? []);

/** The pipeline as an assignment wants it, with references to variables in the place of values. */
export function propsOf(assignment: Assignment): AccessLogPipelineProps {
  const chosen = choices(assignment);
  const bySource = chosen.flatMap((choice) => choice.bySource ?? []);
  const watched = chosen.flatMap((choice) => choice.watched ?? []);
  const given: Props = Object.assign({}, VALUES, ...chosen.map(({ props }) => props));
  // A list is always there, if only as an empty one. Where it says nothing, the constructs are not told of it.
  const useless = DEPENDENT_OPTIONS.filter(
    (dependent) => dependent.option in VALUES && isIneffective(given, dependent),
  ).map(({ option }) => option);
  const props: Props = Object.fromEntries(
    Object.entries(given).filter(([name]) => !useless.some((option) => option === name)),
  );
  return {
    ...props,
    name: props.name ?? "",
    sources: formatsIn(assignment).flatMap((format) =>
      representativesOf(format, bySource.includes(format), watched.includes(format)),
    ),
  };
}
