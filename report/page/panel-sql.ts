import { sqlString, sqlTimestamp } from "../../formats/render/sql-text";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../formats/time";
import { type DimensionId, type Domain, MAX_VALUE, QUANTILES, type TableReport } from "../model";
import { applied, type State } from "./state";

/** The quantiles of the times as columns. */
export const quantileColumns = ({ seconds }: TableReport): string =>
  QUANTILES.map((part) => `approx_percentile(${seconds}, ${part}) AS p${part * 100}`).join(", ");

const UNITS = new Map([
  [MINUTE_MS, "minute"],
  [HOUR_MS, "hour"],
  [DAY_MS, "day"],
]);

/** The time in UTC at which the step of a request begins. @param stepMs length of the steps, which begin with the report's range */
export function stepSql({ from }: TableReport, stepMs: number): string {
  const unit = UNITS.get(stepMs);
  if (unit !== undefined && from % stepMs === 0) return `date_trunc('${unit}', time)`;
  const [start, seconds] = [sqlTimestamp(from), stepMs / 1000];
  return `${start} + CAST(floor(date_diff('second', ${start}, time) / ${seconds}) AS bigint) * INTERVAL '${seconds}' SECOND`;
}

/** The expression of the status class. */
export const statusSql = (table: TableReport): string =>
  table.dimensions.find(({ id }) => id === "status")?.sql ?? "''";

/** The bytes of a group's responses. */
export const sentColumn = ({ kept }: TableReport): string => `sum(${kept.sent}) AS bytes_sent`;

/** What the cache did for a group; nothing for a format without a cache. */
export const cacheColumns = ({ kept: { hits, cacheable } }: TableReport): string[] =>
  hits === undefined
    ? []
    : [
        `100e0 * sum(${hits}) / nullif(sum(${cacheable}), 0) AS hit_percent`,
        `sum(${cacheable}) - sum(${hits}) AS misses`,
      ];

/** The columns of a dimension's groups that their format has. */
export const ownColumns = (table: TableReport): string[] => [
  sentColumn(table),
  ...(table.kept.own_errors === undefined ? [] : [`sum(${table.kept.own_errors}) AS elb_5xx`]),
  ...cacheColumns(table),
];

/** False if all requests of a value have the same status. */
export const hasErrorRate = ({ id }: Domain): boolean => id !== "status" && id !== "code";

/** The values of a dimension or list with the most requests. @param sums further columns of each */
export function groupSql(
  table: TableReport,
  state: State,
  domain: Domain,
  sums: readonly string[] = [sentColumn(table)],
): string {
  const { id, sql, within: only } = domain;
  const ofClass = (status: string) => `count(CASE WHEN ${statusSql(table)} = '${status}' THEN 1 END)`;
  const traffic = [
    "count(*) AS requests",
    ...["4xx", "5xx"].map((status) => `${ofClass(status)} AS "${status}"`),
    ...(hasErrorRate(domain) ? [`1e2 * ${ofClass("5xx")} / count(*) AS "5xx_percent"`] : []),
  ];
  return `SELECT ${sql} AS ${id}, ${traffic.join(", ")},
  ${[...sums, `avg(CASE WHEN ${table.seconds} >= 0 THEN ${table.seconds} END) AS average_seconds`].join(", ")}
FROM ${table.table}
WHERE ${[condition(table, state, id), ...(only ? isOneOf(table, only.dimension, [only.value]) : [])].join("\n  AND ")}
GROUP BY 1
ORDER BY 2 DESC
LIMIT 100`;
}

/** The range of the report and the filters as a condition; a dimension's own filter is left out, as in its panel. */
export function condition(table: TableReport, state: State, without?: string): string {
  const { filters } = state;
  const { counted } = applied(table, state);
  const chosen = [...filters].flatMap(([id, values]) => (id === without ? [] : isOneOf(table, id, values)));
  const between = counted
    ? [`time >= ${sqlTimestamp(counted.from)}`, `time < ${sqlTimestamp(counted.until)}`]
    : [];
  return [table.range, ...between, ...chosen].join("\n  AND ");
}

/** Nothing for a dimension that the table does not have. */
function isOneOf({ dimensions }: TableReport, wanted: DimensionId, values: readonly string[]): string[] {
  const isCut = values.some(({ length }) => length >= MAX_VALUE);
  return dimensions
    .filter(({ id }) => id === wanted)
    .map(({ sql }) => `coalesce(${sql}, '')`)
    .map(
      (text) =>
        `${isCut ? `substr(${text}, 1, ${MAX_VALUE})` : text} IN (${values.map(sqlString).join(", ")})`,
    );
}
