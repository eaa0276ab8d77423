import * as z from "zod/mini";

/** The value of a JSON text; `undefined` if it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True for what JSON calls an object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value of a JSON text as the schema has it; `undefined` if the text is not JSON, or of another shape. */
export function jsonAs<Schema extends z.ZodMiniType>(
  schema: Schema,
  text: string,
): z.output<Schema> | undefined {
  return z.safeParse(schema, jsonOf(text)).data;
}

/** What is wrong with a value, each with its place: `sources.0.name: expected string`. @param inside place of the value */
export const problemsOf = ({ issues }: z.core.$ZodError, inside = ""): string =>
  issues.map((issue) => [...placeOf(issue, inside), problemOf(issue)].join(": ")).join("; ");

function placeOf({ path }: z.core.$ZodIssue, inside: string): string[] {
  const place = [...(inside === "" ? [] : [inside]), ...path].join(".");
  return place === "" ? [] : [place];
}

/** The small edition of the library has no texts of its own. */
function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `expected ${issue.expected}`;
  if (issue.code === "invalid_value") return `expected ${issue.values.join(" or ")}`;
  return issue.message;
}
