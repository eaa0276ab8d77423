import { FORMAT_IDS, FORMATS } from "../formats";
import { ACCOUNTS_FOLDER, deliveryFolderOf } from "../formats/delivery";
import { haveDistinctNames } from "../formats/log-format";
import { withDefaults } from "../formats/privacy";
import { LIMITS } from "../pipeline/limits";
import type { Layout } from "../pipeline/log-source";
import {
  arnExpected,
  bucketNameExpected,
  NO_VENDED,
  NOT_REGISTERED,
  NOTHING_ADDS_PARTITIONS,
  notVendedExpected,
  RESERVED_PREFIXES,
} from "../pipeline/source-problems";
import { inHcl, snakeCase } from "./snake-case";
import type { Validation } from "./validation";

/** Folder that AWS puts after a source's prefix, by format. */
const FOLDERS = `{ ${FORMAT_IDS.map((format) => `${JSON.stringify(format)} = ${JSON.stringify(deliveryFolderOf(FORMATS[format].delivery))}`).join(", ")} }`;
export const keyPrefixOf = (source: string): string =>
  `"\${${source}.prefix}\${lookup(${FOLDERS}, ${source}.format, "")}"`;

/** Formats whose sources may set accounts, and the other formats with the service that delivers them. */
const WITH_ACCOUNTS = FORMAT_IDS.filter((id) => FORMATS[id].delivery.kind === "bucket-policy");
const WITHOUT_ACCOUNTS = FORMAT_IDS.flatMap((id) => {
  const { delivery } = FORMATS[id];
  return delivery.kind === "bucket-policy" ? [] : [{ id, service: delivery.service }];
});

/** A condition that a source is read as delivered. */
export const isAsDelivered = (source: string): string =>
  `try(${source}.layout == ${JSON.stringify("as-delivered" satisfies Layout)}, false)`;

/** A condition that the module creates the delivery of a source. It is known even if the ARN is not. */
export const isVended = (source: string): string => `(lookup(${source}, "deliver_from", null) != null)`;

/** Formats whose files cannot be read as delivered, with the reason. */
const FLAT = FORMAT_IDS.flatMap((id) => {
  const { delivered } = FORMATS[id];
  return delivered.kind === "flat" ? [{ id, reason: delivered.reason }] : [];
});

/** Formats whose delivery the module can create, with the resource that delivers. */
const VENDED = FORMAT_IDS.flatMap((id) => {
  const { vended } = FORMATS[id].delivery;
  return vended === undefined ? [] : [{ id, ...vended.resource }];
});

/** Formats that are delivered only to buckets with certain names. */
const NAMED_BUCKETS = FORMAT_IDS.flatMap((id) => {
  const { by, bucketNameStart: start } = FORMATS[id].delivery;
  return start === undefined ? [] : [{ id, start, expected: bucketNameExpected(by, start) }];
});

/** A source's privacy, with its defaults. */
export function privacyOf(source: string): string {
  const options = Object.entries(withDefaults({})).map(([option, fallback]) => {
    const name = snakeCase(option);
    return `${name} = coalesce(try(${source}.privacy.${name}, null), ${JSON.stringify(fallback)})`;
  });
  return `{ ${options.join(", ")} }`;
}

/** Formats whose objects have distinct names, by format: their sources may have common keys. */
const DISTINCT = `{ ${FORMAT_IDS.map((format) => `${JSON.stringify(format)} = ${JSON.stringify(FORMAT_IDS.filter((other) => haveDistinctNames(FORMATS[format], FORMATS[other])))}`).join(", ")} }`;

const overlap = (one: string, other: string): string =>
  `(startswith(${one}, ${other}) || startswith(${other}, ${one}))`;

/** Converts values of any type to texts: other rules report wrong types. */
const text = (name: string): string => `try(coalesce(tostring(source.${name})), "")`;
const SOURCES = `[for source in try([for each in var.sources : each], []) : { name = ${text("name")}, format = ${text("format")}, prefix = ${text("prefix")}, partition = try(source.partition == true, false), accounts = try(length(source.accounts), 1), has_accounts = try(source.accounts, null) != null, as_delivered = ${isAsDelivered("source")}, is_vended = try(source.deliver_from, null) != null, deliver_from = try(coalesce(tostring(source.deliver_from.arn)), ""), privacy = ${privacyOf("source")} }]`;

/** Characters of an object's ARN in a list without its key: the longest ARN of a bucket, quotes, a comma, an asterisk. */
const ARN_LENGTH = `arn:aws-us-gov:s3:::${"b".repeat(63)}/*`.length + 3;
/** Characters of the other parts of policies with such lists. */
const OTHER_STATEMENTS = 2000;
const ACCOUNT_LENGTH = "/123456789012".length;

/** A rule that policies with an ARN for each source fit: an upper estimate, because only Terraform knows the sources. */
function fits(type: string, each: string, ofSources: string): Validation {
  const limit = LIMITS.find((known) => known.type === type && known.what.includes("polic"));
  if (!limit) throw new Error(`${type}: no limit of its policy in pipeline/limits.ts`);
  const size = `sum(concat([0], [for source in ${SOURCES} : ${each}${ofSources}]))`;
  return {
    condition: `\${${size} <= ${limit.max - OTHER_STATEMENTS}}`,
    error_message: `sources: ${limit.what}: too long for AWS, which allows ${limit.max} ${limit.unit}; ${limit.wayOut}, got about \${${size} + ${OTHER_STATEMENTS}}`,
  };
}

