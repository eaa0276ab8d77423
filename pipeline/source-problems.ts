import { FORMATS } from "../formats";
import { isExcluded } from "../formats/delivery";
import { OWN_PREFIXES } from "../formats/partition-layout";
import { keyPrefixOf, type LogSource } from "./log-source";
import { RESULTS_PREFIX } from "./names";
import { sharedTableRules } from "./rules";

/** Keys that belong to the pipeline itself. */
export const RESERVED_PREFIXES: readonly string[] = [...OWN_PREFIXES, RESULTS_PREFIX];

/** Where the sources' logs go. */
export interface SourcePlace {
  /** `undefined` if Terraform alone knows it. */
  readonly region: string | undefined;
  /** True if they are delivered to where all else lies. */
  readonly isInPipelinesBucket: boolean;
}

/** What is wrong with sources together: each with its place among the settings, what it must be, and what it is. */
export function problemsOfSources(
  sources: readonly LogSource[],
  { region, isInPipelinesBucket }: SourcePlace,
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

const overlap = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
