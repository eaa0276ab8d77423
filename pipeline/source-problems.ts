import { FORMATS } from "../formats";
import { isExcluded } from "../formats/delivery";
import { OWN_PREFIXES } from "../formats/partition-layout";
import { isAsDelivered, keyPrefixOf, type LogSource } from "./log-source";
import { RESULTS_PREFIX } from "./names";
import { isColumnar, isLanding, isProjected } from "./props";
import { sharedTableRules } from "./rules";

/** Key prefixes of the pipeline itself. */
export const RESERVED_PREFIXES: readonly string[] = [...OWN_PREFIXES, RESULTS_PREFIX];

/** Where the sources' logs are delivered. */
export interface SourcePlace {
  /** `undefined` if only Terraform knows it. */
  readonly region: string | undefined;
  /** True if they are delivered to the pipeline's bucket. */
  readonly isInPipelinesBucket: boolean;
  /** True if a function can add partitions of files as delivered. */
  readonly addsDelivered: boolean;
}

/** The place of the sources of a pipeline with these options. */
export const placeOfSources = (
  options: { readonly region?: string | undefined } & Parameters<typeof isLanding>[0] &
    Parameters<typeof isColumnar>[0] &
    Parameters<typeof isProjected>[0],
): SourcePlace => ({
  region: options.region,
  isInPipelinesBucket: isLanding(options),
  addsDelivered: isColumnar(options) || !isProjected(options),
});

/**
 * Conflicts between sources: each with its path in the settings, the expected value, and the actual value.
 */
export function problemsOfSources(
  sources: readonly LogSource[],
  { region, isInPipelinesBucket, addsDelivered }: SourcePlace,
): string[] {
  const problems = sharedTableRules(sources)
    .filter(({ holds }) => !holds)
    .map(({ expected }) => `sources: ${expected}`);
  const prefixes = sources.map(keyPrefixOf);
  for (const [index, source] of sources.entries()) {
    const { name, format, prefix } = source;
    const place = `sources[${index}]`;
    if (sources.findIndex((other) => other.name === name) < index)
      problems.push(`${place}.name: must be unique, got "${name}" again`);
    problems.push(...problemsOfDelivery(source, region).map((problem) => `${place}.${problem}`));
    problems.push(...problemsOfLayout(source, addsDelivered).map((problem) => `${place}.layout: ${problem}`));
    const keyPrefix = keyPrefixOf({ format, prefix, name });
    const own = isInPipelinesBucket
      ? RESERVED_PREFIXES.find((taken) => overlap(keyPrefix, taken))
      : undefined;
    if (keyPrefix === "" && own !== undefined)
      problems.push(
        `${place}.prefix: must not be empty: the pipeline writes to the same bucket; set a prefix for the source's logs`,
      );
    else if (own !== undefined)
      problems.push(
        `${place}.prefix: must not overlap "${own}", which the pipeline uses; got "${keyPrefix}"`,
      );
    const other = prefixes.findIndex((taken) => overlap(keyPrefix, taken));
    if (other < index)
      problems.push(
        `${place}.prefix: must not overlap the prefix of sources[${other}]: "${keyPrefix}" and "${prefixes[other]}" have common keys; give each source its own prefix`,
      );
  }
  return problems;
}

function problemsOfDelivery({ format, accounts }: LogSource, region: string | undefined): string[] {
  const { delivery } = FORMATS[format];
  if (delivery.kind !== "acl") return [];
  const { by, service, excluded } = delivery;
  return [
    ...(accounts === undefined
      ? []
      : [
          `accounts: must not be set for a ${service} source: ${by} of any account can deliver if their owner may write to the bucket`,
        ]),
    ...(region !== undefined && isExcluded(excluded, region)
      ? [`format: ${excluded.expected}, got "${region}"`]
      : []),
  ];
}

function problemsOfLayout(source: LogSource, addsDelivered: boolean): string[] {
  if (!isAsDelivered(source)) return [];
  const { delivered } = FORMATS[source.format];
  return [
    ...(delivered.kind === "flat"
      ? [`must not be "as-delivered" for the format ${source.format}: ${delivered.reason}`]
      : []),
    ...(addsDelivered ? [] : [NOTHING_ADDS_PARTITIONS]),
  ];
}

/** Expected of sources that are read as delivered, if no function adds their partitions. */
export const NOTHING_ADDS_PARTITIONS =
  'must not be "as-delivered" with "partitions": "projection" and without "columnar": then no function adds the partitions of the delivered files';

const overlap = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
