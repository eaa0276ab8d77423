import { FORMAT_IDS, FORMATS } from "../../formats";
import { withDefaults } from "../../formats/privacy";
import { RESERVED_PREFIXES } from "../../settings/load";
import { snakeCase } from "./snake-case";
import type { Validation } from "./variables";

/** Folder that AWS puts after a source's prefix, by format. */
const FOLDERS = `{ ${FORMAT_IDS.map((format) => `${format} = ${JSON.stringify(FORMATS[format].deliveryFolder)}`).join(", ")} }`;
const keyPrefixOf = (source: string): string =>
  `"\${${source}.prefix}\${lookup(${FOLDERS}, ${source}.format, "")}"`;

/** A source's privacy, with what is the default. */
export function privacyOf(source: string): string {
  const options = Object.entries(withDefaults({})).map(([option, fallback]) => {
    const name = snakeCase(option);
    return `${name} = coalesce(try(${source}.privacy.${name}, null), ${JSON.stringify(fallback)})`;
  });
  return `{ ${options.join(", ")} }`;
}

const overlap = (one: string, other: string): string =>
  `(startswith(${one}, ${other}) || startswith(${other}, ${one}))`;

/** As texts, whatever they are: what else is wrong with them is said elsewhere. */
const text = (name: string): string => `try(coalesce(tostring(source.${name})), "")`;
const SOURCES = `[for source in try([for each in var.sources : each], []) : { name = ${text("name")}, format = ${text("format")}, prefix = ${text("prefix")}, partition = try(source.partition == true, false), privacy = ${privacyOf("source")} }]`;

/** A list of sentences must be empty, or is what is said. */
const none = (list: string): Validation => ({
  condition: `\${length(${list}) == 0}`,
  error_message: `sources: \${join("; ", ${list})}`,
});

/** What must be true of the sources together, as `parseSettings` and the constructs have it. */
export const SOURCE_RULES: readonly Validation[] = [
  none(
    `[for source in ${SOURCES} : "prefix must not hold \\"AWSLogs\\": AWS adds that folder itself, got \${jsonencode(source.prefix)}" if strcontains(source.prefix, "AWSLogs")]`,
  ),
  none(
    `[for index, source in ${SOURCES} : "name must be unique, got \${jsonencode(source.name)} again" if contains(slice(${SOURCES}[*].name, 0, index), source.name)]`,
  ),
  none(
    `flatten([for source in ${SOURCES} : [for taken in ${JSON.stringify(RESERVED_PREFIXES)} : "prefix must not overlap \${jsonencode(taken)}, which the pipeline writes; got \${jsonencode(source.prefix)}" if ${overlap(keyPrefixOf("source"), "taken")}]])`,
  ),
  none(
    `flatten([for index, source in ${SOURCES} : [for other in slice(${SOURCES}, 0, index) : "prefix of \${source.name} must not overlap that of \${other.name}: S3 cannot tell \${jsonencode(source.prefix)} from \${jsonencode(other.prefix)}; give each source its own prefix" if ${overlap(keyPrefixOf("source"), keyPrefixOf("other"))}]])`,
  ),
  none(
    `[for format in distinct(${SOURCES}[*].format) : "all must have partition, or none, among those of one format (\${format})" if length(distinct([for source in ${SOURCES} : source.partition if source.format == format])) > 1]`,
  ),
  none(
    `[for format in distinct(${SOURCES}[*].format) : "all must have the same privacy among those of one format (\${format}), or all have partition: without it their rows share partitions" if length(distinct([for source in ${SOURCES} : source.privacy if source.format == format && !source.partition])) > 1]`,
  ),
];
