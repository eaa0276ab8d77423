import type { Json } from "../../terminal/rows";

// Answers computed from logged values, without SQL.

export type Values = Readonly<Record<string, Json>>;
export type Answer = readonly Values[];

/** A logged value as text; a dash for NULL. */
export const text = (value: Json | undefined): string => String(value ?? "-");
export const micros = (time: string): string => `${time}.000000Z`;

/** The values of some columns that occur together, with their rows. */
export function groups(rows: Answer, ...names: readonly string[]): [Values, Answer][] {
  const found = new Map<string, Values[]>();
  for (const row of rows) {
    const key = JSON.stringify(names.map((name) => row[name] ?? null));
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return [...found.values()].map((group) => [
    Object.fromEntries(names.map((name) => [name, group[0]?.[name] ?? null])),
    group,
  ]);
}
export const distinct = (rows: Answer, name: string): number => new Set(rows.map((row) => row[name])).size;
export const sum = (rows: Answer, name: string): number =>
  rows.reduce((total, row) => total + Number(row[name]), 0);
export const average = (rows: Answer, name: string): number => sum(rows, name) / rows.length;
const round = (value: number, digits: number): number => Number(value.toFixed(digits));
export const percent = (part: number, whole: number): number => round((100 * part) / whole, 2);
export const first = (rows: Answer): string => micros(text(rows.map(({ time }) => text(time)).sort()[0]));
export const last = (rows: Answer): string =>
  micros(
    text(
      rows
        .map(({ time }) => text(time))
        .sort()
        .at(-1),
    ),
  );
/** Sorted by columns; with a dash the largest first, NULL last. */
export const sorted = (rows: Answer, ...columns: readonly string[]): Answer =>
  [...rows].sort((a, b) => {
    for (const column of columns) {
      const name = column.replace("-", "");
      const [left = null, right = null] = [a[name], b[name]];
      if (left === right) continue;
      if (left === null || right === null) return left === null ? 1 : -1;
      return left < right === column.startsWith("-") ? 1 : -1;
    }
    return 0;
  });
export const latency = (seconds: readonly number[]) => {
  const values = [...seconds].sort((a, b) => a - b);
  const quantile = (part: number) => {
    const place = (values.length - 1) * part;
    const [low = 0, high = 0] = [values[Math.floor(place)], values[Math.ceil(place)]];
    return expect.closeTo(low + (high - low) * (place - Math.floor(place)), 3);
  };
  return {
    average: expect.closeTo(values.reduce((total, value) => total + value, 0) / values.length, 3),
    p50: quantile(0.5),
    p90: quantile(0.9),
    p95: quantile(0.95),
    p99: quantile(0.99),
    slowest: values.at(-1) ?? null,
  };
};
