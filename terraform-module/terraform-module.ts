import { foldAlike, isFolded, type Resource } from "./alike";
import { Blocks, isCounted, withIndexes } from "./block";
import { isAlways } from "./condition";
import { Expressions } from "./expression";
import { formatsIn, LANDING_ARN, SWITCHES } from "./inputs";
import { localsOfVariables } from "./locals";
import { Merger } from "./merge";
import { constantOf, everyValue, type Node, type Optional } from "./node";
import { moduleNameOf } from "./representatives";
import { computedAlways, sharedChoices, withShared } from "./shared";
import type { Json, JsonMap } from "./tree";
import { variables } from "./variables";
import type { Sample } from "./variants";

/** From this version on, validations may refer to other variables. */
const REQUIRED_VERSION = ">= 1.9.0";

/** All variants of the pipeline as one description. */
export interface Merged {
  readonly blocks: Node;
  readonly outputs: Node;
}

export function mergeSamples(samples: readonly Sample[]): Merged {
  const blocksOf = new Map(samples.map(({ assignment, synthesized }) => [assignment, synthesized.blocks]));
  const names = new Map(
    samples.map(({ assignment }) => [assignment, new Set(formatsIn(assignment).map(moduleNameOf))]),
  );
  const merger = new Merger(
    SWITCHES,
    (format, assignment) => names.get(assignment)?.has(format) ?? false,
    (address, assignment) => blocksOf.get(assignment)?.[address] !== undefined,
  );
  const variants = (part: "blocks" | "outputs") =>
    samples.map(({ assignment, synthesized }) => ({ assignment, value: synthesized[part] }));
  return { blocks: merger.merge(variants("blocks")), outputs: merger.merge(variants("outputs")) };
}

/**
 * A Terraform module that gives, for any settings, the same result as the constructs. The constructs run with many
 * combinations of settings, and each difference gets its condition. README.md in this folder has an example.
 *
 * @param merged the samples as one description
 * @returns the module's `main.tf.json`
 */
export function terraformModule(samples: readonly Sample[], merged = mergeSamples(samples)): JsonMap {
  const [first] = samples;
  if (!first) throw new Error("no samples");
  const { account, providerVersion } = first.synthesized;
  const { locals, data, resource, output } = render(merged);
  return {
    "//": "Written by `npm run build:module` from the constructs of cdktf-access-logs: change those.",
    terraform: {
      required_version: REQUIRED_VERSION,
      required_providers: { aws: { source: "hashicorp/aws", version: rangeFrom(providerVersion) } },
    },
    variable: variables(),
    locals: { ...localsOfVariables(account), ...locals },
    data,
    resource,
    output,
  };
}

/** The module's parts as Terraform JSON. */
interface Rendered {
  readonly locals: JsonMap;
  readonly data: JsonMap;
  readonly resource: Json;
  readonly output: JsonMap;
}

function render({ blocks, outputs }: Merged): Rendered {
  const entries = sorted(entriesOf(blocks));
  const counted = new Set(entries.filter(([, entry]) => isCounted(entry)).map(([address]) => address));
  const indexed = ({ when, node }: Optional): Optional => ({ when, node: withIndexes(node, counted) });
  const expressions = new Expressions(
    SWITCHES,
    new Map(entries.map(([address, { when }]) => [address, when])),
  );
  const bodies = new Blocks(expressions);
  const resources = entries.map(
    ([address, entry]): Resource => ({
      address,
      entry,
      body: bodies.resource(indexed(entry)),
    }),
  );
  const folded = foldAlike(expressions, resources.filter(isFolded));
  const all = [...resources.filter((resource) => !isFolded(resource)), ...folded];
  const isData = ({ address }: { readonly address: string }) => address.startsWith(DATA);
  const data = byType(all.filter(isData));
  const resource = byType(all.filter((item) => !isData(item)));
  const choices = sharedChoices(resource);
  const output = Object.fromEntries(
    entriesOf(outputs).map(([id, item]) => [id, outputOf(expressions, indexed(item))]),
  );
  const landing = output[LANDING_ARN];
  return {
    locals: {
      [LANDING_ARN]: computedAlways(String(landing?.value)),
      ...Object.fromEntries([...choices].map(([text, name]) => [name, computedAlways(text)])),
      ...Object.fromEntries(folded.map(({ local, items }) => [local, items])),
    },
    data,
    resource: withShared(resource, choices),
    output: { ...output, [LANDING_ARN]: { ...landing, value: `\${local.${LANDING_ARN}}` } },
  };
}

const DATA = "data.";

const entriesOf = (node: Node): [string, Optional][] => (node.kind === "map" ? [...node.entries] : []);

/** Sorts by address, so that the order of resources does not depend on the order of the constructs. */
const sorted = (entries: [string, Optional][]): [string, Optional][] =>
  entries.sort(([one], [other]) => (one < other ? -1 : 1));

/** All versions of the same major version from the tested one on. */
const rangeFrom = (version: string): string => `>= ${version}, < ${Number(version.split(".")[0]) + 1}.0.0`;

function byType(blocks: readonly { readonly address: string; readonly body: JsonMap }[]): JsonMap {
  const types: { [type: string]: { [id: string]: JsonMap } } = {};
  for (const { address, body } of blocks) {
    const [type = "", id = ""] = address.replace(DATA, "").split(".");
    types[type] = { ...types[type], [id]: body };
  }
  return types;
}

/** An output that always exists: null if it has no value. */
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
