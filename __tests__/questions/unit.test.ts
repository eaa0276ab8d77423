import { QUESTIONS } from "../../questions";
import { columnUnit } from "../../questions/unit";

it.each([
  ["bytes_sent", "bytes"],
  ["bytes_per_day", "bytes"],
  ["p90_before", "seconds"],
  ["average", "seconds"],
  ["time_to_first_byte", "seconds"],
  ["byte_hit_percent", undefined],
  ["request_creation_time", undefined],
  ["requests", undefined],
])("the unit of the column %s is %s", (column, unit) => {
  expect(columnUnit(column)).toBe(unit);
});

it("sums and quantiles of all questions have a unit", () => {
  const aliases = QUESTIONS.flatMap(({ sql }) => [
    ...sql.matchAll(/(?:approx_percentile\([^\n]*|sum\(\w*bytes\)) AS (\w+)/g),
  ]).map(([, alias = ""]) => alias);
  expect(aliases.length).toBeGreaterThan(20);
  expect(aliases.filter((alias) => columnUnit(alias) === undefined)).toEqual([]);
});
