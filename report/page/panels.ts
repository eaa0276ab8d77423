import type { TableReport } from "../model";
import type { Panel } from "./panel";
import { detailPanels, slowestPanel, unreadPanel } from "./row-panels";
import type { State } from "./state";
import { latencyPanel, timePanel } from "./time-panels";
import { dimensionPanel, listPanel } from "./value-panels";

/** A table's panels in their order. */
export function panelsOf(table: TableReport, state: State, timeZone: string): Panel[] {
  const lists = table.lists.map((domain, index) =>
    listPanel(table, state, domain, table.listCubes[index] ?? []),
  );
  return [
    timePanel(table, state, timeZone),
    latencyPanel(table, state, timeZone),
    ...table.dimensions.map((domain) => dimensionPanel(table, state, domain)),
    slowestPanel(table, state),
    ...lists,
    ...detailPanels(table, timeZone),
    ...(table.unread?.unparsed !== 0 ? [unreadPanel(table)] : []),
  ];
}
