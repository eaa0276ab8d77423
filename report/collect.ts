import { FORMATS, type FormatId } from "../formats";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../formats/time";
import { offsetAt } from "../formats/time-zone";
import { ALL_TIME, type Range } from "../questions/range";
import { rangeCondition } from "../questions/render";
import type { Json } from "../terminal/rows";
import { ANSWERED, answersOf } from "./answers";
import type { Added, Counted, Counts, Quantiles } from "./counts";
import { measureOf, sumBy } from "./cube";
import { listPlans, mainPlans } from "./cube-plans";
import type { ReportEngine } from "./engine";
import type {
  AnsweredTable,
  Before,
  Cube,
  DetailRows,
  DimensionId,
  Domain,
  MeasureId,
  Report,
  SlowPath,
  TableReport,
  Totals,
  UnparsedTable,
} from "./model";
import { shortened } from "./shortened";
import { detailSql, extentSql, tableOf, totalSql } from "./sql";
import { type Listed, SUBJECTS, type Subject } from "./subject";
import { hourOfWeek, QUARTER_MS, quarterOf } from "./zone";

/** What a report is about. */
export interface Asked {
  /** `undefined`: all rows. */
  readonly range: Range | undefined;
  readonly timeZone: string;
  /**
   * Only these tables.
   *
   * @default - all that a report can have
   */
  readonly tables?: readonly string[];
}

/** Lengths of a slot: the smallest that has no more of them than it may is used. */
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
/** Ten days of hours; a year and a month of days, as one of them is lost in a week. */
const maxSlots = (slotMs: number): number => (slotMs === DAY_MS ? 400 : 240);

const APPROXIMATE = "Athena computes approximate quantiles.";

const REPORTED: readonly FormatId[] = [...SUBJECTS.map(({ format }) => format), ...ANSWERED];

/** Tables that a report can have. */
export const REPORTED_TABLES: readonly string[] = REPORTED.map((format) => FORMATS[format].table);

type WithRows = Pick<Report, "tables" | "answered">;

/** What an engine counts for a report. */
export type Collected = WithRows & Pick<Report, "unparsed">;

/** Names of the tables with rows. */
export const tablesIn = ({ tables, answered }: WithRows): readonly string[] =>
  [...tables, ...answered].map(({ table }) => table);

/** What was counted of some tables after each other. */
export const joined = (all: readonly Collected[]): Collected => ({
  tables: all.flatMap(({ tables }) => tables),
  answered: all.flatMap(({ answered }) => answered),
  unparsed: all.flatMap(({ unparsed }) => unparsed),
});

/** Counts what the report shows; of tables without rows in the range, only unparsed lines. */
export async function collect(
  counts: Counts,
  asked: Asked,
  onProgress: (what: string) => void = () => undefined,
): Promise<Collected> {
  const isAsked = (table: string) => (asked.tables ?? REPORTED_TABLES).includes(table);
  const tables = SUBJECTS.filter((subject) => isAsked(tableOf(subject))).map((subject): Collecting => {
    const say = (what: string) => onProgress(`${tableOf(subject)}: ${what}`);
    return {
      counted: () => countedOf(counts.engine, subject, asked, say),
      first: (counted, isAlone) => firstPass(counts, counted, isAlone, say),
      second: (first) => secondPass(counts, first, asked, say),
    };
  });
  const answered = async () => {
    const all: AnsweredTable[] = [];
    for (const format of ANSWERED) {
      if (!isAsked(FORMATS[format].table)) continue;
      onProgress(`${FORMATS[format].table}: questions`);
      const answers = await answersOf(counts, format, asked.range);
      if (answers) all.push(answers);
    }
    return all;
  };
  const withRows = await (counts.isParallel ? atOnce(tables, answered) : inTurn(tables, answered));
  const rest = REPORTED.filter(
    (format) => isAsked(FORMATS[format].table) && !tablesIn(withRows).includes(FORMATS[format].table),
  );
  return { ...withRows, unparsed: await unparsedOf(counts, rest) };
}

async function unparsedOf(counts: Counts, formats: readonly FormatId[]): Promise<UnparsedTable[]> {
  const all: UnparsedTable[] = [];
  for (const format of formats) {
    const unread = await counts.unread(format);
    const { table, title } = FORMATS[format];
    if (unread !== null && unread.unparsed > 0) all.push({ format, table, title, unread });
  }
  return all;
}

