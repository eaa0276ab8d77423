import {
  billOf,
  commitScans,
  DAYS_PER_MONTH,
  DESIGN_NAMES,
  DESIGNS,
  type Load,
  TABLE_PER_TEXT,
} from "../cost/model";
import { PRICES, unitOf } from "../cost/prices";
import { dollars, quantity } from "../cost/print-bills";
import { FILES_PER_NOTE } from "../handlers/core/arrival-notes";
import { MAX_RANGES } from "../handlers/core/plan-commits";
import { MOVE, TRANSFORM } from "../pipeline/sizing";
import { count } from "../terminal/quantities";

const LOADS: readonly Load[] = [
  { filesPerDay: 1_000, gbPerDay: 0.1, daysKept: DAYS_PER_MONTH },
  { filesPerDay: 100_000, gbPerDay: 10, daysKept: DAYS_PER_MONTH },
  { filesPerDay: 10_000_000, gbPerDay: 1_000, daysKept: DAYS_PER_MONTH },
];
const MIDDLE = { filesPerDay: 100_000, gbPerDay: 10, daysKept: DAYS_PER_MONTH };

/** Enough files that ranges of keys cover most of an hour. */
const MANY_FILES = 1_000;

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const right = (columns: number): string => row(["---", ...Array.from({ length: columns }, () => "---:")]);

/** Monthly costs of each design, for some loads. */
export function designsTable(): string {
  return [
    row(["US dollars per month", ...DESIGN_NAMES.map((name) => DESIGNS[name].title)]),
    right(DESIGN_NAMES.length),
    ...LOADS.map((load) =>
      row([
        `${count(load.filesPerDay)} files, ${count(load.gbPerDay)} GB per day`,
        ...DESIGN_NAMES.map((name) => dollars(billOf(name, load).usd)),
      ]),
    ),
  ].join("\n");
}

/** The page with the included items and their prices. */
export const renderCostPage = (): string => `# What it costs

<!-- Written by "npm run docs" from cost/model.ts and cost/prices.ts. -->

\`access-logs cost --files-per-day N --gb-per-day N\` prints the monthly bill, item by item, for your own numbers. GB are
GB of delivered, compressed files. On this page, text and tables are kept for ${DAYS_PER_MONTH} days (\`--days-kept\`).

${designsTable()}

## Included items

- The numbers of requests, statements and metrics are those of the functions: a test runs the functions and counts them.
- \`move-access-logs\` takes up to ${count(MOVE.batchSize)} files per invocation. With fewer files, each of the queue's five pollers invokes it
  every ${MOVE.batchWindowSeconds} seconds. Each invocation writes one arrival note per ${FILES_PER_NOTE} files of a table; on this page, all files belong to one table.
- **A commit reads only the new files** if there are at most ${MAX_RANGES} of them. With more files, it reads ranges of keys, which
  contain already committed files of the same hour: with ${TRANSFORM.perHour} commits per hour of ${count(MANY_FILES)} files each, every byte of text is
  read ${commitScans(TRANSFORM.perHour, MANY_FILES).toFixed(1)} times, and as often once more to count unparsed lines.
- **Unparsed lines are counted from Athena's statistics** if a commit reads only new files. The text of these files is read again
  only if there are unparsed lines: this is not included.
- A typed table has ${TABLE_PER_TEXT} of the size of the text, measured on sample logs of both formats.
- The run time of \`move-access-logs\` is measured processor time, divided by the share of a processor that its memory gives. The
  run time of the functions that wait for Athena is assumed: ten seconds per statement.
- Alarms, metrics, the dashboard and the queue's pollers cost the same without any files: they are most of the first row of the
  table. The free tier (ten metrics, ten alarms, three dashboards and a million queue requests) is not subtracted. To save these
  costs, set \`"alarms": false\` and \`"dashboard": false\`.
- Not included: queries (Athena bills scanned bytes), KMS, the delivery itself, and the catalog (the first million objects are
  free).

The **AWS sample** is amazon-cloudfront-access-logs-queries. It uses one invocation per file, and its Parquet is one or two hours
behind. Later files are not converted, and only Lambda's own retries exist. It has no alarms.
**AWS's own delivery** writes Parquet under Hive-style keys. AWS charges GB of text before compression, five times the stored
size. Conversion to Parquet costs more per GB; this is not included because no published price was found for this Region.

## ${count(MIDDLE.filesPerDay)} files and ${count(MIDDLE.gbPerDay)} GB per day, item by item

${DESIGN_NAMES.map(itemsTable).join("\n\n")}

## Prices

On-demand list prices without discounts and the free tier, as published at the given date. AWS changes prices, and they differ
by Region: check them before you rely on a result.

| price | US dollars | for | Region | date | page |
| --- | ---: | --- | --- | --- | --- |
${Object.entries(PRICES)
  .map(([name, price]) => {
    const { usd, per, region, source, date } = price;
    return row([name, String(usd), `${count(per)} ${unitOf(price, per)}`, region, date, source]);
  })
  .join("\n")}
`;

function itemsTable(design: (typeof DESIGN_NAMES)[number]): string {
  const { items, usd } = billOf(design, MIDDLE);
  return [
    `**${DESIGNS[design].title}**: ${dollars(usd)}`,
    "",
    row(["item", "quantity", "unit", "US dollars"]),
    "| --- | ---: | --- | ---: |",
    ...items.map((item) =>
      row([item.name, quantity(item.quantity), unitOf(PRICES[item.price], item.quantity), dollars(item.usd)]),
    ),
  ].join("\n");
}
