import type * as z from "zod";

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a string, in "quotes"',
  number: "a number",
  int: "a whole number",
  boolean: "true or false, without quotes",
  array: "a list",
  object: "an object",
  record: "an object",
};

type Issue = Parameters<NonNullable<z.core.ParseContext<z.core.$ZodIssue>["error"]>>[0];

/** The expected value of an option, if the schema has no message for it. */
export function messageOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "must be set"
        : `must be ${NOUNS[String(issue.expected)] ?? issue.expected}`;
    case "invalid_value":
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "invalid_union":
      return issue.discriminator === undefined ? undefined : `must have a known "${issue.discriminator}"`;
    case "too_small":
      return `must ${quantity("at least", Number(issue.minimum), String(issue.origin))}`;
    case "too_big":
      return `must ${quantity("at most", Number(issue.maximum), String(issue.origin))}`;
    case "invalid_key":
      return `its name ${issue.issues.map(({ message }) => message).join(" and ")}`;
    default:
      return undefined;
  }
}

const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ["character", "characters"],
  array: ["item", "items"],
};

function quantity(bound: string, limit: number, origin: string): string {
  const unit = UNITS[origin];
  return unit ? `have ${bound} ${limit} ${unit[limit === 1 ? 0 : 1]}` : `be ${bound} ${limit}`;
}

const MAX_SHOWN = 80;

/** The given value, shortened for messages. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  if (text.length <= MAX_SHOWN) return text;
  return Array.isArray(value) ? `${value.length} items` : `${text.slice(0, MAX_SHOWN)}...`;
}
