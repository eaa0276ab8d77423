/**
 * A step from a JSON value to values inside of it.
 *
 * - `key`: the value of an object's property
 * - `items`: all items of an array, or those whose property `key` is this text, in whatever letter case
 */
export type JsonStep = KeyStep | ItemsStep;

interface KeyStep {
  readonly kind: "key";
  readonly key: string;
}

interface ItemsStep {
  readonly kind: "items";
  readonly where?: { readonly key: string; readonly is: string };
}

/**
 * Parses the name of a field as a path: `httpRequest.clientIp`, `labels[].name`, or
 * `httpRequest.headers[name=user-agent].value`. A name without dots and brackets is one property, and the empty name the
 * object itself.
 */
export const jsonStepsOf = (path: string): readonly JsonStep[] =>
  path === ""
    ? []
    : path.split(".").flatMap((part): JsonStep[] => {
        const [, key = part, items, where, is = ""] = /^(.*?)(\[(?:(.*)=(.*))?\])$/.exec(part) ?? [];
        const property = { kind: "key" as const, key };
        if (items === undefined) return [property];
        return [property, { kind: "items", ...(where === undefined ? {} : { where: { key: where, is } }) }];
      });

/** Separator of a list's items in a column. */
export const LIST_SEPARATOR = ",";

/** Finds the text of a value; `undefined` if it has none. */
export type JsonText = (value: unknown) => string | undefined;

/** Adds the texts of a value to a list. */
type JsonTexts = (value: unknown, texts: string[]) => void;

/**
 * Makes the function that finds the text at a path; of a list, the texts of its values. Only scalar values have a text,
 * all others and missing ones are left out. Following the steps of a path again for each line takes several times as long.
 */
export function jsonTextAt(steps: readonly JsonStep[]): JsonText {
  if (steps.every(isKey)) return steps.reduceRight<JsonText>(textOfProperty, scalarText);
  const addTexts = steps.reduceRight(textsAfter, addScalar);
  return (value) => {
    const texts: string[] = [];
    addTexts(value, texts);
    return texts.length === 0 ? undefined : texts.join(LIST_SEPARATOR);
  };
}

const isKey = (step: JsonStep): step is KeyStep => step.kind === "key";

const textOfProperty =
  (rest: JsonText, { key }: KeyStep): JsonText =>
  (value) =>
    rest(propertyOf(value, key));

function textsAfter(rest: JsonTexts, step: JsonStep): JsonTexts {
  if (step.kind === "key") return (value, texts) => rest(propertyOf(value, step.key), texts);
  const { where } = step;
  const is = where?.is.toLowerCase();
  return (value, texts) => {
    if (!Array.isArray(value)) return;
    for (const item of value) {
      if (where === undefined || scalarText(propertyOf(item, where.key))?.toLowerCase() === is)
        rest(item, texts);
    }
  };
}

const scalarText: JsonText = (value) =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;

const addScalar: JsonTexts = (value, texts) => {
  const text = scalarText(value);
  if (text !== undefined) texts.push(text);
};

const propertyOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