/** The passes over a table; none without rows. */
interface Collecting {
  counted(): Promise<Counted | undefined>;
  first(counted: Counted, isAlone: boolean): Promise<FirstPass>;
  second(first: FirstPass): Promise<TableReport>;
}

type Answers = () => Promise<readonly AnsweredTable[]>;

/**
 * While the rows of one table are added up, the engine can work on another. The questions are asked then, and not before: they
 * would only take time from the first passes, for which everything else waits.
 */
async function atOnce(tables: readonly Collecting[], answered: Answers): Promise<WithRows> {
  const counted = await Promise.all(tables.map((table) => table.counted()));
  const isAlone = counted.filter((one) => one !== undefined).length === 1;
  const firsts = tables.map(async ({ first }, index) => {
    const one = counted[index];
    return one && first(one, isAlone);
  });
  const seconds = tables.map(async ({ second }, index) => {
    const first = await firsts[index];
    return first && second(first);
  });
  const [made, answers] = await Promise.all([Promise.all(seconds), Promise.all(firsts).then(answered)]);
  return { tables: made.filter((table) => table !== undefined), answered: answers };
}

async function inTurn(tables: readonly Collecting[], answered: Answers): Promise<WithRows> {
  const made: TableReport[] = [];
  for (const { counted, first, second } of tables) {
    const one = await counted();
    if (one) made.push(await second(await first(one, true)));
  }
  return { tables: made, answered: await answered() };
}

/** What is counted of a table, and the values that are kept. */
interface FirstPass {
  readonly counted: Counted;
  readonly domains: ReadonlyMap<string, Domain>;
}

/** @returns `undefined` without rows in the range */
async function countedOf(
  engine: ReportEngine,
  subject: Subject,
  asked: Asked,
  onProgress: (what: string) => void,
): Promise<Counted | undefined> {
  onProgress("range");
  const extent = await extentOf(engine, subject, asked);
  if (extent === undefined) return undefined;
  const { range, slotMs } = extent;
  return { subject, range, slotMs, slots: Math.ceil((range.until - range.from) / slotMs) };
}

async function firstPass(
  counts: Counts,
  counted: Counted,
  isAlone: boolean,
  onProgress: (what: string) => void,
): Promise<FirstPass> {
  onProgress("first pass");
  return { counted, domains: await counts.domains(counted, isAlone) };
}

async function secondPass(
  counts: Counts,
  { counted, domains }: FirstPass,
  { range: asked = ALL_TIME, timeZone }: Asked,
  onProgress: (what: string) => void,
): Promise<TableReport> {
  const { subject, range, slotMs, slots } = counted;
  const dimensions = subject.dimensions.flatMap(({ id }) => (domains.get(id) ?? []) as Domain<DimensionId>);
  const lists = subject.lists.flatMap((list) => {
    const domain = domains.get(list.id);
    return domain && isShown(list, domain) ? domain : [];
  });
  const plans = [...mainPlans(subject, slots), ...lists.flatMap(({ id }) => listPlans(subject, id, slots))];
  const add = () => {
    onProgress("second pass");
    return counts.add(counted, domains, plans);
  };
  const readDetails = async () => {
    onProgress("details");
    return {
      before: hasStart(asked) ? await beforeOf(counts.engine, subject, range) : null,
      details: await detailsOf(counts, counted),
      unread: await counts.unread(subject.format),
    };
  };
  // While rows are added up, a processor is free for the details.
  const [added, read] = counts.isParallel
    ? await Promise.all([add(), readDetails()])
    : [await add(), await readDetails()];
  const cubesOf = (id?: string) =>
    added.cubes.flatMap((made, index) => (plans[index]?.list === id ? made : []));
  const cubes = cubesOf();
  return {
    format: subject.format,
    table: tableOf(subject),
    title: FORMATS[subject.format].title,
    from: range.from,
    until: range.until,
    slotMs,
    range: rangeCondition(range),
    seconds: subject.words.seconds,
    secondsDoc: [subject.words.secondsDoc, ...(counts.isExact ? [] : [APPROXIMATE])].join(" "),
    kept: subject.kept,
    dimensions,
    lists,
    cubes,
    listCubes: lists.map(({ id }) => cubesOf(id)),
    week: weekOf(added, range, timeZone),
    totals: {
      ...sumsOf(cubes, domains.get("status")?.values ?? []),
      clients: domains.get("client")?.distinct ?? 0,
      ...quantilesOf(added.times),
    },
    slots: added.slots.map(({ slot, clients, times }) => ({ slot, clients, ...quantilesOf(times) })),
    slowest: slowestOf(added, domains.get("path")?.values ?? []),
    ...read,
  };
}