/** A rule that a list of messages about `sources` is empty; else it shows them. */
function none(sentences: string): Validation {
  // Computed once: rules that compare all pairs would compute the list many times.
  const list = `flatten([for sources in [${SOURCES}] : ${sentences}])`;
  return {
    condition: `\${length(${list}) == 0}`,
    error_message: `sources: \${join("; ", ${list})}`,
  };
}

/** A rule that no source has an attribute under a condition. */
const notWith = (attribute: string, expected: string, condition: string): Validation =>
  none(
    `[for source in sources : "${attribute} ${inHcl(expected).replaceAll('"', '\\"')}, got it for \${jsonencode(source.name)}" if ${condition}]`,
  );
const notAsDelivered = (expected: string, condition: string): Validation =>
  notWith("layout", expected, `source.as_delivered && ${condition}`);
const notVended = (expected: string, condition: string): Validation =>
  notWith("deliver_from", expected, `source.is_vended && ${condition}`);

/** Rules about all sources together, as in `parseSettings` and the constructs. */
export const SOURCE_RULES: readonly Validation[] = [
  none(
    `[for source in sources : "prefix must not contain \\"${ACCOUNTS_FOLDER}\\": AWS adds that folder itself, got \${jsonencode(source.prefix)}" if strcontains(source.prefix, "${ACCOUNTS_FOLDER}")]`,
  ),
  none(
    `[for index, source in sources : "name must be unique, got \${jsonencode(source.name)} again" if contains(slice(sources[*].name, 0, index), source.name)]`,
  ),
  none(
    `flatten([for source in sources : [for taken in ${JSON.stringify(RESERVED_PREFIXES)} : "prefix must not overlap \${jsonencode(taken)}, which the pipeline uses; got \${jsonencode(source.prefix)}" if var.existing_log_bucket == null && var.kms_key == null && ${overlap(keyPrefixOf("source"), "taken")}]])`,
  ),
  none(
    `flatten([for index, source in sources : [for other in slice(sources, 0, index) : "prefix of \${source.name} must not overlap the prefix of \${other.name}: \${jsonencode(source.prefix)} and \${jsonencode(other.prefix)} have common keys; give each source its own prefix" if ${overlap(keyPrefixOf("source"), keyPrefixOf("other"))} && !contains(lookup(${DISTINCT}, source.format, []), other.format)]])`,
  ),
  ...WITHOUT_ACCOUNTS.map(({ id, service }) =>
    none(
      `[for source in sources : "accounts must not be set for sources of ${service}, got them for \${jsonencode(source.name)}" if source.format == "${id}" && source.has_accounts]`,
    ),
  ),
  ...NAMED_BUCKETS.map(({ id, start, expected }) =>
    none(
      `[for source in sources : "format: ${inHcl(expected).replaceAll('"', '\\"')}, got it for \${jsonencode(source.name)}" if source.format == "${id}" && var.existing_log_bucket == null && !startswith(coalesce(var.bucket_name, "\${var.name}-"), "${start}")]`,
    ),
  ),
  ...FLAT.map(({ id, reason }) =>
    none(
      `[for source in sources : "layout must not be \\"as-delivered\\" for the format ${id}: ${reason}, got it for \${jsonencode(source.name)}" if source.format == "${id}" && source.as_delivered]`,
    ),
  ),
  notAsDelivered(NOTHING_ADDS_PARTITIONS, 'var.partitions == "projection" && !var.columnar'),
  notAsDelivered(NOT_REGISTERED, "var.lake_formation_locations && var.existing_log_bucket_owner != null"),
  notVended(
    notVendedExpected("${source.format}"),
    `!contains(${JSON.stringify(VENDED.map(({ id }) => id))}, source.format)`,
  ),
  ...VENDED.map(({ id, arn, kind }) =>
    notVended(
      arnExpected(kind),
      `source.format == "${id}" && !can(regex(${JSON.stringify(arn.source)}, source.deliver_from))`,
    ),
  ),
  notVended(
    "must be unique",
    "length([for other in sources : other if other.deliver_from == source.deliver_from]) > 1",
  ),
  notVended(NO_VENDED.accounts, "source.has_accounts"),
  notVended(NO_VENDED.asDelivered, "source.as_delivered"),
  notVended(NO_VENDED.withoutPrefix, 'source.prefix == ""'),
  notVended(NO_VENDED.anothersBucket, "var.existing_log_bucket_owner != null"),
  none(
    `[for format in distinct(sources[*].format) : "must all set partition, or none of them, if they have the same format (\${format})" if length(distinct([for source in sources : source.partition if source.format == format])) > 1]`,
  ),
  none(
    `[for format in distinct(sources[*].format) : "must all have the same privacy if they have the same format (\${format}), or all set partition: without it their rows share partitions" if length(distinct([for source in sources : source.privacy if source.format == format && !source.partition])) > 1]`,
  ),
  fits("aws_iam_role_policy", `${ARN_LENGTH} + length(${keyPrefixOf("source")})`, ""),
  fits(
    "aws_s3_bucket_policy",
    `source.accounts * (${ARN_LENGTH + ACCOUNT_LENGTH} + length(${keyPrefixOf("source")}))`,
    ` if contains(${JSON.stringify(WITH_ACCOUNTS)}, source.format)`,
  ),
];
