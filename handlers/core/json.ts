import * as z from "zod/mini";

/** The value of a JSON text; `undefined` if it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value of a JSON text, parsed by the schema; `undefined` if it is not JSON or does not match. */
export function jsonAs<Schema extends z.ZodMiniType>(
  schema: Schema,
  text: string,
): z.output<Schema> | undefined {
  return z.safeParse(schema, jsonOf(text)).data;
}