/** False for a list whose column the log does not have, or that would only repeat the totals. */
const isShown = ({ needsSeveral = false }: Listed, { values }: Domain): boolean =>
  values.some((value) => value !== "") && (!needsSeveral || values.length > 1);

const numberOf = (value: Json | undefined): number => Number(value ?? 0);

/**
 * The range of the report in whole slots: the asked one, without its future, so that hours without a request at its end are
 * shown, too; or that of the rows, where no start or end is asked. Without a start, slots begin with a day of the time zone.
 */
async function extentOf(
  engine: ReportEngine,
  subject: Subject,
  { range: asked = ALL_TIME, timeZone }: Asked,
): Promise<{ readonly range: Range; readonly slotMs: number } | undefined> {
  const [row = []] = await engine.rows(extentSql(tableOf(subject), asked));
  if (numberOf(row[0]) === 0) return undefined;
  const first = Date.parse(String(row[1]));
  const last = Date.parse(String(row[2]));
  const from = hasStart(asked) ? asked.from : first;
  const until =
    asked.until === ALL_TIME.until ? last + 1 : Math.min(asked.until, Math.max(last + 1, Date.now()));
  const slotMs =
    SLOTS_MS.find((length) => Math.ceil((until - from) / length) <= maxSlots(length)) ?? 364 * DAY_MS;
  if (hasStart(asked)) return { range: { from, until: Math.min(asked.until, ceil(until, slotMs)) }, slotMs };
  const [ahead, unit] = [offsetAt(from, timeZone), Math.min(slotMs, DAY_MS)];
  const start = Math.floor((from + ahead) / unit) * unit - ahead;
  return {
    range: { from: start, until: Math.min(asked.until, start + ceil(until - start, slotMs)) },
    slotMs,
  };
}

const hasStart = ({ from }: Range): boolean => from > ALL_TIME.from;

const ceil = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

const quantilesOf = ([p50 = null, p95 = null, p99 = null]: Quantiles) => ({ p50, p95, p99 });

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

function weekOf({ quarters }: Added, { from }: Range, timeZone: string): number[] {
  const week = Array<number>(168).fill(0);
  for (const [quarter, requests] of quarters) {
    const at = hourOfWeek(quarterOf(from) + quarter * QUARTER_MS, timeZone);
    week[at] = (week[at] ?? 0) + requests;
  }
  return week;
}

const slowestOf = ({ slowest }: Added, paths: readonly string[]): SlowPath[] =>
  slowest.map(({ path, requests, times }) => {
    const [p50, p95, p99] = times;
    return { path: paths[path - 1] ?? "", requests, p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0 };
  });

/** The same length of time before; `null` without a request there. */
async function beforeOf(
  engine: ReportEngine,
  subject: Subject,
  { from, until }: Range,
): Promise<Before | null> {
  const range = { from: 2 * from - until, until: from };
  const [[...row] = []] = await engine.rows(totalSql(subject, range));
  const first = Date.parse(String(row.pop()));
  const [requests = 0, clientErrors = 0, serverErrors = 0, sent = 0, clients = 0] = row.map(numberOf);
  return requests === 0 ? null : { ...range, first, requests, clientErrors, serverErrors, sent, clients };
}

async function detailsOf(counts: Counts, { subject, range }: Counted): Promise<DetailRows[]> {
  const details: DetailRows[] = [];
  for (const detail of subject.details) {
    const { id, title, note, rows: shown } = detail;
    const sql = detailSql(subject, detail, range, counts.clientRequests(subject));
    // One row more than shown tells that there are more.
    const { columns, rows } = await counts.engine.table(`${sql}\nLIMIT ${shown + 1}`);
    details.push({
      id,
      title,
      note: rows.length > shown ? `${note} The first ${shown} rows; its SQL has all.` : note,
      sql: detailSql(subject, detail, range),
      columns,
      rows: rows.slice(0, shown).map((row) => row.map(shortened)),
    });
  }
  return details;
}
