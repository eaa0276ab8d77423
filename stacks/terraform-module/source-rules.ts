import { FORMAT_IDS, FORMATS } from "../../formats";
import { RESERVED_PREFIXES } from "../../settings/load";
import type { Validation } from "./variables";

/** Folder that AWS puts after a source's prefix, by format. */
const FOLDERS = `{ ${FORMAT_IDS.map((format) => `${format} = ${JSON.stringify(FORMATS[format].deliveryFolder)}`).join(", ")} }`;
const keyPrefixOf = (source: string): string =>
  `"\${${source}.prefix}\${lookup(${FOLDERS}, ${source}.format, "")}"`;

const overlap = (one: string, other: string): string =>
  `(startswith(${one}, ${other}) || startswith(${other}, ${one}))`;

/** A list of sentences must be empty, or is what is said. */
const none = (list: string): Validation => ({
  condition: `\${length(${list}) == 0}`,
  error_message: `sources: \${join("; ", ${list})}`,
});

/** What must be true of the sources together, as `parseSettings` and the constructs have it. */
export const SOURCE_RULES: readonly Validation[] = [
  none(
    '[for source in var.sources : "prefix must not hold \\"AWSLogs\\": AWS adds that folder itself, got ${jsonencode(source.prefix)}" if strcontains(source.prefix, "AWSLogs")]',
  ),
  none(
    `[for index, source in var.sources : "name must be unique, got \${jsonencode(source.name)} again" if contains(slice(var.sources[*].name, 0, index), source.name)]`,
  ),
  none(
    `flatten([for source in var.sources : [for taken in ${JSON.stringify(RESERVED_PREFIXES)} : "prefix must not overlap \${jsonencode(taken)}, which the pipeline writes; got \${jsonencode(source.prefix)}" if ${overlap(keyPrefixOf("source"), "taken")}]])`,
  ),
  none(
    `flatten([for index, source in var.sources : [for other in slice(var.sources, 0, index) : "prefix of \${source.name} must not overlap that of \${other.name}: S3 cannot tell \${jsonencode(source.prefix)} from \${jsonencode(other.prefix)}; give each source its own prefix" if ${overlap(keyPrefixOf("source"), keyPrefixOf("other"))}]])`,
  ),
  none(
    `[for format in distinct(var.sources[*].format) : "all must have partition, or none, among those of one format (\${format})" if length(distinct([for source in var.sources : source.partition == true if source.format == format])) > 1]`,
  ),
];
