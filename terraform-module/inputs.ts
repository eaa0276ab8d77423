import { ref, Token } from "cdktf";
import * as z from "zod";
import { FORMAT_IDS, FORMATS, type FormatId } from "../formats";
import type { AccessLogPipelineProps } from "../pipeline/props";
import { DEPENDENT_OPTIONS, isIneffective } from "../pipeline/rules";
import { settingsSchema } from "../settings/schema";
import type { Assignment, Option, Switch } from "./condition";
import { groupBy } from "./group-by";
import { moduleNameOf, representativesOf } from "./representatives";
import { snakeCase } from "./snake-case";
import type { Json } from "./tree";

/** Settings that are not variables: they belong to the configuration that calls the module. */
export const CALLERS_SETTINGS: readonly string[] = ["$schema", "region", "backend", "provider"];
/** Set on every resource that can have tags, but not an option of the pipeline. */
const TAGS = "tags";
const SOURCES = "sources";

/**
 * Settings whose value is an object with one attribute, by the attribute's name. Which resources exist depends on
 * whether they are set. Every plan knows if an object is set, even if the bucket or key in it does not exist yet.
 */
const WRAPPED: Readonly<Record<string, string>> = {
  existingLogBucket: "name",
  kmsKey: "arn",
  alarmTopic: "arn",
  deliverFrom: "arn",
};

/** The part of JSON Schema that the settings use. */
export interface Schema {
  /** Name of the only attribute of the object that contains the value in the module. */
  readonly wrappedIn?: string;
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
}

const settings = z.toJSONSchema(settingsSchema, { io: "input" }) as Schema;

/** A schema that names the objects of the module, and those in it. @param name of the setting */
function withWrapped(name: string, schema: Schema): Schema {
  const { items, properties } = schema;
  const wrappedIn = WRAPPED[name];
  return {
    ...schema,
    ...(wrappedIn === undefined ? {} : { wrappedIn }),
    ...(items === undefined ? {} : { items: withWrapped("", items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([inner, property]) => [inner, withWrapped(inner, property)]),
          ),
        }),
  };
}

export const INPUTS: readonly Input[] = Object.entries(settings.properties ?? {})
  .filter(([setting]) => !CALLERS_SETTINGS.includes(setting))
  .map(([setting, schema]) => ({
    setting,
    variable: snakeCase(setting),
    schema: withWrapped(setting, schema),
    required: settings.required?.includes(setting) ?? false,
  }));

type Props = { -readonly [Prop in keyof AccessLogPipelineProps]?: AccessLogPipelineProps[Prop] };

/** An option of a switch, with its props of the pipeline. */
interface Choice extends Option {
  readonly props: Readonly<Record<string, unknown>>;
  readonly sources?: FormatId;
  readonly bySource?: FormatId;
  readonly watched?: FormatId;
  readonly covered?: FormatId;
  readonly isAsDelivered?: FormatId;
  /** Format with tables over files as delivered. */
  readonly delivered?: FormatId;
  /** Format whose sources have deliveries that the module creates. */
  readonly vended?: FormatId;
  readonly ofAny?: WayOfDelivery;
}
interface InputSwitch extends Switch {
  readonly options: readonly Choice[];
}

/** Local value: the sources of a format. */
export const sourcesOf = (format: FormatId): string => `local.${moduleNameOf(format)}_sources`;
export const bySourceOf = (format: FormatId): string => `local.${moduleNameOf(format)}_by_source`;
/** Local value: the key prefix of the first source of a format that is read as delivered; null without one. */
export const deliveredPrefixOf = (format: FormatId): string =>
  `local.${moduleNameOf(format)}_delivered_prefix`;

const eitherOf = (no: string, yes: string): [Option, Option] => [
  { when: no, unless: yes },
  { when: yes, unless: no },
];
const yesOrNo = (condition: string): [Option, Option] => eitherOf(`!${condition}`, condition);

