import { type JsonStep, LIST_SEPARATOR } from "../json-path";
import { sqlString } from "./sql-text";

/**
 * SQL of the text at a path, as `jsonTextAt` finds it; NULL or empty if the object has no text there.
 *
 * @param value SQL of a JSON value
 */
export const renderTextAt = (value: string, steps: readonly JsonStep[]): string =>
  steps.some(({ kind }) => kind === "items")
    ? `array_join(${textsAt(value, steps, 0)}, ${sqlString(LIST_SEPARATOR)})`
    : scalarAt(value, steps);

/** SQL of an array of texts; some may be NULL. @param depth number of the lambda's variable */
function textsAt(value: string, steps: readonly JsonStep[], depth: number): string {
  const at = steps.findIndex(({ kind }) => kind === "items");
  const step = steps[at];
  if (step?.kind !== "items") throw new Error("the path leads to no list");
  const item = `item${depth}`;
  const list = `TRY(CAST(${at === 0 ? value : `json_extract(${value}, ${pathOf(steps.slice(0, at))})`} AS array(json)))`;
  const { where } = step;
  const items =
    where === undefined
      ? list
      : `filter(${list}, ${item} -> lower(${scalarAt(item, [{ kind: "key", key: where.key }])}) = ${sqlString(where.is.toLowerCase())})`;
  const rest = steps.slice(at + 1);
  return rest.some(({ kind }) => kind === "items")
    ? `flatten(transform(${items}, ${item} -> ${textsAt(item, rest, depth + 1)}))`
    : `transform(${items}, ${item} -> ${scalarAt(item, rest)})`;
}

const scalarAt = (value: string, keys: readonly JsonStep[]): string =>
  `json_extract_scalar(${value}, ${pathOf(keys)})`;

/** @throws Error for a step that is not a key, or a key that needs quotes */
const pathOf = (keys: readonly JsonStep[]): string =>
  sqlString(
    `$${keys
      .map((step) => {
        if (step.kind !== "key" || !/^[A-Za-z]\w*$/.test(step.key))
          throw new Error(`no key in a path of SQL: ${JSON.stringify(step)}`);
        return `.${step.key}`;
      })
      .join("")}`,
  );
