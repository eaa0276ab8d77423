import { type Arguments, LIMITS, type Limit } from "./limits";
import { atItsLongest, type Resources } from "./longest-value";

/** @returns a sentence for each exceeded limit of AWS, with the limit, AWS's page about it, and a way out */
export function brokenLimits(resources: Resources): string[] {
  const longest: Resources = JSON.parse(JSON.stringify(resources), (_, value) =>
    typeof value === "string" ? atItsLongest(value, resources) : value,
  );
  return LIMITS.flatMap((limit) =>
    measured(limit, longest[limit.type] ?? {})
      .filter(({ size }) => size > limit.max)
      .map(({ where, size }) => sentence(limit, where, size)),
  );
}

function measured(
  { type, sizesOf, addedUpBy }: Limit,
  bodies: Readonly<Record<string, Arguments>>,
): { readonly where: string; readonly size: number }[] {
  if (addedUpBy === undefined) {
    return Object.entries(bodies).flatMap(([id, body]) =>
      sizesOf(body).map((size) => ({ where: `${type}.${id}`, size })),
    );
  }
  const sums = new Map<string, number>();
  for (const body of Object.values(bodies)) {
    const where = String(body[addedUpBy]);
    sums.set(
      where,
      sizesOf(body).reduce((sum, size) => sum + size, sums.get(where) ?? 0),
    );
  }
  return [...sums].map(([where, size]) => ({ where, size }));
}

const number = (value: number): string => value.toLocaleString("en");

const sentence = ({ what, max, unit, page, wayOut }: Limit, where: string, size: number): string =>
  `${where}: ${what}: ${number(size)} ${unit}, AWS allows ${number(max)} (${page}); ${wayOut}`;
