import type { z } from "zod";
import { settingsJsonSchema } from "../settings/schema";

type Schema = z.core.JSONSchema.JSONSchema;

/** The schema's description of an option, which ends with the default if there is one. */
const DESCRIPTION = /^(?<meaning>.*?)(?:\. Default: (?<fallback>.*))?$/s;
/** An option only for editors. */
const OF_EDITORS = "$schema";

/** Every option of `access-logs.json`: its meaning and its default. */
export const settingsTable = (): string =>
  [["setting", "meaning", "default"], ["---", "---", "---"], ...rowsOf("", settingsJsonSchema())]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

/** A row for each option, followed by rows for the options in it. */
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

/** The values of `type` that distinguish the forms of an option. */
function typesOf({ oneOf = [] }: Schema): string {
  const types = oneOf.flatMap((form) => {
    const type = isSchema(form) ? form.properties?.type : undefined;
    return isSchema(type) && typeof type.const === "string" ? [`\`${type.const}\``] : [];
  });
  return types.length > 0 ? `, by its \`type\`: ${types.join(", ")}` : "";
}

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;
