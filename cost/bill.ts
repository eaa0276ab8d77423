import { sum } from "../terminal/quantities";
import { deliveryItems, sampleItems, streamItems } from "./alternatives";
import type { Item } from "./item";
import { type Load, type Month, monthOf } from "./load";
import { moveItems } from "./move-items";
import { storedTable, storedText, TABLE_PER_TEXT } from "./storage-items";
import { listingItems, partitionItems, reportItems, tableItems, WRITES_PER_STATEMENT } from "./table-items";
import { watchItems } from "./watch-items";

/** Monthly bill of one design. */
export interface Bill {
  readonly design: string;
  readonly items: readonly Item[];
  readonly usd: number;
}

/** The designs of this project, and alternatives. */
export const DESIGNS = {
  text: {
    title: "text only",
    items: (month: Month) => [
      ...moveItems(month),
      ...partitionItems(month, WRITES_PER_STATEMENT),
      storedText(month),
      ...watchItems("text", month),
    ],
  },
  typed: {
    title: "typed tables",
    items: (month: Month) => [
      ...moveItems(month),
      ...partitionItems(month, 2 * WRITES_PER_STATEMENT),
      ...tableItems(month, "hive"),
      ...reportItems(month),
      storedText(month),
      storedTable(month, TABLE_PER_TEXT),
      ...watchItems("typed", month),
    ],
  },
  delivered: {
    title: "typed tables, read as delivered",
    items: (month: Month) => [
      ...listingItems(month),
      ...tableItems(month, "as-delivered"),
      ...reportItems(month),
      storedText(month),
      storedTable(month, TABLE_PER_TEXT),
      ...watchItems("delivered", month),
    ],
  },
  sample: { title: "AWS sample", items: sampleItems },
  vendedText: {
    title: "AWS's own delivery, text",
    items: (month: Month) => [...deliveryItems(month), storedText(month)],
  },
  vendedParquet: {
    title: "AWS's own delivery, Parquet",
    items: (month: Month) => [...deliveryItems(month), storedTable(month, TABLE_PER_TEXT)],
  },
  firehose: {
    title: "AWS's own delivery, Firehose",
    items: (month: Month) => [...streamItems(month), storedTable(month, TABLE_PER_TEXT)],
  },
} as const;
export type DesignName = keyof typeof DESIGNS;
export const DESIGN_NAMES = Object.keys(DESIGNS) as DesignName[];

/** The monthly bill of a design. Queries are not included: Athena bills each by its scanned bytes. */
export function billOf(design: DesignName, load: Load): Bill {
  const items = DESIGNS[design].items(monthOf(load)).filter(({ quantity }) => quantity > 0);
  return { design, items, usd: sum(items.map(({ usd }) => usd)) };
}
