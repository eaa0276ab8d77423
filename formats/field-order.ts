import { type JsonText, jsonStepsOf, jsonTextAt } from "./json-path";
import {
  canEndBefore,
  FIELDS_HEADER,
  type Field,
  fieldsByName,
  isJsonOnly,
  type LogFormat,
} from "./log-format";
import { rememberLast } from "./remember-last";
import { TIME_FORMS } from "./time-form";
import { MILLISECONDS } from "./tokens";

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
  let order: readonly string[] = [];
  return (line) => {
    order = orderIn(format, line) ?? order;
    if (line.startsWith("#")) return asIs(line);
    if (format.json && line.startsWith("{")) return fromJson(line);
    if (order.length > 0) return fromTexts(format, textsByName(format, order, line));
    return format.tabs && TABS_START.test(line) ? fromTexts(format, textsInOrder(format, line)) : asIs(line);
  };
}

/**
 * Makes a function that writes the lines of one file so that each says its fields: a line after a header with another order
 * becomes a JSON object, which readers take for the same row; all others stay as they are. Call it with every line, from the
 * first on.
 */
export function lineNamer(format: LogFormat): (line: string) => string {
  let order: readonly string[] = [];
  return (line) => {
    order = orderIn(format, line) ?? order;
    if (order.length === 0 || line === "" || line.startsWith("#") || line.startsWith("{")) return line;
    // An object with none of the names is an unparsed line.
    return JSON.stringify(Object.fromEntries(textsByName(format, order, line) ?? [["line", line]]));
  };
}

/** True unless the line is a `#Fields:` header that names the fields in another order. */
export const isOwnOrder = (format: LogFormat, line: string): boolean =>
  (orderIn(format, line) ?? []).length === 0;

/**
 * The order that a `#Fields:` header gives the lines after it.
 *
 * @returns the names; none for the format's own order; `undefined` for a line that is no such header
 */
export function orderIn(format: LogFormat, line: string): readonly string[] | undefined {
  if (!format.header || !line.startsWith(FIELDS_HEADER)) return undefined;
  return namesOwnOrder(format)(line) ? [] : namesIn(line);
}

/** Files of one format have the same header. */
const namesOwnOrder = rememberLast((format: LogFormat) => {
  const own = format.fields.map(({ name, otherName }) => [name, otherName]);
  const onlyNamed = new Set(format.namedFields?.map(({ name }) => name));
  return rememberLast((header: string): boolean => {
    const named = namesIn(header);
    return (
      named.slice(0, own.length).every((name, index) => own[index]?.includes(name)) &&
      (named.length >= own.length || canEndBefore(format, named.length)) &&
      !named.some((name) => onlyNamed.has(name))
    );
  });
});

/** A first word with a tab after it. */
const TABS_START = /^[^ \t]+\t/;

/** The texts of a line by the names in its header; `undefined` if the line was cut, or if names cannot tell its fields apart. */
function textsByName(
  format: LogFormat,
  names: readonly string[],
  line: string,
): ReadonlyMap<string, string> | undefined {
  if (format.tabs) return TABS_START.test(line) ? textsBetweenTabs(names, names.length, line) : undefined;
  return textsOf(names, line.split(format.separator));
}

/** The texts of a line with tabs between the format's own fields. */
const textsInOrder = ({ fields, tabs }: LogFormat, line: string): ReadonlyMap<string, string> | undefined =>
  textsBetweenTabs(
    fields.map(({ name }) => name),
    tabs?.fields ?? fields.length,
    line,
  );

/** The fields between tabs, without the quotes around them; `undefined` for a line of fewer than `least`. */
function textsBetweenTabs(
  names: readonly string[],
  least: number,
  line: string,
): ReadonlyMap<string, string> | undefined {
  const texts = line.split("\t").map((text) => /^"([\s\S]*)"$/.exec(text)?.[1] ?? text);
  return texts.length < least ? undefined : textsOf(names, texts);
}

const textsOf = (names: readonly string[], texts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(names.map((name, index) => [name, texts[index] ?? ""]));

const fromTexts = (format: LogFormat, texts: Texts | undefined): OrderedLine | undefined =>
  texts && inOwnOrder(format, texts);

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
      .map((field) => oneLine(textOf(field, texts)))
      .join("\t"),
    isNamed: true,
  };
}

function textOf({ name, otherName, inMilliseconds }: Field, texts: Texts): string {
  const text = texts.get(name) ?? (otherName && texts.get(otherName));
  if (text) return text;
  const milliseconds = inMilliseconds && texts.get(inMilliseconds.name);
  if (!milliseconds || !IS_MILLISECONDS.test(milliseconds)) return "";
  const [date = "", time = ""] = TIME_FORMS.milliseconds.iso(milliseconds).split(/[T.]/);
  return inMilliseconds.part === "date" ? date : time;
}

const IS_MILLISECONDS = new RegExp(`^${MILLISECONDS}$`);

/** A line without a text in one of these fields belongs to another log. */
const isOfFormat = ({ fields, header }: LogFormat, texts: Texts): boolean =>
  header === undefined || fields.some(({ name }) => texts.get(name) && !header.sharedFields.includes(name));

/**
 * JSON may contain the separators of fields, columns and lines; a delimited file cannot. Half of a character is a question
 * mark, as in Java.
 */
const oneLine = (text: string): string =>
  HARMFUL.test(text) ? text.replaceAll(/\p{Cc}/gu, " ").replaceAll(/\p{Cs}/gu, "?") : text;

/** Asked first, because almost no text has one. */
const HARMFUL = /[\p{Cc}\p{Cs}]/u;