/** Local value: true if the sources do not fit into one EventBridge rule. */
export const RULE_FOR_EACH = "local.rule_for_each_source";
/** Local value: true if a source has a `privacy` with `hash`. */
export const IS_HASHED = "local.is_hashed";
/** Output, and local value: the ARN of the bucket that logs are delivered to. */
export const LANDING_ARN = "landing_bucket_arn";
/** Local value: true if a source has files that are moved. */
export const MOVES_FILES = "local.moves_files";
/** Local value: true if a source is read as delivered. */
export const HAS_DELIVERED = "local.has_delivered";
const [NOT_HASHED, HASHED] = yesOrNo(IS_HASHED);
const [NO_RULE_EACH, RULE_EACH] = yesOrNo(RULE_FOR_EACH);
const [NOT_MOVING, MOVING] = yesOrNo(MOVES_FILES);
const [NONE_DELIVERED, SOME_DELIVERED] = yesOrNo(HAS_DELIVERED);

/** Names of switches: whether a source's keys have the prefix of another one, and where it is read. */
const coveredSwitchOf = (format: FormatId): string => `${format} covered`;
const layoutSwitchOf = (format: FormatId): string => `${format} layout`;
/** Name of a switch: whether a format has tables over files as delivered. */
const deliveredSwitchOf = (format: FormatId): string => `${format} delivered`;
/** The same for any format. The switches of the formats determine it: it makes conditions about all of them short. */
const ANY_DELIVERED = "any delivered";

/** What a bucket allows for a source of one of these formats, if it has a delivery that the module creates, or if not. */
interface WayOfDelivery {
  readonly id: string;
  readonly formats: readonly FormatId[];
  readonly isVended: boolean;
}

/** Formats whose deliveries the module can create. */
export const VENDED_FORMATS = FORMAT_IDS.filter((format) => FORMATS[format].delivery.vended !== undefined);
const hasOwnDelivery = ({ formats }: Pick<WayOfDelivery, "formats">): boolean =>
  formats.some((format) => VENDED_FORMATS.includes(format));

/** Ways that no switch of one format determines: a switch for each makes conditions short, too. */
export const WAYS_OF_DELIVERY: readonly WayOfDelivery[] = [
  ...groupBy(
    FORMAT_IDS.flatMap((format) => {
      const { delivery } = FORMATS[format];
      if (delivery.kind === "own-account") return [];
      return [{ format, id: delivery.kind === "acl" ? "AccessControlList" : delivery.statementId }];
    }),
    ({ id }) => id,
  )
    .map((ways) => ({ id: ways[0].id, formats: ways.map(({ format }) => format), isVended: false }))
    .filter((way) => way.formats.length > 1 || hasOwnDelivery(way)),
  { id: "VendedLogDelivery", formats: VENDED_FORMATS, isVended: true },
];
/** Local value: true if a source has this way of delivery. */
export const hasWay = ({ id }: WayOfDelivery): string => `local.has_${snakeCase(id)}`;

const SILENCE = "source.silent_after_hours";
const COVERED = "source.is_covered";
const AS_DELIVERED = "source.as_delivered";
const VENDED = "source.is_vended";

/** A switch of a format. @param marks what its second option says */
const formatSwitch = (
  name: string,
  format: FormatId,
  [without, some]: readonly [Option, Option],
  marks: Omit<Choice, keyof Option | "props">,
): InputSwitch => ({
  name,
  format: moduleNameOf(format),
  options: [
    { ...without, props: {} },
    { ...some, props: {}, ...marks },
  ],
});

/** The same, for each source of the format. */
const sourceSwitch = (...about: Parameters<typeof formatSwitch>): InputSwitch => ({
  ...formatSwitch(...about),
  perSource: true,
});

const formatSwitches = (format: FormatId): InputSwitch[] => {
  const count = `length(${sourcesOf(format)})`;
  return [
    formatSwitch(format, format, eitherOf(`${count} == 0`, `${count} > 0`), { sources: format }),
    formatSwitch(`${format} by source`, format, yesOrNo(bySourceOf(format)), { bySource: format }),
    sourceSwitch(`${format} watched`, format, eitherOf(`${SILENCE} == 0`, `${SILENCE} > 0`), {
      watched: format,
    }),
    sourceSwitch(coveredSwitchOf(format), format, yesOrNo(COVERED), { covered: format }),
    ...(FORMATS[format].delivered.kind === "flat" ? [] : layoutSwitches(format)),
    ...(VENDED_FORMATS.includes(format)
      ? [sourceSwitch(`${format} vended`, format, yesOrNo(VENDED), { vended: format })]
      : []),
  ];
};

