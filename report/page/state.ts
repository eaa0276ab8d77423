import type { Selection } from "../cube";
import { DIMENSION_LABELS, type DimensionId, type Domain, type Report, type TableReport } from "../model";

/** In milliseconds since 1970. */
export interface Time {
  readonly from: number;
  readonly until: number;
}

/** What the page is filtered by. Values, not codes: the same filter applies to all tables that have its dimension. */
export interface State {
  readonly time?: Time;
  readonly filters: ReadonlyMap<DimensionId, readonly string[]>;
}

export const EVERYTHING: State = { filters: new Map() };

const IDS = Object.keys(DIMENSION_LABELS) as DimensionId[];

/** The state as the hash of the page's address. */
export function hashOf({ time, filters }: State): string {
  const parameters = new URLSearchParams();
  if (time) {
    parameters.set("from", new Date(time.from).toISOString());
    parameters.set("until", new Date(time.until).toISOString());
  }
  for (const id of IDS) for (const value of filters.get(id) ?? []) parameters.append(id, value);
  return parameters.toString();
}

/** The time of all tables. */
export const wholeTime = ({ tables }: Report): Time => ({
  from: Math.min(...tables.map((table) => table.from)),
  until: Math.max(...tables.map((table) => table.until)),
});

/**
 * Moves one end of a time. If the other end would be on its wrong side, it moves, too, and the length stays the same; but a start
 * does not move out of the time of all tables.
 *
 * @param whole the time of all tables
 */
export function withEnd(time: Time, end: keyof Time, value: number, whole: Time): Time {
  const next = { ...time, [end]: value };
  if (next.until > next.from) return next;
  const length = time.until - time.from;
  if (end === "from") return { from: value, until: value + length };
  const from = value - length;
  return { from: value > whole.from ? Math.max(whole.from, from) : from, until: value };
}

/** Reads a hash; what it does not know is ignored. @param whole the time of all tables, for a hash with one end only */
export function stateOf(hash: string, whole: Time): State {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const time = timeIn(parameters, whole);
  const filters = new Map<DimensionId, readonly string[]>();
  for (const id of IDS) {
    const values = parameters.getAll(id);
    if (values.length > 0) filters.set(id, [...new Set(values)]);
  }
  return time.until > time.from ? { time, filters } : { filters };
}

/** Without a valid end, or without tables, it does not end after it begins. */
function timeIn(parameters: URLSearchParams, whole: Time): Time {
  const from = instantIn(parameters.get("from"));
  const until = instantIn(parameters.get("until"));
  if (Number.isNaN(until)) return withEnd(whole, "from", from, whole);
  return Number.isNaN(from) ? withEnd(whole, "until", until, whole) : { from, until };
}

/** A day, or a time of UTC: browsers read a year, and many other texts, as times, too, and some of them in their own time zone. */
const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z)?$/;

/** `NaN` if it is no time. */
const instantIn = (text: string | null): number =>
  text !== null && INSTANT.test(text) ? Date.parse(text) : Number.NaN;

/** Adds a value to the filter of a dimension, or takes it out. */
export function toggled(state: State, id: DimensionId, value: string): State {
  const chosen = state.filters.get(id) ?? [];
  const values = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
  const filters = new Map(state.filters);
  if (values.length === 0) filters.delete(id);
  else filters.set(id, values);
  return { ...state, filters };
}

/** A value of a filter that a table can only have in "(other)". */
export interface Unknown {
  readonly domain: Domain<DimensionId>;
  readonly value: string;
}

/** A state applied to one table. */
export interface Applied {
  readonly selection: Selection;
  /** Filters that the table does not have. */
  readonly ignored: readonly DimensionId[];
  /** With one of them, nothing can be counted. */
  readonly unknown: readonly Unknown[];
  readonly isFiltered: boolean;
  /** What is counted of the chosen time: whole slots of the table. */
  readonly counted?: { readonly from: number; readonly until: number };
}

/** @param without a dimension whose own filter does not apply: its panel shows all values */
export function applied(table: TableReport, { time, filters }: State, without?: DimensionId): Applied {
  const codes = new Map<DimensionId, ReadonlySet<number>>();
  const ignored: DimensionId[] = [];
  const unknown: Unknown[] = [];
  for (const [id, values] of filters) {
    const domain = table.dimensions.find((one) => one.id === id);
    if (!domain) ignored.push(id);
    if (!domain || id === without) continue;
    const found = values.map((value) => domain.values.indexOf(value) + 1);
    if (domain.distinct > domain.values.length)
      unknown.push(...values.filter((_, index) => found[index] === 0).map((value) => ({ domain, value })));
    // Code -1 is in no row: the value is not in this log.
    codes.set(id, new Set(found.map((code) => code || -1)));
  }
  const slots = time && {
    from: Math.max(0, Math.floor((time.from - table.from) / table.slotMs)),
    until: Math.max(0, Math.ceil((time.until - table.from) / table.slotMs)),
  };
  return {
    selection: slots ? { time: slots, codes } : { codes },
    ignored,
    unknown,
    isFiltered: codes.size > 0 || slots !== undefined,
    ...(slots
      ? {
          counted: {
            from: table.from + slots.from * table.slotMs,
            until: table.from + slots.until * table.slotMs,
          },
        }
      : {}),
  };
}
