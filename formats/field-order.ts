import { type JsonText, jsonStepsOf, jsonTextAt } from "./json-path";
import { canEndBefore, fieldsByName, isJsonOnly, type LogFormat } from "./log-format";

const FIELDS_HEADER = "#Fields:";

/** Gives the text of a field that a line has by name, after a header or in a JSON object. */
interface Texts {
  /** @returns `undefined` if the line does not have it */
  get(name: string): string | undefined;
}

/** A line in the format's own order of fields. */
export interface OrderedLine {
  readonly text: string;
  /**
   * True if the fields were found one by one: all of them are there, and then those that only have names, with tabs between
   * them.
   */
  readonly isNamed: boolean;
}

/**
 * Makes a function that writes the lines of one file in the format's own order of fields. Call it with every line,
 * from the first on, because a `#Fields:` header applies to the lines after it.
 *
 * A header may name fewer or other fields, and a line may be a JSON object with the names of the fields, or have tabs between
 * the same fields. Unknown fields are left out, missing fields become empty.
 *
 * @returns `undefined` for a line with the fields of another log
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
 */
export function fieldOrderer(format: LogFormat): (line: string) => OrderedLine | undefined {
  const asIs = (text: string): OrderedLine => ({ text, isNamed: false });
  const fromJson = jsonOrderer(format);
  if (isJsonOnly(format)) return fromJson;
  let order: readonly string[] | undefined;
  return (line) => {
    if (line.startsWith(FIELDS_HEADER)) {
      order = isOwnOrder(format, line) ? undefined : namesIn(line);
      return asIs(line);
    }
    if (line.startsWith("#")) return asIs(line);
    if (format.json && line.startsWith("{")) return fromJson(line);
    if (format.tabs && TABS_START.test(line)) return fromTabs(format, format.tabs.fields, line);
    if (!order) return asIs(line);
    const texts = line.split(format.separator);
    return inOwnOrder(format, new Map(order.map((name, index) => [name, texts[index] ?? ""])));
  };
}

/**
 * Makes a function that writes the lines of one file so that each says its fields: a line after a header with another order
 * becomes a JSON object, which readers take for the same row; all others stay as they are. Call it with every line, from the
 * first on.
 */
export function lineNamer(format: LogFormat): (line: string) => string {
  let order: readonly string[] | undefined;
  return (line) => {
    if (line.startsWith(FIELDS_HEADER)) order = isOwnOrder(format, line) ? undefined : namesIn(line);
    if (!order || line === "" || line.startsWith("#") || line.startsWith("{")) return line;
    const texts = line.split(format.separator);
    return JSON.stringify(Object.fromEntries(order.map((name, index) => [name, texts[index] ?? ""])));
  };
}

/** True unless the line is a `#Fields:` header that names the fields in another order. */
export function isOwnOrder(format: LogFormat, line: string): boolean {
  if (!format.header || !line.startsWith(FIELDS_HEADER)) return true;
  const own = format.fields.map(({ name }) => name);
  const named = namesIn(line);
  const onlyNamed = format.namedFields?.map(({ name }) => name) ?? [];
  return (
    named.slice(0, own.length).every((name, index) => name === own[index]) &&
    (named.length >= own.length || canEndBefore(format, named.length)) &&
    !named.some((name) => onlyNamed.includes(name))
  );
}

/** A first word with a tab after it. */
const TABS_START = /^[^ \t]+\t/;

/** The fields between tabs, without the quotes around them; `undefined` for a line that was cut. */
const fromTabs = (format: LogFormat, least: number, line: string): OrderedLine | undefined => {
  const texts = line.split("\t").map((text) => /^"([\s\S]*)"$/.exec(text)?.[1] ?? text);
  if (texts.length < least) return undefined;
  return inOwnOrder(format, new Map(format.fields.map(({ name }, index) => [name, texts[index] ?? ""])));
};

const namesIn = (header: string): readonly string[] => header.slice(FIELDS_HEADER.length).trim().split(/\s+/);

/** Makes a function that finds the fields of a line that is a JSON object; `undefined` for other lines. */
function jsonOrderer(format: LogFormat): (line: string) => OrderedLine | undefined {
  let texts: ReadonlyMap<string, JsonText> | undefined;
  return (line) => {
    const object = jsonObject(line);
    if (object === undefined) return undefined;
    // Most files have no such line.
    texts ??= new Map(namesInJson(format).map((name) => [name, jsonTextAt(jsonStepsOf(name))]));
    const get = (name: string): string | undefined =>
      (name === "" ? line : texts?.get(name)?.(object)) || undefined;
    return inOwnOrder(format, { get });
  };
}

const namesInJson = (format: LogFormat): readonly string[] =>
  fieldsByName(format).flatMap(({ name, otherName }) => (otherName === undefined ? name : [name, otherName]));

/** @returns `undefined` if the line is not a JSON object */
function jsonObject(line: string): object | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function inOwnOrder(format: LogFormat, texts: Texts): OrderedLine | undefined {
  if (!isOfFormat(format, texts)) return undefined;
  return {
    text: fieldsByName(format)
      .map(({ name, otherName }) => texts.get(name) ?? (otherName && texts.get(otherName)) ?? "")
      .map(oneLine)
      .join("\t"),
    isNamed: true,
  };
}

/** A header, or an object, with none of these fields belongs to another log. */
const isOfFormat = ({ fields, header }: LogFormat, texts: Texts): boolean =>
  header === undefined ||
  fields.some(({ name }) => texts.get(name) !== undefined && !header.sharedFields.includes(name));

/**
 * JSON may contain the separators of fields, columns and lines; a delimited file cannot. Half of a character is a question
 * mark, as in Java.
 */
const oneLine = (text: string): string =>
  HARMFUL.test(text) ? text.replaceAll(/\p{Cc}/gu, " ").replaceAll(/\p{Cs}/gu, "?") : text;

/** Asked first, because almost no text has one. */
const HARMFUL = /[\p{Cc}\p{Cs}]/u;
