import { exactCube, type Sum, sumBy } from "../cube";
import { type Cube, type CubeColumn, type DimensionId, type Domain, type TableReport, VALUE } from "../model";
import { decodedTexts } from "./decoded";
import { averageOf, type Figures, figures, figuresOf, isMeasured } from "./figures";
import { missingOf } from "./missing";
import { type Column, OTHER, type Panel, type Row } from "./panel";
import { groupSql, hasErrorRate, ownColumns } from "./panel-sql";
import { applied, type State } from "./state";
import type { Value } from "./text";

/** What each row counts. */
interface TrafficColumn extends Column {
  /** @param whole the requests of all rows */
  readonly of: (row: Figures, whole: number) => Value;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);

const ERROR_RATE: TrafficColumn = {
  label: "5xx %",
  kind: "percent",
  of: ({ serverErrors, requests }) => share(serverErrors, requests),
};

const TRAFFIC: readonly TrafficColumn[] = [
  { label: "Requests", kind: "count", of: ({ requests }) => requests },
  { label: "Share", kind: "percent", of: ({ requests }, whole) => share(requests, whole) },
  { label: "4xx", kind: "count", of: ({ clientErrors }) => clientErrors },
  { label: "5xx", kind: "count", of: ({ serverErrors }) => serverErrors },
  ERROR_RATE,
  { label: "Sent", kind: "bytes", of: ({ sent }) => sent },
];

const trafficOf = (domain: Domain): readonly TrafficColumn[] =>
  hasErrorRate(domain) ? TRAFFIC : TRAFFIC.filter((column) => column !== ERROR_RATE);

const AVERAGE: Column = { label: "Average", kind: "milliseconds" };

/** One row for each value of a dimension; its own filter marks rows instead of hiding them. */
export function dimensionPanel(
  table: TableReport,
  state: State,
  domain: Domain<DimensionId>,
  timeZone: string,
): Panel {
  const { id, label, values } = domain;
  const asked = applied(table, state, id);
  const { selection, unknown, isFiltered } = asked;
  const [hasOwnErrors, hasCache] = [isMeasured(table, "own_errors"), isMeasured(table, "hits")];
  const traffic = trafficOf(domain);
  const own: Column[] = [
    ...(hasOwnErrors ? [{ label: "ELB 5xx", kind: "count" } as const] : []),
    ...(hasCache
      ? [{ label: "Hits", kind: "percent" } as const, { label: "Misses", kind: "count" } as const]
      : []),
    AVERAGE,
  ];
  const panel = {
    id: `${table.format}-${id}`,
    title: label,
    dimension: id,
    notes: notesOf(domain, isFiltered),
    columns: [{ label, kind: "text" } as const, ...traffic, ...own],
    ...notFoundIn(domain),
    sql: groupSql(table, state, domain, ownColumns(table)),
  };
  const needed: CubeColumn[] = [id, "status"];
  const cube = unknown.length > 0 ? undefined : exactCube(table.cubes, needed, selection);
  if (!cube)
    return {
      ...panel,
      rows: [],
      ...missingOf(table, asked, table.cubes, needed, timeZone),
    };
  const groups = [...groupBy(sumBy(cube, selection, needed))].map(
    ([code, sums]) => [code, figuresOf(table, cube, sums)] as const,
  );
  const whole = groups.reduce((total, [, { requests }]) => total + requests, 0);
  const chosen = state.filters.get(id);
  const rows = groups.map(([code, sums]): Row => {
    const value = values[code - 1];
    const cells = [
      value ?? OTHER,
      ...traffic.map((column) => column.of(sums, whole)),
      ...(hasOwnErrors ? [sums.ownErrors] : []),
      ...(hasCache ? [sums.hitPercent, sums.misses] : []),
      averageOf(sums),
    ];
    return value === undefined
      ? { cells }
      : { cells, filter: value, isChosen: chosen?.includes(value) ?? false };
  });
  return { ...panel, rows: byRequests(rows) };
}

const DECODED = "Percent-encoded characters are decoded here, and not in the rows of the SQL.";

