import {
  billOf,
  commitScans,
  DAYS_PER_MONTH,
  DESIGN_NAMES,
  DESIGNS,
  type Load,
  TABLE_PER_TEXT,
} from "../cost/model";
import { PRICES } from "../cost/prices";
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

/** As many as make ranges of keys cover most of an hour. */
const MANY_FILES = 1_000;

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const right = (columns: number): string => row(["---", ...Array.from({ length: columns }, () => "---:")]);

/** A month of each design, for some loads. */
export function designsTable(): string {
  return [
    row(["US dollars a month", ...DESIGN_NAMES.map((name) => DESIGNS[name].title)]),
    right(DESIGN_NAMES.length),
    ...LOADS.map((load) =>
      row([
        `${count(load.filesPerDay)} files, ${count(load.gbPerDay)} GB a day`,
        ...DESIGN_NAMES.map((name) => dollars(billOf(name, load).usd)),
      ]),
    ),
  ].join("\n");
}

/** The page that says what is counted, and at what price. */
export const renderCostPage = (): string => `# What it costs

<!-- Written by "npm run docs" from cost/model.ts and cost/prices.ts. -->

\`access-logs cost --files-per-day N --gb-per-day N\` prints the bill of a month, item by item, for your own numbers. GB are
those of the files as they are delivered: compressed. Text and tables are kept for ${DAYS_PER_MONTH} days here (\`--days-kept\`).

${designsTable()}

## What is counted

- Requests, statements and metrics as the functions make them: a test runs the functions and counts.
- \`move-access-logs\` takes up to ${count(MOVE.batchSize)} files an invocation. Where fewer come, each of the queue's five readers hands over
  what it has every ${MOVE.batchWindowSeconds} seconds. Each invocation writes a note for every ${FILES_PER_NOTE} files of a table; here, files are of one table.
- **A commit reads the new files alone** while there are at most ${MAX_RANGES} of them. Of more, it reads ranges of keys, and with them
  files of the same hour that are in the table already: with ${TRANSFORM.perHour} commits an hour of ${count(MANY_FILES)} files each, every byte of text is
  read ${commitScans(TRANSFORM.perHour, MANY_FILES).toFixed(1)} times. When its day is finished, it is read once more to count the lines that could not be read.
- A typed table is ${TABLE_PER_TEXT} of the size of the text, as measured on made-up logs of both formats.
- Run time of \`move-access-logs\` is measured processor time, at the slice of a processor that its memory buys. Run time
  of the functions that wait for Athena is assumed: ten seconds a statement.
- Alarms, metrics, the dashboard and the readers of the queue are billed also when nothing arrives: that is what the first row
  of the table mostly consists of. An account's first ten metrics, ten alarms, three dashboards and a million queue
  requests are free, which is not counted; \`"alarms": false\` and \`"dashboard": false\` leave those out.
- Not counted: questions (Athena bills each by what it scans), KMS, what the delivery itself costs, and the catalog, whose
  first million objects are free.

The **AWS sample** is amazon-cloudfront-access-logs-queries: one invocation for each file, and Parquet an hour or two
behind. A file that comes later than that stays out of its Parquet, and nothing is retried
beyond Lambda's own tries. It has no alarms.
**AWS's own delivery** writes Parquet under Hive-style keys. It is charged by GB of text before compression, five times
what is stored; converting to Parquet costs more per GB, which is not counted because its price was not found published
for this Region.

## ${count(MIDDLE.filesPerDay)} files and ${count(MIDDLE.gbPerDay)} GB a day, item by item

${DESIGN_NAMES.map(itemsTable).join("\n\n")}

## Prices

List prices, on demand, without discounts and the free tier, as last seen published at the date shown. AWS changes them and
they differ by Region: look them up before you rely on a sum.

| price | US dollars | for | Region | seen | page |
| --- | ---: | --- | --- | --- | --- |
${Object.entries(PRICES)
  .map(([name, { usd, per, unit, region, source, date }]) =>
    row([name, String(usd), `${count(per)} ${unit}`, region, date, source]),
  )
  .join("\n")}
`;

function itemsTable(design: (typeof DESIGN_NAMES)[number]): string {
  const { items, usd } = billOf(design, MIDDLE);
  return [
    `**${DESIGNS[design].title}**: ${dollars(usd)}`,
    "",
    row(["item", "quantity", "of", "US dollars"]),
    "| --- | ---: | --- | ---: |",
    ...items.map((item) =>
      row([item.name, quantity(item.quantity), PRICES[item.price].unit, dollars(item.usd)]),
    ),
  ].join("\n");
}
