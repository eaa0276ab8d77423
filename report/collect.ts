import { FORMATS } from "../formats";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../formats/time";
import type { Range } from "../questions/range";
import { rangeCondition } from "../questions/render";
import type { Json } from "../terminal/rows";
import { measureOf, sumBy } from "./cube";
import type { ReportEngine } from "./engine";
import {
  type Before,
  type Cube,
  type CubeColumn,
  type CubeShape,
  type DetailRows,
  type DimensionId,
  type Domain,
  MAX_VALUE,
  type MeasureId,
  type SlowPath,
  type TableReport,
  TIME,
  type Totals,
  type Unread,
  VALUE,
} from "./model";
import {
  BASE,
  baseSql,
  CODED,
  COUNTS,
  codedSql,
  codesName,
  codesSql,
  countsSql,
  cubeSql,
  domainName,
  domainSql,
  extentSql,
  HOURS_SQL,
  lengthsSql,
  listSql,
  Packing,
  type Packings,
  QUANTILES_SQL,
  type Source,
  SUMS,
  slotClientsSql,
  slotSql,
  slowestSql,
  sourceSql,
  sourcesOf,
  sumsSql,
  tableOf,
  totalSql,
  unparsedLinesSql,
  unparsedSql,
} from "./sql";
import { type Dimension, type Listed, SUBJECTS, type Subject } from "./subject";
import { hourOfWeek } from "./zone";

/** What a report is about. */
export interface Asked {
  /** `undefined`: all rows. */
  readonly range: Range | undefined;
  readonly timeZone: string;
  /** Only this table. */
  readonly table?: string;
}

/** Lengths of a slot: the smallest with at most `MAX_SLOTS` of them is used. */
const SLOTS_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  DAY_MS,
  7 * DAY_MS,
  28 * DAY_MS,
  364 * DAY_MS,
];
const MAX_SLOTS = 192;
/** Rows of a cube; about seven bytes each on the page. */
const MAX_SINGLE_ROWS = 6_000;
const MAX_JOINED_ROWS = 16_000;
const MAX_WHOLE_ROWS = 8_000;
const MAX_LIST_ROWS = 2_500;
/** Dimensions that every cube has. */
const ALWAYS: readonly DimensionId[] = ["status", "traffic"];

/** Tables that a report can have. */
export const REPORTED_TABLES: readonly string[] = SUBJECTS.map(tableOf);

/** Counts what the report shows; tables without rows in the range are left out. */
export async function collect(
  engine: ReportEngine,
  asked: Asked,
  onProgress: (what: string) => void = () => undefined,
): Promise<readonly TableReport[]> {
  const tables: TableReport[] = [];
  for (const subject of SUBJECTS) {
    if (asked.table !== undefined && asked.table !== tableOf(subject)) continue;
    const table = await collectTable(engine, subject, asked, (what) =>
      onProgress(`${tableOf(subject)}: ${what}`),
    );
    if (table) tables.push(table);
  }
  return tables;
}

