import type { LogFormat } from "./log-format";

const FIELDS_HEADER = "#Fields:";
const NULL_TEXT = "-";

/**
 * Makes a function that writes the lines of one file in the format's own order of fields. It is to be called with
 * every line, from the first on, because a `#Fields:` header rules the lines that follow it.
 *
 * Only tab-separated formats have other orders: a header may name fewer or other fields, and a line may be a JSON
 * object with the fields' names. Unknown fields are left out, missing ones become `-`.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
 */
export function fieldOrderer(format: LogFormat): (line: string) => string {
  if (!hasFieldHeader(format)) return (line) => line;
  let order: readonly string[] | undefined;
  return (line) => {
    if (line.startsWith(FIELDS_HEADER)) {
      order = isOwnOrder(format, line) ? undefined : namesIn(line);
      return line;
    }
    if (line.startsWith("#")) return line;
    if (line.startsWith("{")) return inOwnOrder(format, jsonFields(line)) ?? line;
    if (!order) return line;
    const texts = line.split(format.separator);
    return inOwnOrder(format, new Map(order.map((name, index) => [name, texts[index] ?? NULL_TEXT]))) ?? line;
  };
}

export const hasFieldHeader = (format: LogFormat): boolean => format.separator === "\t";

/** True unless the line is a `#Fields:` header that names the fields in another order. */
export function isOwnOrder(format: LogFormat, line: string): boolean {
  if (!line.startsWith(FIELDS_HEADER)) return true;
  const own = format.fields.map(({ name }) => name);
  const named = namesIn(line);
  return (
    named.slice(0, own.length).every((name, index) => name === own[index]) &&
    named.length >= mandatoryOf(format)
  );
}

const namesIn = (header: string): readonly string[] => header.slice(FIELDS_HEADER.length).trim().split(/\s+/);
const mandatoryOf = (format: LogFormat): number => format.fields.findIndex(({ optional }) => optional);

/** @returns `undefined` if the line is no JSON object */
function jsonFields(line: string): ReadonlyMap<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? new Map(Object.entries(value).map(([name, text]) => [name, String(text)])) : undefined;
  } catch {
    return undefined;
  }
}

const inOwnOrder = (format: LogFormat, texts: ReadonlyMap<string, string> | undefined): string | undefined =>
  texts && format.fields.map(({ name }) => oneLine(texts.get(name) ?? NULL_TEXT)).join(format.separator);

/** JSON may hold what separates fields and lines; a delimited file cannot. */
const oneLine = (text: string): string => text.replaceAll(/[\t\r\n]/g, " ");
