import { FORMAT_IDS, FORMATS, type FormatId } from "../formats";
import { ACCOUNTS_FOLDER } from "../formats/delivery";
import { MAX_PATTERN_LENGTH } from "../pipeline/limits";
import { bySourceOf, IS_HASHED, RULE_FOR_EACH, sourcesOf, UNWRAPPED } from "./inputs";
import { keyPrefixOf, privacyOf } from "./source-rules";
import type { JsonMap } from "./tree";

/** Characters of a source's prefix in the pattern of a rule, with the folder that AWS adds, and of the rest. */
const PREFIX_LENGTH = JSON.stringify({ prefix: `${ACCOUNTS_FOLDER}/` }).length + 1;
const PATTERN_LENGTH = 300;

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
  ...UNWRAPPED,
  ...Object.assign({}, ...FORMAT_IDS.map((format) => localsOfFormat(format, account))),
});

/** True if the keys of a source have the prefix of another source, too; of two equal prefixes, the first one counts. */
const IS_COVERED = `anytrue([for position, other in var.sources : startswith(${keyPrefixOf("source")}, ${keyPrefixOf("other")}) && (position < index || ${keyPrefixOf("source")} != ${keyPrefixOf("other")})])`;

function localsOfFormat(format: FormatId, account: string): JsonMap {
  const ofFormat = `if source.format == ${JSON.stringify(format)}`;
  return {
    [nameOf(sourcesOf(format))]:
      `\${[for index, source in var.sources : merge({ name = source.name, prefix = source.prefix, accounts = coalesce(try(tolist(source.accounts), null), [${account}]), silent_after_hours = coalesce(try(tonumber(source.silent_after_hours), null), ${FORMATS[format].lateByHours}), is_covered = ${IS_COVERED} }, ${privacyOf("source")}) ${ofFormat}]}`,
    [nameOf(bySourceOf(format))]:
      `\${anytrue([for source in var.sources : try(tobool(source.partition) == true, false) ${ofFormat}])}`,
  };
}

const nameOf = (local: string): string => local.replace("local.", "");