async function collectTable(
  engine: ReportEngine,
  subject: Subject,
  { range: askedRange, timeZone }: Asked,
  onProgress: (what: string) => void,
): Promise<TableReport | undefined> {
  onProgress("range");
  const extent = await extentOf(engine, subject, askedRange);
  if (extent === undefined) return undefined;
  const { range, slotMs } = extent;
  const slot = slotSql(range.from, slotMs);
  const sources = sourcesOf(subject);
  const domains = new Map<string, Domain>();
  onProgress("first pass");
  await engine.keep(COUNTS, countsSql(subject, range, sources));
  for (const source of sources) {
    await engine.keep(source.name, sourceSql(source));
    for (const one of source.dimensions) domains.set(one.id, await domainOf(engine, source, one));
  }
  const dimensions = subject.dimensions.flatMap(({ id }) => (domains.get(id) ?? []) as Domain<DimensionId>);
  const lists = subject.lists.flatMap(({ id }) => domains.get(id) ?? []);
  const packings = {
    dimensions: new Packing("dimensions", dimensions.map(sized)),
    lists: new Packing("lists", lists.map(sized)),
  };
  for (const source of sources) await engine.keep(codesName(source), codesSql(source, packings));
  onProgress("second pass");
  await engine.keep(CODED, codedSql(subject, range, slot, sources, packings));
  onProgress("sums");
  const slots = Math.ceil((range.until - range.from) / slotMs);
  const cubes = await mainCubes(engine, subject, slots, packings);
  const listCubes: Cube[][] = [];
  for (const { id } of lists) listCubes.push(await listCubesOf(engine, subject, id, slots, packings));
  onProgress("quantiles");
  const quantiles = await engine.rows(QUANTILES_SQL);
  const whole = quantiles.find(([at]) => at === null) ?? [];
  const bySlot = new Map(quantiles.map((row) => [row[0], row]));
  const clients = await engine.rows(slotClientsSql(subject, range, slot));
  const week = await weekOf(engine, range, timeZone);
  onProgress("details");
  return {
    format: subject.format,
    table: tableOf(subject),
    title: FORMATS[subject.format].title,
    from: range.from,
    until: range.until,
    slotMs,
    range: rangeCondition(range),
    seconds: subject.words.seconds,
    secondsDoc: subject.words.secondsDoc,
    dimensions,
    lists,
    cubes,
    listCubes,
    week,
    totals: {
      ...sumsOf(cubes, domains.get("status")?.values ?? []),
      clients: domains.get("client")?.distinct ?? 0,
      ...quantilesOf(whole),
    },
    before: askedRange === undefined ? null : await beforeOf(engine, subject, range),
    slots: clients.map(([at, count]) => ({
      slot: numberOf(at),
      clients: numberOf(count),
      ...quantilesOf(bySlot.get(numberOf(at)) ?? []),
    })),
    slowest: await slowestOf(engine, packings, domains.get("path")?.values ?? []),
    details: await detailsOf(engine, subject, range),
    unread: await unreadOf(engine, subject),
  };
}

const sized = ({ id, values }: Domain): readonly [string, number] => [id, values.length];

const numberOf = (value: Json | undefined): number => Number(value ?? 0);