/** The layout of each source, and whether there are sources to read as delivered. */
const layoutSwitches = (format: FormatId): InputSwitch[] => {
  const prefix = deliveredPrefixOf(format);
  return [
    sourceSwitch(layoutSwitchOf(format), format, yesOrNo(AS_DELIVERED), { isAsDelivered: format }),
    formatSwitch(deliveredSwitchOf(format), format, eitherOf(`${prefix} == null`, `${prefix} != null`), {
      delivered: format,
    }),
  ];
};

/** A token for a value that Terraform knows, of the type that the constructs accept. */
function tokenOf(schema: Schema, expression: string): unknown {
  const reference = ref(expression);
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [
        name,
        tokenOf(property, attributeOf(schema, name, `${expression}.${snakeCase(name)}`)),
      ]),
    );
  }
  // One item represents all items: its resource is repeated for each.
  if (schema.items?.properties) return [tokenOf(schema.items, "each.value")];
  if (schema.type === "array") return Token.asList(reference);
  if (schema.type === "object") return Token.asStringMap(reference);
  const isNumber = [schema.type, typeof schema.anyOf?.[0]?.const].some(
    (type) => type === "number" || type === "integer",
  );
  return isNumber ? Token.asNumber(reference) : Token.asString(reference);
}

/** An attribute of an object; one with a default may be missing. */
function attributeOf({ properties }: Schema, name: string, expression: string): string {
  const { default: preset } = properties?.[name] ?? {};
  return preset === undefined ? expression : `coalesce(try(${expression}, null), ${JSON.stringify(preset)})`;
}

/** Reference to the value of an input: a variable, or the local value with the attribute of its object. */
const referenceTo = ({ variable, schema: { wrappedIn } }: Input): string =>
  wrappedIn === undefined ? `var.${variable}` : `local.${variable}_${wrappedIn}`;

/** The values of variables that are objects, as local values; null if they are not set. */
export const UNWRAPPED: Readonly<Record<string, string>> = Object.fromEntries(
  INPUTS.flatMap(({ variable, schema: { wrappedIn } }) =>
    wrappedIn === undefined ? [] : [[`${variable}_${wrappedIn}`, `\${one(var.${variable}[*].${wrappedIn})}`]],
  ),
);

/** True for inputs whose value is used unchanged: they always have one. */
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

/** The switches: every setting that determines more than a value, such as which resources exist. */
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
    name: "moves files",
    options: [
      { ...NOT_MOVING, props: { movesFiles: false } },
      { ...MOVING, props: { movesFiles: true } },
    ],
  },
  {
    name: ANY_DELIVERED,
    options: [
      { ...NONE_DELIVERED, props: {} },
      { ...SOME_DELIVERED, props: {} },
    ],
  },
  ...WAYS_OF_DELIVERY.map((way): InputSwitch => {
    const [without, some] = yesOrNo(hasWay(way));
    return {
      name: way.id,
      options: [
        { ...without, props: {} },
        { ...some, props: {}, ofAny: way },
      ],
    };
  }),
  {
    name: "rule for each source",
    options: [
      { ...NO_RULE_EACH, props: { ruleForEachSource: false } },
      { ...RULE_EACH, props: { ruleForEachSource: true } },
    ],
  },
];

/** Switches that are fixed in some of the samples. */
export interface FixedSwitches {
  /** Always on. */
  readonly on: readonly string[];
  /** On in every second sample. */
  readonly alternating?: string;
  /**
   * Together they determine a value: they have the first option, or all but one have. The switches of a group are set
   * together, because a switch about sources decides only about sources of its own format.
   */
  readonly together?: readonly FixedOption[];
}
interface FixedOption {
  readonly names: readonly string[];
  readonly option: number;
  readonly other: number;
}

