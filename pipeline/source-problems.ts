import { OWN_PREFIXES } from "../formats/partition-layout";
import { keyPrefixOf, type LogSource } from "./log-source";
import { RESULTS_PREFIX } from "./names";
import { getsDistributionLogs, NO_DISTRIBUTION_LOGS } from "./regions";
import { sharedTableRules } from "./rules";

/** Key prefixes of the pipeline itself. */
export const RESERVED_PREFIXES: readonly string[] = [...OWN_PREFIXES, RESULTS_PREFIX];

/** Where the sources' logs are delivered. */
export interface SourcePlace {
  /** `undefined` if only Terraform knows it. */
  readonly region: string | undefined;
  /** True if they are delivered to the pipeline's bucket. */
  readonly isInPipelinesBucket: boolean;
}

/**
 * Conflicts between sources: each with its path in the settings, the expected value, and the actual value.
 */
export function problemsOfSources(
  sources: readonly LogSource[],
  { region, isInPipelinesBucket }: SourcePlace,
): string[] {
  const problems = sharedTableRules(sources)
    .filter(({ holds }) => !holds)
    .map(({ expected }) => `sources: ${expected}`);
  const prefixes = sources.map(keyPrefixOf);
  for (const [index, { name, format, accounts, prefix }] of sources.entries()) {
    const place = `sources[${index}]`;
    if (sources.findIndex((other) => other.name === name) < index)
      problems.push(`${place}.name: must be unique, got "${name}" again`);
    if (format === "cloudfront" && accounts !== undefined)
      problems.push(
        `${place}.accounts: must be left out of a source of CloudFront: distributions of any account deliver whose owner may write to the bucket`,
      );
    if (format === "cloudfront" && region !== undefined && !getsDistributionLogs(region))
      problems.push(`${place}.format: ${NO_DISTRIBUTION_LOGS}, got "${region}"`);
    const keyPrefix = keyPrefixOf({ format, prefix, name });
    const own = isInPipelinesBucket
      ? RESERVED_PREFIXES.find((taken) => overlap(keyPrefix, taken))
      : undefined;
    if (keyPrefix === "" && own !== undefined)
      problems.push(
        `${place}.prefix: must not be empty: the pipeline writes to the same bucket; give the distribution's logs a prefix`,
      );
    else if (own !== undefined)
      problems.push(
        `${place}.prefix: must not overlap "${own}", which the pipeline writes; got "${keyPrefix}"`,
      );
    const other = prefixes.findIndex((taken) => overlap(keyPrefix, taken));
    if (other < index)
      problems.push(
        `${place}.prefix: must not overlap that of sources[${other}]: S3 cannot tell "${keyPrefix}" from "${prefixes[other]}"; give each source its own prefix`,
      );
  }
  return problems;
}

const overlap = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
