import { FORMAT_IDS, FORMATS } from "../formats";
import { ACCOUNTS_FOLDER } from "../formats/delivery";
import { MAX_PATTERN_LENGTH } from "../pipeline/limits";
import { Blocks, everyValue, withIndexes } from "./block";
import { isAlways } from "./condition";
import { constantOf, Expressions } from "./expression";
import { bySourceOf, formatsIn, IS_HASHED, RULE_FOR_EACH, SWITCHES, sourcesOf } from "./inputs";
import type { Json, JsonMap } from "./loops";
import { Merger, type Node, type Optional } from "./merge";
import { privacyOf } from "./source-rules";
import { variables } from "./variables";
import type { Sample } from "./variants";

/** Validations may speak of other variables from this version on. */
const REQUIRED_VERSION = ">= 1.9.0";

/** All variants of the pipeline as one description. */
export interface Merged {
  readonly blocks: Node;
  readonly outputs: Node;
}

export function mergeSamples(samples: readonly Sample[]): Merged {
  const merger = new Merger(SWITCHES, (format, assignment) =>
    formatsIn(assignment).some((present) => present === format),
  );
  const variants = (part: "blocks" | "outputs") =>
    samples.map(({ assignment, synthesized }) => ({ assignment, value: synthesized[part] }));
  return { blocks: merger.merge(variants("blocks")), outputs: merger.merge(variants("outputs")) };
}

/**
 * A Terraform module that is, with any settings, what the constructs make of them: they are run with the settings in many
 * combinations, and what differs gets the condition under which it does.
 *
 * @returns the module's `main.tf.json`
 */
export function terraformModule(samples: readonly Sample[]): JsonMap {
  const [first] = samples;
  if (!first) throw new Error("no samples");
  const { account, providerVersion } = first.synthesized;
  const merged = mergeSamples(samples);
  const expressions = new Expressions(SWITCHES);
  const blocks = new Blocks(expressions);
  const entries = sorted(entriesOf(merged.blocks));
  const bodies = entries.map(([address, entry]): [string, JsonMap] => [address, blocks.resource(entry)]);
  const counted = new Set(bodies.filter(([, { count }]) => count !== undefined).map(([address]) => address));
  const rendered = bodies.map(([address, body]): [string, JsonMap] => [address, withIndexes(body, counted)]);
  return {
    "//": "Written by `npm run build:module` from the constructs of cdktf-access-logs: change those.",
    terraform: {
      required_version: REQUIRED_VERSION,
      required_providers: { aws: { source: "hashicorp/aws", version: rangeFrom(providerVersion) } },
    },
    variable: variables(),
    locals: locals(account),
    data: byType(rendered.filter(([address]) => address.startsWith(DATA))),
    resource: byType(rendered.filter(([address]) => !address.startsWith(DATA))),
    output: Object.fromEntries(
      entriesOf(merged.outputs).map(([id, output]) => [
        id,
        withIndexes(outputOf(expressions, output), counted),
      ]),
    ),
  };
}

const DATA = "data.";

const entriesOf = (node: Node): [string, Optional][] => (node.kind === "map" ? [...node.entries] : []);

/** By address: the same resources in the same order, whatever constructs come before them. */
const sorted = (entries: [string, Optional][]): [string, Optional][] =>
  entries.sort(([one], [other]) => (one < other ? -1 : 1));

/** Any version that has what the tested one has. */
const rangeFrom = (version: string): string => `>= ${version}, < ${Number(version.split(".")[0]) + 1}.0.0`;

/** What the sources of each format are, with what is the default, and what is true of all of them. */
const locals = (account: string): JsonMap => ({
  [nameOf(RULE_FOR_EACH)]:
    `\${sum([for source in var.sources : length(source.prefix) + ${PREFIX_LENGTH}]) > ${MAX_PATTERN_LENGTH - PATTERN_LENGTH}}`,
  [nameOf(IS_HASHED)]:
    `\${anytrue([for source in var.sources : contains(values(${privacyOf("source")}), "hash")])}`,
  ...localsOfFormats(account),
});

/** What a source's prefix costs in the pattern of a rule, with the folder that AWS adds, and what all else does. */
const PREFIX_LENGTH = JSON.stringify({ prefix: `${ACCOUNTS_FOLDER}/` }).length + 1;
const PATTERN_LENGTH = 300;

const localsOfFormats = (account: string): JsonMap =>
  Object.fromEntries(
    FORMAT_IDS.flatMap((format) => {
      const ofFormat = `if source.format == ${JSON.stringify(format)}`;
      return [
        [
          nameOf(sourcesOf(format)),
          `\${[for source in var.sources : merge({ name = source.name, prefix = source.prefix, accounts = coalesce(try(tolist(source.accounts), null), [${account}]), silent_after_hours = coalesce(try(tonumber(source.silent_after_hours), null), ${FORMATS[format].lateByHours}) }, ${privacyOf("source")}) ${ofFormat}]}`,
        ],
        [
          nameOf(bySourceOf(format)),
          `\${anytrue([for source in var.sources : try(tobool(source.partition) == true, false) ${ofFormat}])}`,
        ],
      ];
    }),
  );

const nameOf = (local: string): string => local.replace("local.", "");

function byType(blocks: readonly (readonly [address: string, body: JsonMap])[]): JsonMap {
  const types: { [type: string]: { [id: string]: JsonMap } } = {};
  for (const [address, body] of blocks) {
    const [type = "", id = ""] = address.replace(DATA, "").split(".");
    types[type] = { ...types[type], [id]: body };
  }
  return types;
}

/** An output that is always there: null where there is nothing to tell. */
function outputOf(expressions: Expressions, { when, node }: Optional): JsonMap {
  const { value, description, depends_on } = Object.fromEntries(node.kind === "map" ? node.entries : []);
  if (!value || !description) throw new Error("an output must have a value and a description");
  const constant: Json | undefined = isAlways(when) ? constantOf(value.node) : undefined;
  return {
    value: constant ?? `\${${expressions.orNull({ when, node: value.node })}}`,
    description: constantOf(description.node) ?? "",
    ...(depends_on ? { depends_on: everyValue(depends_on.node) } : {}),
  };
}
