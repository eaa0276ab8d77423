import { ADDRESS, forAny, mentioned, REPRESENTATIVES } from "./representatives";
import { isList, isMap, type Json, type JsonMap, mapTexts } from "./tree";

/** Key of a map that stands for the JSON text of its value. */
export const JSON_TEXT = "$json";
/** Key of a map that stands for an item (`item`) for each source of a format. */
export const FOR_EACH = "$for";
/** Start of a key that stands for the names of the sources of a format. */
export const BY_NAME = "$by-name-";
/** Key of a map that stands for a text: such items, joined by this. */
export const JOINED_BY = "$join";

const SEPARATOR = ",";

/**
 * Resources that there is one of for each source become one with the format in its address and `for_each`; references to
 * them have the source's name as index.
 */
export function foldAddresses(blocks: JsonMap): JsonMap {
  const folded: { [address: string]: Json } = {};
  const indexed = (text: string) => text.replaceAll(ADDRESS, "$1$2[$2_$3.name]");
  for (const [given, unindexed] of Object.entries(blocks)) {
    const address = indexed(given);
    const body = mapTexts(unindexed, indexed);
    const [, single, format, index] = /^(.*)\[(\w+)_(\d)\.name\]$/.exec(address) ?? [];
    if (single === undefined || format === undefined) folded[address] = foldLoops(body, address);
    else {
      const block = { [FOR_EACH]: format, item: foldLoops(forAny(body), address) };
      if (Number(index) === REPRESENTATIVES[0]) folded[single] = block;
      else if (JSON.stringify(folded[single]) !== JSON.stringify(block)) {
        throw new Error(`${address}: is not the same for every source; ${ADVICE}`);
      }
    }
  }
  return folded;
}

/**
 * Reads JSON in texts, and puts one item for each source of a format where the representatives have one each.
 *
 * @throws Error if what is made of the sources is not a list, or a text separated by commas, with one item for each
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

/** Entries that are called like the sources become one, which is repeated for each of them. */
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

/** CDKTF encodes what Terraform alone knows as a number that no one would write; what is computed with it, too. */
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
  // A list that is about one source is a part of an item of a list that is about all.
  if (mentioned([...items]).size === 1) return items;
  const folded = new Map<string, { readonly item: Json; readonly of: Set<string> }>();
  for (const [index, value] of items.entries()) {
    const [of, ...others] = mentioned(value);
    if (others.length > 0) throw new Error(`${path}[${index}]: is made of several sources; ${ADVICE}`);
    const format = of?.replace(/_\d$/, "");
    const item = format === undefined ? value : { [FOR_EACH]: format, item: forAny(value) };
    // Lists may hold the same item twice; only those of sources are the same by intention.
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
