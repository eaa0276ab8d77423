import { type PrintedColumn, printTable } from "../terminal/print-table";
import { counted, sum } from "../terminal/quantities";
import { type Bill, DESIGN_NAMES, DESIGNS } from "./bill";
import type { Load } from "./load";
import { PRICES, unitOf } from "./prices";

/** Formats three significant digits: `1,050`, `0.201`. */
export const quantity = (value: number): string =>
  value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
/** Cents only below a hundred dollars. */
export const dollars = (usd: number): string => {
  const digits = usd < 100 ? 2 : 0;
  return usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
};

/** Column heads, short enough for a width of eighty characters. */
const HEADS: Readonly<Record<keyof typeof DESIGNS, string>> = {
  text: "text only",
  typed: "typed",
  delivered: "delivered",
  sample: "sample",
  vendedText: "AWS text",
  vendedParquet: "AWS Parquet",
  firehose: "Firehose",
};

/**
 * Prints the parts of some bills side by side, then the quantities of each item of one bill, then the prices.
 */
export function printBills(load: Load, bills: readonly Bill[], detailed: keyof typeof DESIGNS): string {
  const detail = bills.find(({ design }) => design === detailed);
  return [
    `${quantity(load.filesPerDay)} files and ${quantity(load.gbPerDay)} GB per day, kept for ${counted(load.daysKept, "day")}: US dollars per month`,
    "",
    partTable(bills),
    `${DESIGNS[detailed].title}, item by item`,
    "",
    ...(detail ? [itemTable(detail)] : []),
    "List prices, without discounts and the free tier. Queries are not included.",
    "",
    ...priceLines(bills),
    "",
  ].join("\n");
}

function partTable(bills: readonly Bill[]): string {
  const parts = [...new Set(bills.flatMap(({ items }) => items.map(({ name }) => partOf(name))))];
  const columns = ["", ...DESIGN_NAMES.map((name) => HEADS[name])];
  const ofPart = (part: string) =>
    bills.map(({ items }) => {
      const own = items.filter(({ name }) => partOf(name) === part);
      return own.length === 0 ? "" : dollars(sum(own.map(({ usd }) => usd)));
    });
  return printTable(
    columns.map((title, index) => ({ title, align: index === 0 ? "left" : "right" })),
    [...parts.map((part) => [part, ...ofPart(part)]), ["total", ...bills.map(({ usd }) => dollars(usd))]],
  );
}

const partOf = (item: string): string => item.split(":")[0] ?? item;

const itemTable = ({ items }: Bill): string =>
  printTable(
    ITEM_COLUMNS,
    items.map(({ name, quantity: number, price, usd }) => [
      name,
      quantity(number),
      unitOf(PRICES[price], number),
      dollars(usd),
    ]),
  );

const ITEM_COLUMNS: readonly PrintedColumn[] = [
  { title: "", align: "left" },
  { title: "number", align: "right" },
  { title: "of", align: "left" },
  { title: "USD", align: "right" },
];

/** Each price that the bills use. */
function priceLines(bills: readonly Bill[]): string[] {
  const used = new Set(bills.flatMap(({ items }) => items.map(({ price }) => price)));
  return [...used].flatMap((name) => {
    const { usd, per, region, source, date } = PRICES[name];
    return [
      `${String(usd).padStart(12)} for ${quantity(per)} ${unitOf(PRICES[name], per)}`,
      `${"".padStart(17)}${region}, ${date}, ${source}`,
    ];
  });
}