/** Switches that together determine values, but are seldom on or off together by chance. */
export const SELDOM_TOGETHER: readonly FixedSwitches[] = [
  { on: ["lakeFormation", "lakeFormationLocations"] },
  {
    on: [...FORMAT_IDS, "existingLogBucket"],
    alternating: "existingLogBucketOwner",
    together: [
      { names: ["existingLogBucketEvents"], option: 0, other: 2 },
      { names: ["rule for each source"], option: 1, other: 0 },
      { names: FORMAT_IDS.map(layoutSwitchOf), option: 0, other: 1 },
      { names: FORMAT_IDS.map(coveredSwitchOf), option: 0, other: 1 },
    ],
  },
  {
    on: FORMAT_IDS,
    alternating: "kmsKey",
    together: [
      { names: ["existingLogBucket"], option: 0, other: 1 },
      { names: ["rawRetentionDays"], option: 1, other: 0 },
      { names: FORMAT_IDS.map(layoutSwitchOf), option: 1, other: 0 },
      { names: FORMAT_IDS.map(coveredSwitchOf), option: 0, other: 1 },
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

const vendedIn = (assignment: Assignment): FormatId[] =>
  choices(assignment).flatMap((choice) => choice.vended ?? []);

/** Formats of the sources of an assignment. */
export const formatsIn = (assignment: Assignment): FormatId[] =>
  choices(assignment).flatMap(({ sources }) => sources ?? []);

/**
 * The same assignment with the options that follow from others: the constructs refuse sources as delivered without tables
 * for them, such tables without sources, and deliveries of sources as delivered or to the bucket of another account.
 */
export function withConsequences(assignment: Assignment): Assignment {
  const formats = formatsIn(assignment);
  const asDelivered = choices(assignment).flatMap((choice) => choice.isAsDelivered ?? []);
  const withTables = SWITCHES.map(({ options }, index) => {
    const delivered = options.find((option) => option.delivered)?.delivered;
    const given = assignment[index] ?? 0;
    if (delivered === undefined) return given;
    return formats.includes(delivered) ? Math.max(given, Number(asDelivered.includes(delivered))) : 0;
  });
  const any = Number(choices(withTables).some(({ delivered }) => delivered !== undefined));
  const isAnothers = choices(assignment).some(({ props }) => "existingLogBucketOwner" in props);
  const vended = vendedIn(assignment).filter(
    (format) => formats.includes(format) && !asDelivered.includes(format) && !isAnothers,
  );
  return withTables.map((given, index) => {
    const { name, options } = SWITCHES[index] ?? { options: [] };
    const [, { ofAny, vended: format } = {}] = options;
    if (ofAny)
      return Number(
        ofAny.formats.some((id) => formats.includes(id) && vended.includes(id) === ofAny.isVended),
      );
    if (format) return Number(vended.includes(format));
    return name === ANY_DELIVERED ? any : given;
  });
}

/** Props of the pipeline for an assignment, with references to variables instead of values. */
export function propsOf(assignment: Assignment): AccessLogPipelineProps {
  const chosen = choices(assignment);
  const bySource = chosen.flatMap((choice) => choice.bySource ?? []);
  const watched = chosen.flatMap((choice) => choice.watched ?? []);
  const covered = chosen.flatMap((choice) => choice.covered ?? []);
  const asDelivered = chosen.flatMap((choice) => choice.isAsDelivered ?? []);
  const vended = vendedIn(assignment);
  const formats = formatsIn(assignment);
  const delivered = chosen.flatMap((choice) => choice.delivered ?? []);
  const given: Props = Object.assign({}, VALUES, ...chosen.map(({ props }) => props));
  // A list variable always has a value, possibly an empty list. The constructs do not get it if it has no effect.
  const useless = DEPENDENT_OPTIONS.filter(
    (dependent) => dependent.option in VALUES && isIneffective(given, dependent),
  ).map(({ option }) => option);
  const props: Props = Object.fromEntries(
    Object.entries(given).filter(([name]) => !useless.some((option) => option === name)),
  );
  return {
    ...props,
    name: props.name ?? "",
    landingArn: `\${local.${LANDING_ARN}}`,
    deliveredPrefixes: Object.fromEntries(
      delivered.map((format) => [format, `\${${deliveredPrefixOf(format)}}`]),
    ),
    sources: formats.flatMap((format) =>
      representativesOf(format, {
        bySource: bySource.includes(format),
        isWatched: watched.includes(format),
        isCovered: covered.includes(format),
        layout: asDelivered.includes(format) ? "as-delivered" : "hive",
        isVended: vended.includes(format),
      }),
    ),
  };
}
