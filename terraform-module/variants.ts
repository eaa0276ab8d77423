import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { S3Object } from "@cdktf/provider-aws/lib/s3-object";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { App, TerraformResource, TerraformStack } from "cdktf";
import { FORMAT_IDS, type FormatId } from "../formats";
import { AccessLogPipeline } from "../modules/access-log-pipeline";
import { InvalidPropsError } from "../modules/validate-props";
import { addOutputs } from "../stacks/outputs";
import type { Assignment } from "./condition";
import { formatsIn, propsOf, SELDOM_TOGETHER, SWITCHES, withConsequences } from "./inputs";
import { type FoldedBlocks, foldAddresses, foldLoops } from "./loops";
import { type Json, type JsonMap, mapOf } from "./tree";

/** The result of the constructs for one assignment. */
export interface Synthesized {
  /** By address, e.g. `aws_sqs_queue.arrivals`; addresses of data sources start with `data.`. */
  readonly blocks: JsonMap;
  readonly outputs: JsonMap;
  /** Version of the provider that the constructs were generated for. */
  readonly providerVersion: string;
  /** The account of the deployment. */
  readonly account: string;
}

const PIPELINE_ID = "access_logs";

/**
 * Runs the constructs.
 *
 * @param known blocks of other assignments, see `foldAddresses`
 * @returns `undefined` if they refuse the assignment
 */
export function synthesize(assignment: Assignment, known?: FoldedBlocks): Synthesized | undefined {
  const stack = new TerraformStack(new App({ stackTraces: false }), "module");
  try {
    new AwsProvider(stack, "aws");
    const pipeline = new AccessLogPipeline(stack, PIPELINE_ID, propsOf(assignment));
    addOutputs(stack, pipeline);
    for (const construct of stack.node.findAll()) {
      // Every resource that can have tags has this getter. Objects can have at most ten tags, and get none.
      if (
        TerraformResource.isTerraformResource(construct) &&
        "tagsInput" in construct &&
        !(construct instanceof S3Object)
      ) {
        construct.addOverride("tags", "${var.tags}");
      }
      if (construct instanceof SnsTopicSubscription) {
        construct.addOverride(
          "for_each",
          "${{ for subscription in var.alarm_subscriptions : subscription.endpoint => subscription }}",
        );
      }
    }
    return read(JSON.parse(JSON.stringify(stack.toTerraform())), accountOf(pipeline), known);
  } catch (error) {
    if (error instanceof InvalidPropsError) return undefined;
    throw error;
  }
}

function read(json: JsonMap, account: string, known?: FoldedBlocks): Synthesized {
  const blocks = foldAddresses(
    Object.fromEntries([...blocksOf(json.resource, ""), ...blocksOf(json.data, "data.")]),
    known,
  );
  return {
    blocks,
    outputs: mapOf(foldLoops(json.output ?? {}, "output")),
    providerVersion: versionOf(json),
    account,
  };
}

const accountOf = ({ account }: AccessLogPipeline): string =>
  `data.${account.terraformResourceType}.${account.friendlyUniqueId}.account_id`;

const blocksOf = (types: Json | undefined, prefix: string): [string, Json][] =>
  Object.entries(mapOf(types)).flatMap(([type, blocks]) =>
    Object.entries(mapOf(blocks)).map(([id, block]): [string, Json] => {
      const address = `${prefix}${type}.${id}`;
      // CDKTF's metadata is of no use to users of the module.
      const { "//": _, ...body } = mapOf(block);
      return [address, moved(body)];
    }),
  );

/** Moves the zips from CDKTF's folder of assets to the module's folder. */
const moved = (body: JsonMap): JsonMap =>
  typeof body.filename === "string"
    ? { ...body, filename: `\${path.module}/handlers/${body.filename.replace(/^.*\//, "")}` }
    : body;

function versionOf({ terraform }: JsonMap): string {
  const version = mapOf(mapOf(mapOf(terraform).required_providers).aws).version;
  if (typeof version !== "string") throw new Error("the AWS provider says no version");
  return version;
}

/** Enough to find every condition; a test compares other assignments with the constructs. */
const SAMPLES = 480;
/**
 * One in so many assignments has one format only, because what several formats share also has to be found with each of
 * them alone.
 */
const ONLY_RARITY = 2;
/** In the others, one in so many has a format. */
const FORMAT_RARITY = 3;
const SEED = 2026;
/** One in so many assignments has the switches of a group on that are seldom on together. */
const EVERY = 4;

export interface Sample {
  readonly assignment: Assignment;
  readonly synthesized: Synthesized;
}

/** Assignments of every kind, always the same, without assignments that the constructs refuse. */
export function samples(count = SAMPLES, seed = SEED): Sample[] {
  const below = generator(seed);
  const found: Sample[] = [];
  const known: FoldedBlocks = new Map();
  while (found.length < count) {
    const fixed = fixedSwitches(found.length);
    const present = formatsBy(below);
    const choose = ({ name, options }: (typeof SWITCHES)[number]) => {
      const format = options.find(({ sources }) => sources)?.sources;
      const free = format === undefined ? below(options.length) : Number(present.includes(format));
      return fixed.get(name) ?? free;
    };
    const assignment = withConsequences(SWITCHES.map(choose));
    const synthesized = formatsIn(assignment).length === 0 ? undefined : synthesize(assignment, known);
    if (synthesized) found.push({ assignment, synthesized });
  }
  return found;
}

/** Options of the switches that are fixed in a sample, by name. */
function fixedSwitches(sample: number): ReadonlyMap<string, number> {
  const { on = [], alternating, together = [] } = SELDOM_TOGETHER[sample % EVERY] ?? {};
  const round = Math.floor(sample / EVERY);
  const changed = Math.floor(round / 2) % (together.length + 1);
  return new Map([
    ...on.map((name): [string, number] => [name, 1]),
    ...(alternating === undefined ? [] : [[alternating, round % 2] as const]),
    ...together.flatMap(({ names, option, other }, index) =>
      names.map((name): [string, number] => [name, index === changed ? other : option]),
    ),
  ]);
}

function formatsBy(below: (limit: number) => number): readonly FormatId[] {
  const only = below(ONLY_RARITY) === 0 ? FORMAT_IDS[below(FORMAT_IDS.length)] : undefined;
  return FORMAT_IDS.filter((id) => (only === undefined ? below(FORMAT_RARITY) === 0 : id === only));
}

/** Park and Miller's random number generator: it mixes well enough, and gives the same numbers on every platform. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}
