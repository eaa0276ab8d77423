import { type JsonStep, jsonStepsOf, LIST_SEPARATOR } from "../../formats/json-path";

type JsonObject = { [key: string]: unknown };

/** A JSON object with these texts at these paths. A list of all items has one item for each part of its text. */
export function jsonLine(texts: readonly (readonly [path: string, text: string])[]): string {
  const object: JsonObject = {};
  for (const [path, text] of texts) setAt(object, jsonStepsOf(path), text);
  return JSON.stringify(object);
}

function setAt(object: JsonObject, [step, ...rest]: readonly JsonStep[], text: string): void {
  if (step?.kind !== "key") throw new Error("a path begins with a property");
  const [items] = rest;
  if (items?.kind !== "items") {
    if (rest.length === 0) object[step.key] = jsonValue(text);
    else setAt(objectIn(object, step.key), rest, text);
    return;
  }
  object[step.key] ??= [];
  const list = object[step.key] as unknown[];
  const inner = rest.slice(1);
  const { where } = items;
  if (where) {
    const item: JsonObject = { [where.key]: where.is };
    list.push(item);
    setAt(item, inner, text);
    return;
  }
  for (const [index, part] of text.split(LIST_SEPARATOR).entries()) {
    if (inner.length === 0) list[index] = part;
    else {
      list[index] ??= {};
      setAt(list[index] as JsonObject, inner, part);
    }
  }
}

function objectIn(object: JsonObject, key: string): JsonObject {
  object[key] ??= {};
  return object[key] as JsonObject;
}

/** AWS writes whole numbers without quotes. */
const jsonValue = (text: string): string | number =>
  /^-?[0-9]+$/.test(text) && String(Number(text)) === text ? Number(text) : text;
