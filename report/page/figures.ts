import { exactCube, measureOf, type Selection, type Sum, sumBy } from "../cube";
import type { Cube, Domain, MeasureId, TableReport } from "../model";
import { applied, type State } from "./state";

/** Sums of a selection, of a table's own kinds, too. */
export interface Figures {
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly sent: number;
  /** Sum over the requests with a time, and their number. */
  readonly milliseconds: number;
  readonly timed: number;
  readonly ownErrors: number;
  readonly hitPercent: number | null;
  readonly misses: number;
  readonly hitBytes: number;
}

/** True if the format of a table has what a measure is made of. */
export const isMeasured = (table: TableReport, measure: MeasureId): boolean =>
  table.cubes.some(({ measures }) => measures.includes(measure));

/** Adds up sums whose last code is the status class. */
export function figuresOf(table: TableReport, cube: Cube, sums: readonly Sum[]): Figures {
  const statuses = table.dimensions.find(({ id }) => id === "status")?.values ?? [];
  const total = (measure: MeasureId, status?: string) =>
    sums
      .filter(({ codes }) => status === undefined || statuses[(codes.at(-1) ?? 0) - 1] === status)
      .reduce((all, { values }) => all + measureOf(cube, values, measure), 0);
  const requests = total("requests");
  const cacheable = total("cacheable");
  return {
    requests,
    clientErrors: total("requests", "4xx"),
    serverErrors: total("requests", "5xx"),
    sent: total("sent"),
    milliseconds: total("milliseconds"),
    timed: requests - total("untimed"),
    ownErrors: total("own_errors"),
    misses: cacheable - total("hits"),
    hitPercent: cacheable > 0 ? (100 * total("hits")) / cacheable : null,
    hitBytes: total("hit_bytes"),
  };
}

export const averageOf = ({ milliseconds, timed }: Pick<Figures, "milliseconds" | "timed">): number | null =>
  timed > 0 ? milliseconds / timed : null;

/** Figures of everything that is selected; `undefined` if they are not exact. */
export function figures(table: TableReport, state: State, extra?: Domain["within"]): Figures | undefined {
  const { selection, unknown } = applied(table, state);
  const narrowed = extra ? within(table, selection, extra) : selection;
  if (!narrowed)
    return figuresOf(table, { keys: [], measures: [], slots: 1, caps: {}, columns: [], length: 0 }, []);
  const cube = unknown.length > 0 ? undefined : exactCube(table.cubes, ["status"], narrowed);
  return cube && figuresOf(table, cube, sumBy(cube, narrowed, ["status"]));
}

/** A selection of which only one kind of request is left; `undefined` if none is. */
function within(
  table: TableReport,
  selection: Selection,
  { dimension, value }: NonNullable<Domain["within"]>,
) {
  const code = (table.dimensions.find(({ id }) => id === dimension)?.values.indexOf(value) ?? -1) + 1;
  const chosen = selection.codes?.get(dimension);
  if (code === 0 || (chosen && !chosen.has(code))) return undefined;
  return { ...selection, codes: new Map([...(selection.codes ?? []), [dimension, new Set([code])]]) };
}
