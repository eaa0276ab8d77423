import { type JsonStep, jsonStepsOf } from "../formats/json-path";
import { fieldsByName, type LogFormat } from "../formats/log-format";
import type { JsonName } from "./parquet/row-source";

type Name = { -readonly [Key in keyof JsonName]: JsonName[Key] };

/** The tree of the names that a format's fields have in JSON objects. */
export function jsonNames(format: LogFormat): readonly JsonName[] {
  const whole: Name = {
    parent: 0,
    kind: "whole",
    text: "",
    field: undefined,
    isInList: false,
    isProof: false,
  };
  const names = [whole];
  if (!format.json) return names;
  const nameIn = (parent: number, kind: JsonName["kind"], text: string): number => {
    const known = names.findIndex(
      (name) => name.parent === parent && name.kind === kind && name.text === text,
    );
    if (known > 0) return known;
    const isInList = kind === "items" || names[parent]?.isInList === true;
    return names.push({ ...whole, parent, kind, text, isInList }) - 1;
  };
  const nameAfter = (parent: number, step: JsonStep): number => {
    if (step.kind === "key") return nameIn(parent, "member", step.key);
    if (!step.where) return nameIn(parent, "items", "");
    return nameIn(nameIn(parent, "items", step.where.key), "choice", step.where.is.toLowerCase());
  };
  const add = (path: string, field: number, isProof: boolean): void => {
    const name = names[jsonStepsOf(path).reduce(nameAfter, 0)];
    if (name) Object.assign(name, { field, isProof });
  };
  const own = new Set(format.fields.map(({ name }) => name));
  for (const [field, { name, otherName }] of fieldsByName(format).entries()) {
    const { header } = format;
    add(name, field, !header || (own.has(name) && !header.sharedFields.includes(name)));
    if (otherName !== undefined) add(otherName, field, !header);
  }
  return names;
}
