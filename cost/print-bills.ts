import { sum } from "../terminal/quantities";
import { type Bill, DESIGN_NAMES, DESIGNS, type Load } from "./model";
import { PRICES } from "./prices";

/** Formats three significant digits: `1,050`, `0.201`. */
export const quantity = (value: number): string =>
  value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
export const dollars = (usd: number): string =>
  usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const NAME_WIDTH = 14;
const COLUMN_WIDTH = 12;
/** Column heads, short enough for a width of eighty characters. */
const HEADS: Readonly<Record<keyof typeof DESIGNS, string>> = {
  text: "text only",
  typed: "typed",
  projected: "projected",
  sample: "AWS sample",
  vended: "AWS delivery",
};

/**
 * Prints the parts of some bills side by side, then the quantities of each item of one bill, then the prices.
 */
export function printBills(load: Load, bills: readonly Bill[], detailed: keyof typeof DESIGNS): string {
  const detail = bills.find(({ design }) => design === detailed);
  return [
    `${quantity(load.filesPerDay)} files and ${quantity(load.gbPerDay)} GB a day, kept for ${load.daysKept} days: US dollars a month`,
    "",
    ...partLines(bills),
    "",
    `${DESIGNS[detailed].title}, item by item`,
    "",
    ...(detail ? detail.items.map(itemLine) : []),
    "",
    "List prices, without discounts and the free tier. Questions are not counted.",
    "",
    ...priceLines(bills),
    "",
  ].join("\n");
}

function partLines(bills: readonly Bill[]): string[] {
  const line = (name: string, cells: readonly string[]) =>
    `${name.padEnd(NAME_WIDTH)}${cells.map((cell) => cell.padStart(COLUMN_WIDTH + 1)).join("")}`.trimEnd();
  const parts = [...new Set(bills.flatMap(({ items }) => items.map(({ name }) => partOf(name))))];
  return [
    line(
      "",
      DESIGN_NAMES.map((name) => HEADS[name]),
    ),
    ...parts.map((part) =>
      line(
        part,
        bills.map(({ items }) => {
          const ofPart = items.filter(({ name }) => partOf(name) === part);
          return ofPart.length === 0 ? "" : dollars(sum(ofPart.map(({ usd }) => usd)));
        }),
      ),
    ),
    line(
      "total",
      bills.map(({ usd }) => dollars(usd)),
    ),
  ];
}

const partOf = (item: string): string => item.split(":")[0] ?? item;

const itemLine = (item: Bill["items"][number]): string =>
  `${item.name.padEnd(31)}${quantity(item.quantity).padStart(12)} ${PRICES[item.price].unit.padEnd(25)}${dollars(item.usd).padStart(10)}`;

/** Each price that the bills use. */
function priceLines(bills: readonly Bill[]): string[] {
  const used = new Set(bills.flatMap(({ items }) => items.map(({ price }) => price)));
  return [...used].flatMap((name) => {
    const { usd, per, unit, region, source, date } = PRICES[name];
    return [
      `${String(usd).padStart(12)} for ${quantity(per)} ${unit}`,
      `${"".padStart(17)}${region}, ${date}, ${source}`,
    ];
  });
}
