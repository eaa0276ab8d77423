import type { TableRow } from "./table-rows";

/** A column that Athena computes approximately: `approx_percentile(x, 0.95) AS p95`. */
const QUANTILE = /approx_percentile\(((?:[^()]|\([^()]*\))*), (0?\.\d+|\de-?\d+)\)[^\n]*? AS (\w+)/g;
/** How far an approximate quantile may be from the exact one. */
const TOLERANCE = 0.02;
const SIGNIFICANT_DIGITS = 12;

const approximateColumns = (sql: string): ReadonlySet<string> =>
  new Set([...sql.matchAll(QUANTILE)].map(([, , , name = ""]) => name));

/** The part of an answer that is exact, in its order. Sums of fractions depend on the order of what they add. */
export function exactly(sql: string, rows: readonly TableRow[]): TableRow[] {
  const approximate = approximateColumns(sql);
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([name]) => !approximate.has(name))
        .map(([name, value]) => [
          name,
          typeof value === "number" ? Number(value.toPrecision(SIGNIFICANT_DIGITS)) : value,
        ]),
    ),
  );
}

/**
 * Quantiles that are not between those of the parts 2 percent below and above, plus or minus 2 percent of the value.
 *
 * @param ask answers SQL with exact quantiles
 */
export async function approximately(
  sql: string,
  rows: readonly TableRow[],
  ask: (sql: string) => Promise<TableRow[]>,
): Promise<string[]> {
  const columns = [...approximateColumns(sql)];
  if (columns.length === 0) return [];
  const at = (shift: number) =>
    sql.replaceAll(QUANTILE, (call, value: string, part: string) => {
      const shifted = Math.min(1, Math.max(0, Number(part) + shift));
      return call.replace(`approx_percentile(${value}, ${part})`, `quantile_disc(${value}, ${shifted})`);
    });
  const [low, high] = [await ask(at(-TOLERANCE)), await ask(at(TOLERANCE))];
  return rows.flatMap((row, index) =>
    columns.flatMap((name) => {
      const [value, least, most] = [row[name], low[index]?.[name], high[index]?.[name]].map(numberOrNull);
      if (value === undefined || least === undefined || most === undefined) return [`${name} is no number`];
      if (value === null || least === null || most === null)
        return value === least ? [] : [`row ${index}: ${name}`];
      const isWithin = value >= least * (1 - TOLERANCE) && value <= most * (1 + TOLERANCE);
      return isWithin ? [] : [`row ${index}: ${name} is ${value}, not between ${least} and ${most}`];
    }),
  );
}

const numberOrNull = (value: unknown): number | null | undefined =>
  value === null || value === undefined ? null : typeof value === "number" ? value : undefined;