/** One row for each value of a list. */
export function listPanel(
  table: TableReport,
  state: State,
  domain: Domain,
  cubes: readonly Cube[],
  timeZone: string,
): Panel {
  const asked = applied(table, state);
  const { selection, unknown, isFiltered } = asked;
  const textOf = domain.isEncoded ? decodedTexts(domain.values) : (value: string) => value;
  const traffic = trafficOf(domain);
  const panel = {
    id: `${table.format}-${domain.id}`,
    title: domain.label,
    notes: [
      ...notesOf(domain, isFiltered),
      ...leftOut(domain, state),
      ...(domain.values.some((value) => textOf(value) !== value) ? [DECODED] : []),
    ],
    columns: [{ label: domain.label, kind: "text" } as const, ...traffic, AVERAGE],
    ...notFoundIn(domain),
    sql: groupSql(table, state, domain),
  };
  const needed: CubeColumn[] = [VALUE, "status"];
  const cube = unknown.length > 0 ? undefined : exactCube(cubes, needed, selection);
  const all = figures(table, state, domain.within);
  if (!cube || !all)
    return {
      ...panel,
      rows: [],
      ...missingOf(table, asked, all ? cubes : [], needed, timeZone),
    };
  const listed = [...groupBy(sumBy(cube, selection, needed))]
    .map(([code, sums]) => [domain.values[code - 1] ?? "", figuresOf(table, cube, sums)] as const)
    // The requests that the list is not about.
    .filter(([value]) => !(domain.within && value === ""));
  const left = (figure: (sums: Figures) => number) =>
    listed.reduce((rest, [, sums]) => rest - figure(sums), figure(all));
  const rest = {
    ...all,
    requests: left(({ requests }) => requests),
    clientErrors: left(({ clientErrors }) => clientErrors),
    serverErrors: left(({ serverErrors }) => serverErrors),
    sent: left(({ sent }) => sent),
    milliseconds: left(({ milliseconds }) => milliseconds),
    timed: left(({ timed }) => timed),
  };
  const rowOf = (value: string, sums: Figures): Row => ({
    cells: [value, ...traffic.map((column) => column.of(sums, all.requests)), averageOf(sums)],
  });
  const rows = listed.map(([value, sums]) => rowOf(textOf(value), sums));
  if (rest.requests > 0) rows.push(rowOf(OTHER, rest));
  return { ...panel, rows: byRequests(rows) };
}

const groupBy = (sums: readonly Sum[]): Map<number, Sum[]> => {
  const groups = new Map<number, Sum[]>();
  for (const sum of sums) groups.set(sum.codes[0] ?? 0, [...(groups.get(sum.codes[0] ?? 0) ?? []), sum]);
  return groups;
};

/** Most requests first, "(other)" last. */
const byRequests = (rows: readonly Row[]): Row[] =>
  [...rows].sort(
    (a, b) =>
      Number(a.cells[0] === OTHER) - Number(b.cells[0] === OTHER) || Number(b.cells[1]) - Number(a.cells[1]),
  );

const notesOf = ({ values, distinct, note, within }: Domain, isFiltered: boolean): string[] => [
  ...(note ? [note] : []),
  ...(within ? [`Shares are of ${within.value}.`] : []),
  ...(distinct > values.length
    ? [
        `${values.length} of ${distinct.toLocaleString("en-US")} values: those with the most requests, and those with the most errors, of the whole report. The others are added up as ${OTHER}.`,
        ...(isFiltered
          ? [`With filters, a value in ${OTHER} can have more than these: the SQL ranks all.`]
          : []),
      ]
    : []),
];

/** Says why a list has no row if a filter leaves out the kind of requests that it is about. */
const leftOut = ({ within }: Domain, { filters }: State): string[] => {
  const chosen = within && filters.get(within.dimension);
  return !chosen || chosen.includes(within.value)
    ? []
    : [`Only ${chosen.join(" and ")} are chosen: no request of ${within.value} is left.`];
};

/** The page has not all values, so that a search cannot find them. */
const notFoundIn = ({ values, distinct }: Domain): Pick<Panel, "notFound"> =>
  distinct > values.length
    ? {
        notFound: `Not among the values listed: the page has ${values.length} of ${distinct.toLocaleString("en-US")}. Its SQL, without LIMIT, has all.`,
      }
    : {};
