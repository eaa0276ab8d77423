import * as z from "zod/mini";

/** The value of a JSON text; `undefined` if it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value of a JSON text as the schema has it; `undefined` if the text is not JSON, or of another shape. */
export function jsonAs<Schema extends z.ZodMiniType>(
  schema: Schema,
  text: string,
): z.output<Schema> | undefined {
  return z.safeParse(schema, jsonOf(text)).data;
}
