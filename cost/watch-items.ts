import { sum } from "../terminal/quantities";
import { type Item, item } from "./item";
import type { Month } from "./load";
import { REQUESTS, WATCHERS } from "./requests";

export function watchItems(design: keyof typeof WATCHERS, { sources, tables }: Month): Item[] {
  const { move, transform, listing } = REQUESTS.metrics;
  const functions = { text: [move], typed: [move, transform], delivered: [transform, listing] }[design];
  const metrics = functions.map(
    ({ once, perSource, perTable }) => once + perSource * sources + perTable * tables,
  );
  const { alarms, dashboards, perSource, perFormat } = WATCHERS[design];
  return [
    item("watch: metrics", "metrics", sum(metrics)),
    item("watch: alarms", "alarms", alarms + perSource * (sources - 1) + perFormat * (tables - 1)),
    item("watch: dashboard", "dashboards", dashboards),
  ];
}
