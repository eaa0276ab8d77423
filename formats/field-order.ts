import { fieldsByName, type LogFormat, mandatoryFieldsOf } from "./log-format";

const FIELDS_HEADER = "#Fields:";

/** Fields of a line in another order than the format's: that of a header, or of a JSON object. */
type Texts = ReadonlyMap<string, string>;

/** A line in the format's own order of fields. */
export interface OrderedLine {
  readonly text: string;
  /** True if the fields were found by their names: all of them are there, and then those that only have names. */
  readonly isNamed: boolean;
}

/**
 * Makes a function that writes the lines of one file in the format's own order of fields. Call it with every line,
 * from the first on, because a `#Fields:` header applies to the lines after it.
 *
 * A header may name fewer or other fields, and a line may be a JSON object with the names of the fields. Unknown fields
 * are left out, missing fields become empty.
 *
 * @returns `undefined` for a line with the fields of another log
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
 */
export function fieldOrderer(format: LogFormat): (line: string) => OrderedLine | undefined {
  const asIs = (text: string): OrderedLine => ({ text, isNamed: false });
  let order: readonly string[] | undefined;
  return (line) => {
    if (line.startsWith(FIELDS_HEADER)) {
      order = isOwnOrder(format, line) ? undefined : namesIn(line);
      return asIs(line);
    }
    if (line.startsWith("#")) return asIs(line);
    if (format.json && line.startsWith("{")) return inOwnOrder(format, jsonFields(line));
    if (!order) return asIs(line);
    const texts = line.split(format.separator);
    return inOwnOrder(format, new Map(order.map((name, index) => [name, texts[index] ?? ""])));
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
    named.length >= mandatoryFieldsOf(format) &&
    !named.some((name) => onlyNamed.includes(name))
  );
}

const namesIn = (header: string): readonly string[] => header.slice(FIELDS_HEADER.length).trim().split(/\s+/);

/** @param line begins with `{`. @returns `undefined` if it is not JSON */
function jsonFields(line: string): Texts | undefined {
  try {
    const members = Object.entries(JSON.parse(line) as Readonly<Record<string, unknown>>);
    return new Map(
      members.map(([name, value]) => [name, scalarText(value)] as const).filter(([, text]) => text !== ""),
    );
  } catch {
    return undefined;
  }
}

/** Objects and lists have no text. */
const scalarText = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";

function inOwnOrder(format: LogFormat, texts: Texts | undefined): OrderedLine | undefined {
  if (!texts || !isOfFormat(format, texts)) return undefined;
  return {
    text: fieldsByName(format)
      .map(({ name }) => oneLine(texts.get(name) ?? ""))
      .join(format.separator),
    isNamed: true,
  };
}

const isOfFormat = ({ fields, header }: LogFormat, texts: Texts): boolean =>
  fields.some(({ name }) => texts.has(name) && !header?.sharedFields.includes(name));

/**
 * JSON may contain the separators of fields, columns and lines; a delimited file cannot. Half of a character is a question
 * mark, as in Java.
 */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, " ").replaceAll(/\p{Cs}/gu, "?");
