import { FORMAT_IDS, FORMATS, type FormatId } from "../formats";
import { ACCOUNTS_FOLDER, deliveryFolderOf } from "../formats/delivery";
import { MAX_PATTERN_LENGTH } from "../pipeline/limits";
import {
  bySourceOf,
  deliveredPrefixOf,
  HAS_DELIVERED,
  hasWay,
  IS_HASHED,
  MOVES_FILES,
  RULE_FOR_EACH,
  sourcesOf,
  UNWRAPPED,
  VENDED_FORMATS,
  WAYS_OF_DELIVERY,
} from "./inputs";
import { DELIVER_FROM } from "./representatives";
import { isAsDelivered, isVended, keyPrefixOf, privacyOf } from "./source-rules";
import type { JsonMap } from "./tree";

/** Characters of a source's prefix in the pattern of a rule, with the folder that AWS adds, and of the rest. */
const PREFIX_LENGTH = JSON.stringify({ prefix: `${ACCOUNTS_FOLDER}/` }).length + 1;
const PATTERN_LENGTH = 300;

/** Starts of the keys, in the order of the sources. */
const KEY_PREFIXES = "local.key_prefixes";
/**
 * In the same order, true if the keys of a source have the prefix of another source with the same layout, too; of two
 * equal prefixes, the first one counts.
 */
const COVERED = "local.sources_covered";

/**
 * Local values: the sources of each format, with their defaults, and values about all sources.
 *
 * @param account expression of the account of the deployment
 */
export const localsOfVariables = (account: string): JsonMap => ({
  [nameOf(RULE_FOR_EACH)]:
    `\${sum([for source in var.sources : length(source.prefix) + ${PREFIX_LENGTH}]) > ${MAX_PATTERN_LENGTH - PATTERN_LENGTH}}`,
  [nameOf(IS_HASHED)]:
    `\${anytrue([for source in var.sources : contains(values(${privacyOf("source")}), "hash")])}`,
  [nameOf(MOVES_FILES)]: `\${!alltrue([for source in var.sources : ${isAsDelivered("source")}])}`,
  [nameOf(HAS_DELIVERED)]: `\${anytrue([for source in var.sources : ${isAsDelivered("source")}])}`,
  [nameOf(KEY_PREFIXES)]: `\${[for source in var.sources : ${keyPrefixOf("source")}]}`,
  [nameOf(COVERED)]:
    `\${[for index, source in var.sources : anytrue([for position, other in var.sources : ${isAsDelivered("source")} == ${isAsDelivered("other")} && startswith(${KEY_PREFIXES}[index], ${KEY_PREFIXES}[position]) && (position < index || ${KEY_PREFIXES}[index] != ${KEY_PREFIXES}[position])])]}`,
  ...Object.fromEntries(
    WAYS_OF_DELIVERY.map((way) => [
      nameOf(hasWay(way)),
      `\${anytrue([for source in var.sources : contains(${JSON.stringify(way.formats)}, source.format) && ${way.isVended ? "" : "!"}${isVended("source")}])}`,
    ]),
  ),
  // Not in the lists of sources: `try` does not know if a list with an unknown value has an error.
  [nameOf(DELIVER_FROM)]:
    `\${{ for source in var.sources : source.name => source.deliver_from.arn if ${isVended("source")} }}`,
  ...UNWRAPPED,
  ...Object.assign({}, ...FORMAT_IDS.map((format) => localsOfFormat(format, account))),
});

function localsOfFormat(format: FormatId, account: string): JsonMap {
  const { delivered, delivery } = FORMATS[format];
  const ofFormat = `if source.format == ${JSON.stringify(format)}`;
  return {
    [nameOf(sourcesOf(format))]:
      `\${[for index, source in var.sources : merge({ name = source.name, prefix = source.prefix, as_delivered = ${isAsDelivered("source")}, accounts = coalesce(try(tolist(source.accounts), null), [${account}]), silent_after_hours = coalesce(try(tonumber(source.silent_after_hours), null), ${FORMATS[format].lateByHours}), is_covered = ${COVERED}[index]${VENDED_FORMATS.includes(format) ? `, is_vended = ${isVended("source")}` : ""} }, ${privacyOf("source")}) ${ofFormat}]}`,
    [nameOf(bySourceOf(format))]:
      `\${anytrue([for source in var.sources : try(tobool(source.partition) == true, false) ${ofFormat}])}`,
    ...(delivered.kind === "flat"
      ? {}
      : {
          [nameOf(deliveredPrefixOf(format))]:
            `\${try([for source in ${sourcesOf(format)} : "\${source.prefix}${deliveryFolderOf(delivery)}" if source.as_delivered][0], null)}`,
        }),
  };
}

const nameOf = (local: string): string => local.replace("local.", "");
