import { ADDRESS, forAny, mentioned, REPRESENTATIVES } from "./representatives";
import { isList, isMap, type Json, type JsonMap, mapTexts } from "./tree";

/** Key of a map that represents the JSON text of its value. */
export const JSON_TEXT = "$json";
/** Key of a map that represents an item (`item`) for each source of a format. */
export const FOR_EACH = "$for";
/** Start of a key that represents the names of the sources of a format. */
export const BY_NAME = "$by-name-";
/** Key of a map that represents a text: such items, joined by this separator. */
export const JOINED_BY = "$join";

const SEPARATOR = ",";

/** Results of folding, by the JSON text of a block and its address. */
export type FoldedBlocks = Map<string, FoldedBlock>;
/** A resource whose loops are folded. */
interface FoldedBlock {
  readonly address: string;
  /** Number of the source whose name is the index of the given address. */
  readonly representative?: number;
  readonly body: Json;
}

/**
 * Merges resources that exist for each source into one with the format in its address and `for_each`. References to it
 * get the source's name as index.
 *
 * @param known results for the blocks of other assignments, which are added to: most assignments have most blocks in common
 */
export function foldAddresses(blocks: JsonMap, known: FoldedBlocks = new Map()): JsonMap {
  const folded: { [address: string]: Json } = {};
  for (const [given, unindexed] of Object.entries(blocks)) {
    const text = JSON.stringify([given, unindexed]);
    const block = known.get(text) ?? foldBlock(given, unindexed);
    known.set(text, block);
    const { address, representative, body } = block;
    if (representative === undefined || representative === REPRESENTATIVES[0]) folded[address] = body;
    else if (JSON.stringify(folded[address]) !== JSON.stringify(body)) {
      throw new Error(`${given}: is not the same for every source; ${ADVICE}`);
    }
  }
  return folded;
}

function foldBlock(given: string, unindexed: Json): FoldedBlock {
  const address = indexed(given);
  const body = mapTexts(unindexed, indexed);
  const [, single, format, index] = /^(.*)\[(\w+)_(\d)\.name\]$/.exec(address) ?? [];
  if (single === undefined || format === undefined) return { address, body: foldLoops(body, address) };
  return {
    address: single,
    representative: Number(index),
    body: { [FOR_EACH]: format, item: foldLoops(forAny(body), address) },
  };
}

const indexed = (text: string): string => text.replaceAll(ADDRESS, "$1$2[$2_$3.name]");

/**
 * Parses JSON in texts, and merges the items of the representatives into one that is repeated for each source.
 *
 * @throws Error unless the items of the sources are in a list, or in a text separated by commas, with one for each
 */
export function foldLoops(value: Json, path: string): Json {
  const folded = fold(value, path);
  refuseLeftovers(folded, path);
  return folded;
}

function refuseLeftovers(value: Json, path: string): void {
  if (isMap(value)) for (const [key, item] of Object.entries(value)) refuseLeftovers(item, `${path}.${key}`);
  else if (isList(value))
    for (const [index, item] of value.entries()) refuseLeftovers(item, `${path}[${index}]`);
  else {
    const [source] = mentioned(value);
    if (source !== undefined) throw new Error(`${path}: ${source} is no item of a list; ${ADVICE}`);
  }
}

const ADVICE =
  "the Terraform module can only repeat items of lists for each source, see terraform-module/loops.ts";

function fold(value: Json, path: string): Json {
  if (typeof value === "string") return foldText(value, path);
  if (typeof value === "number") return checkNumber(value, path);
  if (isList(value)) {
    return foldList(
      value.map((item, index) => fold(item, `${path}[${index}]`)),
      path,
    );
  }
  return isMap(value) ? foldMap(value, path) : value;
}

/** Entries whose keys are names of sources become one entry, which is repeated for each source. */
function foldMap(map: JsonMap, path: string): JsonMap {
  const folded: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(map)) {
    const [source] = mentioned(key);
    const item = fold(value, `${path}.${key}`);
    if (source === undefined) {
      folded[key] = item;
      continue;
    }
    const format = source.replace(/_\d$/, "");
    const entry = { [FOR_EACH]: format, item: forAny(item) };
    const known = folded[`${BY_NAME}${format}`];
    if (
      key !== `\${${source}.name}` ||
      (known !== undefined && JSON.stringify(known) !== JSON.stringify(entry))
    )
      throw new Error(`${path}.${key}: is not the same for every source, by its name; ${ADVICE}`);
    folded[`${BY_NAME}${format}`] = entry;
  }
  return folded;
}

/** CDKTF encodes numbers that only Terraform knows as huge numbers; results computed from them are huge, too. */
const LARGEST_NUMBER = 1e100;

function checkNumber(value: number, path: string): number {
  if (Math.abs(value) < LARGEST_NUMBER) return value;
  throw new Error(`${path}: was computed from a value that Terraform alone knows; ${COMPUTE}`);
}

const COMPUTE =
  "use Fn and Op of cdktf where Token.isUnresolved says so, see bytesOf in modules/access-log-pipeline.ts";

function foldText(text: string, path: string): Json {
  if (/tftoken\[|\de\+\d{3}/i.test(text)) {
    throw new Error(`${path}: "${text}" was made of a value that Terraform alone knows; ${COMPUTE}`);
  }
  if (/^(?:\[[{"]|\{")/.test(text)) return { [JSON_TEXT]: fold(JSON.parse(text), path) };
  if (mentioned(text).size < REPRESENTATIVES.length) return text;
  const [item, ...others] = foldList(text.split(SEPARATOR), path);
  if (!isMap(item) || others.length > 0)
    throw new Error(`${path}: "${text}" is no list of sources; ${ADVICE}`);
  return { [JOINED_BY]: SEPARATOR, ...item };
}

function foldList(items: readonly Json[], path: string): readonly Json[] {
  // A list about one source is part of an item in a list about all sources.
  if (mentioned([...items]).size === 1) return items;
  const folded = new Map<string, { readonly item: Json; readonly of: Set<string> }>();
  for (const [index, value] of items.entries()) {
    const [of, ...others] = mentioned(value);
    if (others.length > 0) throw new Error(`${path}[${index}]: is made of several sources; ${ADVICE}`);
    const format = of?.replace(/_\d$/, "");
    const item = format === undefined ? value : { [FOR_EACH]: format, item: forAny(value) };
    // Lists may contain the same item twice; only items of sources are merged.
    const key = of === undefined ? `${index}` : JSON.stringify(item);
    const known = folded.get(key);
    if (known) known.of.add(of ?? "");
    else folded.set(key, { item, of: new Set(of === undefined ? [] : [of]) });
  }
  for (const { item, of } of folded.values()) {
    if (of.size > 0 && of.size < REPRESENTATIVES.length) {
      throw new Error(`${path}: ${JSON.stringify(item)} is not made of every source; ${ADVICE}`);
    }
  }
  return [...folded.values()].map(({ item }) => item);
}
