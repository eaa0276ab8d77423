import { byteText, compact } from "../../terminal/quantities";
import type { Before, RangeSums, SlotTotals, TableReport } from "../model";
import { figures, isMeasured } from "./figures";
import { type Element, h } from "./node";
import { applied, type State } from "./state";
import { changeText, durationText, NOTHING, pointsText, shortCount, valueText } from "./text";

/** Share of the range before that may have no request at its start. */
const MOST_MISSING = 0.1;

/** False if the log seems to begin within the range before: a change would only show this. */
export const isCovered = ({ from, until, first }: Before): boolean =>
  first - from <= MOST_MISSING * (until - from);

type Unsummed = Pick<SlotTotals, "clients" | "p50" | "p95" | "p99">;

/** Different clients and quantiles, which cannot be added up: those of all requests or of one step; `undefined` for others. */
function unsummed(table: TableReport, state: State): Unsummed | undefined {
  const { selection, isFiltered } = applied(table, state);
  if (!isFiltered) return table.totals;
  const { codes, time } = selection;
  if ((codes?.size ?? 0) > 0 || !time || time.until - time.from !== 1) return undefined;
  return (
    table.slots.find(({ slot }) => slot === time.from) ?? { clients: 0, p50: null, p95: null, p99: null }
  );
}

type Counted = Pick<RangeSums, "requests" | "clientErrors" | "serverErrors">;

const percentOf = (all: Counted, part: (all: Counted) => number): number => (100 * part(all)) / all.requests;

/** Name, value and notes. */
type Tile = readonly [string, string, ...(string | undefined)[]];

/** The sums of a table above its panels, with their change. */
export function tiles(table: TableReport, state: State): Element {
  const sums = figures(table, state);
  const { isFiltered, unknown } = applied(table, state);
  const { totals } = table;
  const before = !isFiltered && table.before && isCovered(table.before) ? table.before : undefined;
  const change = (now: number, past: number | undefined) =>
    past === undefined ? undefined : changeText(now, past);
  // The number of errors can fall while their share rises: what is shown as a share is compared as one.
  const errors = (name: string, part: (all: Counted) => number): Tile => [
    name,
    sums ? shortCount(part(sums)) : NOTHING,
    sums && sums.requests > 0 ? valueText(percentOf(sums, part), "percent") : undefined,
    before && pointsText(percentOf(totals, part), percentOf(before, part)),
  ];
  const exact = unsummed(table, state);
  const partly = "of all requests or one step only";
  const ms = (seconds: number | null) => (seconds === null ? NOTHING : durationText(seconds * 1000));
  const all: Tile[] = [
    sums
      ? ["Requests", shortCount(sums.requests), change(totals.requests, before?.requests)]
      : [
          "Requests",
          NOTHING,
          unknown.length > 0
            ? "a chosen value is not among those kept"
            : "no sums for these filters together",
        ],
    errors("4xx", ({ clientErrors }) => clientErrors),
    errors("5xx", ({ serverErrors }) => serverErrors),
    ["Bytes sent", sums ? byteText(sums.sent) : NOTHING, change(totals.sent, before?.sent)],
    exact
      ? ["Clients", compact(exact.clients), change(totals.clients, before?.clients)]
      : ["Clients", NOTHING, partly],
    exact
      ? ["Median time", ms(exact.p50), `p95 ${ms(exact.p95)}, p99 ${ms(exact.p99)}`]
      : ["Median time", NOTHING, partly],
    ...(isMeasured(table, "own_errors")
      ? ([
          ["ELB's own 5xx", sums ? shortCount(sums.ownErrors) : NOTHING, "the targets returned the others"],
        ] as Tile[])
      : []),
    ...(isMeasured(table, "hits")
      ? ([
          [
            "Hit ratio",
            sums?.hitPercent == null ? NOTHING : valueText(sums.hitPercent, "percent"),
            "of hits and misses",
          ],
          ["Bytes from cache", sums ? byteText(sums.hitBytes) : NOTHING, "not read from the origin"],
        ] as Tile[])
      : []),
  ];
  return h(
    "dl",
    { class: "tiles" },
    all.map(([name, value, ...notes]) =>
      h(
        "div",
        { class: "tile" },
        h("dt", {}, name),
        h(
          "dd",
          {},
          h("strong", {}, value),
          notes.filter((text) => text !== undefined).map((text) => h("small", {}, text)),
        ),
      ),
    ),
  );
}
