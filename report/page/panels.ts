import type { TableReport } from "../model";
import { isMeasured } from "./figures";
import type { Panel } from "./panel";
import { detailPanel, slowestPanel, unreadPanel } from "./row-panels";
import type { State } from "./state";
import { cachePanel, latencyPanel, timePanel } from "./time-panels";
import { dimensionPanel, listPanel } from "./value-panels";
import { weekPanel } from "./week";

type MakePanel = () => Panel;

/** What makes a table's panels. They are as many in each state, and made when they are drawn. */
export interface PanelMakers {
  readonly time: MakePanel;
  readonly latency: MakePanel;
  /** Of a format with a cache. */
  readonly cache: MakePanel | undefined;
  readonly week: MakePanel;
  readonly others: readonly MakePanel[];
}

export const panelMakers = (table: TableReport, state: State, timeZone: string): PanelMakers => ({
  time: () => timePanel(table, state, timeZone),
  latency: () => latencyPanel(table, state, timeZone),
  cache: isMeasured(table, "hits") ? () => cachePanel(table, state, timeZone) : undefined,
  week: () => weekPanel(table, state, timeZone),
  others: [
    ...table.dimensions.map((domain) => () => dimensionPanel(table, state, domain, timeZone)),
    () => slowestPanel(table, state),
    ...table.lists.map(
      (domain, index) => () => listPanel(table, state, domain, table.listCubes[index] ?? [], timeZone),
    ),
    ...table.details.map((detail) => () => detailPanel(table, detail, timeZone)),
    ...(table.unread?.unparsed !== 0 ? [() => unreadPanel(table)] : []),
  ],
});

/** A table's panels in their order. */
export function panelsOf(table: TableReport, state: State, timeZone: string): Panel[] {
  const { time, latency, cache, week, others } = panelMakers(table, state, timeZone);
  return [time, latency, ...(cache ? [cache] : []), week, ...others].map((make) => make());
}
