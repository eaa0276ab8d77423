import type { z } from "zod";
import { settingsJsonSchema } from "../settings/schema";

type Schema = z.core.JSONSchema.JSONSchema;

/** What the schema says of an option, which ends with its default if it has one. */
const DESCRIPTION = /^(?<meaning>.*?)(?:\. Default: (?<fallback>.*))?$/s;
/** An option for editors alone. */
const OF_EDITORS = "$schema";

/** Every option of `access-logs.json`: what it means, and its default. */
export const settingsTable = (): string =>
  [["setting", "meaning", "default"], ["---", "---", "---"], ...rowsOf("", settingsJsonSchema())]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

/** A row for each option, followed by those of the options within it. */
const rowsOf = (prefix: string, { properties = {}, required = [] }: Schema): readonly string[][] =>
  Object.entries(properties).flatMap(([key, option]) => {
    if (key === OF_EDITORS || typeof option === "boolean") return [];
    const name = `${prefix}${key}`;
    const { meaning = "", fallback = "" } = DESCRIPTION.exec(option.description ?? "")?.groups ?? {};
    return [
      [`\`${name}\``, meaning + typesOf(option), required.includes(key) ? "**required**" : fallback],
      ...rowsOf(`${name}.`, option),
      ...(isSchema(option.items) ? rowsOf(`${name}[].`, option.items) : []),
    ];
  });

/** The values of `type` that tell the forms of an option apart. */
function typesOf({ oneOf = [] }: Schema): string {
  const types = oneOf.flatMap((form) => {
    const type = isSchema(form) ? form.properties?.type : undefined;
    return isSchema(type) && typeof type.const === "string" ? [`\`${type.const}\``] : [];
  });
  return types.length > 0 ? `, by its \`type\`: ${types.join(", ")}` : "";
}

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;