const numberOrNull = (value: Json | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

/** The range of the report: the asked one, or that of the rows, in whole slots. */
async function extentOf(
  engine: ReportEngine,
  subject: Subject,
  asked: Range | undefined,
): Promise<{ readonly range: Range; readonly slotMs: number } | undefined> {
  const everything = { from: 0, until: Date.UTC(10_000, 0, 1) };
  const [row = []] = await engine.rows(extentSql(subject, asked ?? everything));
  if (numberOf(row[0]) === 0) return undefined;
  const first = Date.parse(String(row[1]));
  const last = Date.parse(String(row[2]));
  const from = asked?.from ?? first;
  const until = Math.min(asked?.until ?? last + 1, last + 1);
  const slotMs = SLOTS_MS.find((length) => Math.ceil((until - from) / length) <= MAX_SLOTS) ?? 364 * DAY_MS;
  const start = Math.floor(from / Math.min(slotMs, DAY_MS)) * Math.min(slotMs, DAY_MS);
  if (asked !== undefined)
    return { range: { from: asked.from, until: Math.min(asked.until, ceil(until, slotMs)) }, slotMs };
  return { range: { from: start, until: start + ceil(until - start, slotMs) }, slotMs };
}

const ceil = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

async function domainOf(engine: ReportEngine, source: Source, one: Dimension | Listed): Promise<Domain> {
  await engine.keep(domainName(one), domainSql(source, one));
  const rows = await engine.rows(`SELECT value, different FROM ${domainName(one)} ORDER BY code`);
  const { id, label, sql } = one;
  const { note, within } = one as Listed;
  return {
    id,
    label,
    sql,
    values: rows.map(([value]) => String(value)),
    distinct: numberOf(rows[0]?.[1]),
    ...(note === undefined ? {} : { note }),
    ...(within === undefined ? {} : { within }),
  };
}

/** Measures of lists: fewer, as there are many lists. */
const LIST_MEASURES: readonly MeasureId[] = ["requests", "sent"];
const NO_CAPS = {};
/** Numbers of slots that are tried for a cube. */
const MERGED_SLOTS = [1, 2, 4, 8, 16];

/** The first shape whose cube has no more rows than allowed. @param from the kept sums that it is made of */
async function firstThatFits(
  engine: ReportEngine,
  from: string,
  measures: readonly MeasureId[],
  shapes: readonly CubeShape[],
  rows: number,
): Promise<Cube[]> {
  const lengths = await engine.rows(lengthsSql(from, shapes));
  const shape = shapes.find((_, index) => numberOf(lengths[index]?.[1]) <= rows);
  if (!shape) return [];
  const read = await engine.rows(cubeSql(from, shape, measures));
  return [{ ...shape, measures, length: read.length, columns: columnsOf(read) }];
}

const columnsOf = (rows: readonly (readonly Json[])[]): Float64Array[] =>
  (rows[0] ?? []).map((_, index) => Float64Array.from(rows, (row) => Number(row[index])));

/** The same keys in longer and longer slots. */
const slotShapes = (keys: readonly CubeColumn[], slots: number): CubeShape[] =>
  MERGED_SLOTS.filter((merged) => merged === 1 || merged < slots).map((merged) => ({
    keys,
    slots: merged,
    caps: NO_CAPS,
  }));

/** The first keys, and fewer and fewer of the others. */
const keyShapes = (first: readonly CubeColumn[], others: readonly CubeColumn[]): CubeShape[] =>
  [...others, undefined].map((_, dropped) => ({
    keys: [...first, ...others.slice(0, others.length - dropped)],
    slots: 1,
    caps: NO_CAPS,
  }));

/**
 * By time and one dimension, as fine as the slots; by time and all dimensions, in longer slots if there are many
 * combinations; by all dimensions. The page uses the first that has what a panel needs.
 */
async function mainCubes(
  engine: ReportEngine,
  subject: Subject,
  slots: number,
  packings: Packings,
): Promise<Cube[]> {
  const measures = subject.measures.map(({ id }) => id);
  const ids = subject.dimensions.map(({ id }) => id);
  const others = ids.filter((id) => !ALWAYS.includes(id));
  const all: CubeColumn[] = [TIME, ...ids];
  await engine.keep(BASE, baseSql(subject, packings));
  const cubes: Cube[] = [];
  for (const { id, values } of subject.dimensions.filter((one) => others.includes(one.id))) {
    const keys: CubeColumn[] = [TIME, ...ALWAYS, id];
    const capped = [20, 8]
      .filter((cap) => cap < values)
      .map((cap) => ({ keys, slots: 1, caps: { [id]: cap } }));
    const shapes = [{ keys, slots: 1, caps: NO_CAPS }, ...capped, ...slotShapes(keys, slots).slice(1)];
    await engine.keep(SUMS, sumsSql(BASE, keys, measures));
    cubes.push(...(await firstThatFits(engine, SUMS, measures, shapes, MAX_SINGLE_ROWS)));
  }
  cubes.push(...(await firstThatFits(engine, BASE, measures, slotShapes(all, slots), MAX_JOINED_ROWS)));
  await engine.keep(SUMS, sumsSql(BASE, ids, measures));
  cubes.push(...(await firstThatFits(engine, SUMS, measures, keyShapes(ALWAYS, others), MAX_WHOLE_ROWS)));
  return cubes;
}

/** Two cubes of a list, so that either time or every dimension can filter it; both together would be too large. */
async function listCubesOf(
  engine: ReportEngine,
  subject: Subject,
  list: string,
  slots: number,
  packings: Packings,
): Promise<Cube[]> {
  const measures = subject.measures.filter(({ id }) => LIST_MEASURES.includes(id));
  const ids = subject.dimensions.map(({ id }) => id);
  const others = ids.filter((id) => !ALWAYS.includes(id));
  const timed: CubeColumn[] = [VALUE, TIME, ...ALWAYS];
  const cubeOf = async (keys: readonly CubeColumn[], shapes: readonly CubeShape[]) => {
    await engine.keep(SUMS, listSql(list, keys, measures, packings));
    return firstThatFits(engine, SUMS, LIST_MEASURES, shapes, MAX_LIST_ROWS);
  };
  return [
    ...(await cubeOf(timed, slotShapes(timed, slots))),
    ...(await cubeOf([VALUE, ...ids], keyShapes([VALUE, ...ALWAYS], others))),
  ];
}

const quantilesOf = ([, p50, p95, p99]: readonly Json[]) => ({
  p50: numberOrNull(p50),
  p95: numberOrNull(p95),
  p99: numberOrNull(p99),
});

function sumsOf(
  cubes: readonly Cube[],
  statuses: readonly string[],
): Pick<Totals, "requests" | "clientErrors" | "serverErrors" | "sent"> {
  const [cube] = cubes;
  const byStatus = cube ? sumBy(cube, {}, ["status"]) : [];
  const of = (wanted: (status: string) => boolean, measure: MeasureId) =>
    byStatus
      .filter(({ codes: [code = 0] }) => wanted(statuses[code - 1] ?? ""))
      .reduce((total, { values }) => total + measureOf(cube, values, measure), 0);
  return {
    requests: of(() => true, "requests"),
    clientErrors: of((status) => status === "4xx", "requests"),
    serverErrors: of((status) => status === "5xx", "requests"),
    sent: of(() => true, "sent"),
  };
}

async function weekOf(engine: ReportEngine, range: Range, timeZone: string): Promise<number[]> {
  const week = Array<number>(168).fill(0);
  for (const [hour, requests] of await engine.rows(HOURS_SQL)) {
    const at = hourOfWeek(range.from + numberOf(hour) * HOUR_MS, timeZone);
    week[at] = (week[at] ?? 0) + numberOf(requests);
  }
  return week;
}

async function slowestOf(
  engine: ReportEngine,
  packings: Packings,
  paths: readonly string[],
): Promise<SlowPath[]> {
  const rows = await engine.rows(slowestSql(packings));
  return rows.map(([code, requests, ...quantiles]) => {
    const [p50 = 0, p95 = 0, p99 = 0] = quantiles.map(numberOf);
    return { path: paths[numberOf(code) - 1] ?? "", requests: numberOf(requests), p50, p95, p99 };
  });
}

/** The same length of time before; `null` without a request there. */
async function beforeOf(
  engine: ReportEngine,
  subject: Subject,
  { from, until }: Range,
): Promise<Before | null> {
  const [row = []] = await engine.rows(totalSql(subject, { from: 2 * from - until, until: from }));
  const [requests = 0, clientErrors = 0, serverErrors = 0, sent = 0, clients = 0] = row.map(numberOf);
  return requests === 0 ? null : { requests, clientErrors, serverErrors, sent, clients };
}

async function detailsOf(engine: ReportEngine, subject: Subject, range: Range): Promise<DetailRows[]> {
  const details: DetailRows[] = [];
  for (const { id, title, note, sql } of subject.details) {
    const rendered = sql.replace("{table}", tableOf(subject)).replace("{range}", rangeCondition(range));
    const { columns, rows } = await engine.table(rendered);
    details.push({ id, title, note, sql: rendered, columns, rows: rows.map((row) => row.map(shortened)) });
  }
  return details;
}

const shortened = (value: Json): Json =>
  typeof value === "string" && value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}…` : value;

async function unreadOf(engine: ReportEngine, subject: Subject): Promise<Unread> {
  const [[unparsed] = []] = await engine.rows(unparsedSql(subject));
  const lines = numberOf(unparsed) === 0 ? [] : await engine.rows(unparsedLinesSql(subject));
  return {
    unparsed: numberOf(unparsed),
    examples: lines.map(([line, file]) => ({ line: String(line), file: String(file) })),
  };
}
