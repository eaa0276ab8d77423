import { byteText, compact } from "../../terminal/quantities";
import type { Before, TableReport } from "../model";
import { figures, isMeasured } from "./figures";
import { type Element, h } from "./node";
import { applied, type State } from "./state";
import { changeText, durationText, NOTHING, shortCount, valueText } from "./text";

/** Share of the range before that may have no request at its start. */
const MOST_MISSING = 0.1;

/** False if the log seems to begin within the range before: a change would only show this. */
export const isCovered = ({ from, until, first }: Before): boolean =>
  first - from <= MOST_MISSING * (until - from);

/** The sums of a table above its panels, with their change. */
export function tiles(table: TableReport, state: State): Element {
  const sums = figures(table, state);
  const { isFiltered } = applied(table, state);
  const { totals, before } = table;
  const change = (now: number, past: number | undefined) =>
    isFiltered || past === undefined || !(before && isCovered(before)) ? undefined : changeText(now, past);
  const rate = (part: number) =>
    sums && sums.requests > 0 ? valueText((100 * part) / sums.requests, "percent") : undefined;
  const whole = (value: string) => (isFiltered ? NOTHING : value);
  const note = isFiltered ? "not with filters" : undefined;
  const ms = (seconds: number | null) => (seconds === null ? NOTHING : durationText(seconds * 1000));
  const all: [string, string, ...(string | undefined)[]][] = [
    ["Requests", sums ? shortCount(sums.requests) : NOTHING, change(totals.requests, before?.requests)],
    [
      "4xx",
      sums ? shortCount(sums.clientErrors) : NOTHING,
      sums && rate(sums.clientErrors),
      change(totals.clientErrors, before?.clientErrors),
    ],
    [
      "5xx",
      sums ? shortCount(sums.serverErrors) : NOTHING,
      sums && rate(sums.serverErrors),
      change(totals.serverErrors, before?.serverErrors),
    ],
    ["Bytes sent", sums ? byteText(sums.sent) : NOTHING, change(totals.sent, before?.sent)],
    ["Clients", whole(compact(totals.clients)), note, change(totals.clients, before?.clients)],
    ["Median time", whole(ms(totals.p50)), note ?? `p95 ${ms(totals.p95)}, p99 ${ms(totals.p99)}`],
    ...(isMeasured(table, "own_errors")
      ? ([
          ["ELB's own 5xx", sums ? shortCount(sums.ownErrors) : NOTHING, "the targets returned the others"],
        ] as [string, string, string][])
      : []),
    ...(isMeasured(table, "hits")
      ? ([
          [
            "Hit ratio",
            sums?.hitPercent == null ? NOTHING : valueText(sums.hitPercent, "percent"),
            "of hits and misses",
          ],
          ["Bytes from cache", sums ? byteText(sums.hitBytes) : NOTHING, "not read from the origin"],
        ] as [string, string, string][])
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
