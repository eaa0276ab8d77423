/**
 * A step from a JSON value to values inside of it.
 *
 * - `key`: the value of an object's property
 * - `items`: all items of an array, or those whose property `key` is this text, in whatever letter case
 */
export type JsonStep =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "items"; readonly where?: { readonly key: string; readonly is: string } };

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

/** True if a path leads to a list of values. */
export const isList = (steps: readonly JsonStep[]): boolean => steps.some(({ kind }) => kind === "items");

/**
 * The text of the value at a path; of a list, the texts of its values. Only scalar values have a text, all others and
 * missing ones are left out.
 *
 * @returns `undefined` if there is no value
 */
export function jsonTextAt(value: unknown, steps: readonly JsonStep[]): string | undefined {
  const texts = scalarsAt(value, steps);
  return texts.length === 0 ? undefined : texts.join(LIST_SEPARATOR);
}

function scalarsAt(value: unknown, [step, ...rest]: readonly JsonStep[]): readonly string[] {
  if (step === undefined) return isScalar(value) ? [String(value)] : [];
  if (step.kind === "key") return scalarsAt(propertyOf(value, step.key), rest);
  const { where } = step;
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items
    .filter((item) => where === undefined || hasText(propertyOf(item, where.key), where.is))
    .flatMap((item) => scalarsAt(item, rest));
}

const isScalar = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

const hasText = (value: unknown, text: string): boolean =>
  isScalar(value) && String(value).toLowerCase() === text.toLowerCase();

const propertyOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
