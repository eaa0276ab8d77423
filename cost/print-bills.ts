import { counted, sum } from "../terminal/quantities";
import { type Bill, DESIGN_NAMES, DESIGNS, type Load } from "./model";
import { PRICES, unitOf } from "./prices";

/** To three digits: `1,050`, `0.201`. */
export const quantity = (value: number): string =>
  value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
export const dollars = (usd: number): string =>
  usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const NAME_WIDTH = 14;
const COLUMN_WIDTH = 12;
/** Short enough for eighty columns. */
const HEADS: Readonly<Record<keyof typeof DESIGNS, string>> = {
  text: "text only",
  typed: "typed",
  projected: "projected",
  sample: "AWS sample",
  vended: "AWS delivery",
};

/** The parts of some bills side by side, then what each item of one of them counts, then the prices. */
export function printBills(load: Load, bills: readonly Bill[], detailed: keyof typeof DESIGNS): string {
  const detail = bills.find(({ design }) => design === detailed);
  return [
    `${quantity(load.filesPerDay)} files and ${quantity(load.gbPerDay)} GB per day, kept for ${counted(load.daysKept, "day")}: US dollars per month`,
    "",
    ...partLines(bills),
    "",
    `${DESIGNS[detailed].title}, item by item`,
    "",
    ...(detail ? detail.items.map(itemLine) : []),
    "",
    "List prices, without discounts and the free tier. Queries are not included.",
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
  `${item.name.padEnd(31)}${quantity(item.quantity).padStart(12)} ${unitOf(PRICES[item.price], item.quantity).padEnd(25)}${dollars(item.usd).padStart(10)}`;

/** Each price that one of the bills counts with. */
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
