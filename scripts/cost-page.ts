import { billOf, DESIGN_NAMES, DESIGNS, type DesignName } from "../cost/bill";
import { DAYS_PER_MONTH, type Load } from "../cost/load";
import { PRICES, unitOf } from "../cost/prices";
import { dollars, quantity } from "../cost/print-bills";
import { TABLE_PER_TEXT } from "../cost/storage-items";
import { HOUR_MS } from "../formats/time";
import { FILES_PER_NOTE } from "../handlers/core/arrival-notes";
import { LOOK_BACK_MS } from "../handlers/core/find-delivered";
import { MOVE } from "../pipeline/sizing";
import { count, sum } from "../terminal/quantities";

const LOADS: readonly Load[] = [
  { filesPerDay: 10_000, gbPerDay: 1, daysKept: DAYS_PER_MONTH },
  { filesPerDay: 1_000_000, gbPerDay: 100, daysKept: DAYS_PER_MONTH },
  { filesPerDay: 10_000_000, gbPerDay: 1_000, daysKept: DAYS_PER_MONTH },
  { filesPerDay: 100_000_000, gbPerDay: 10_000, daysKept: DAYS_PER_MONTH },
];
const MIDDLE = { filesPerDay: 100_000, gbPerDay: 10, daysKept: DAYS_PER_MONTH };

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const right = (columns: number): string => row(["---", ...Array.from({ length: columns }, () => "---:")]);

const loadText = ({ filesPerDay, gbPerDay }: Load): string =>
  `${count(filesPerDay)} files, ${count(gbPerDay)} GB per day`;

/** Monthly costs of each design, for some loads. */
export const designsTable = (): string => loadsTable((name, load) => dollars(billOf(name, load).usd));

/** The same without storage: the work alone. */
const workTable = (): string =>
  loadsTable((name, load) => {
    const { items } = billOf(name, load);
    return dollars(sum(items.filter(({ price }) => price !== "s3Storage").map(({ usd }) => usd)));
  });

const loadsTable = (cell: (name: DesignName, load: Load) => string): string =>
  [
    row(["US dollars per month", ...LOADS.map(loadText)]),
    right(LOADS.length),
    ...DESIGN_NAMES.map((name) => row([DESIGNS[name].title, ...LOADS.map((load) => cell(name, load))])),
  ].join("\n");

/** The page with the included items and their prices. */
export const renderCostPage = (): string => `# What it costs

<!-- Written by "npm run docs" from the folder cost/. -->

\`access-logs cost --files-per-day N --gb-per-day N\` prints the monthly bill, item by item, for your own numbers. GB are
GB of delivered, compressed files. On this page, text and tables are kept for ${DAYS_PER_MONTH} days (\`--days-kept\`),
and there is one source (\`--sources\`, \`--formats\`).

${designsTable()}

Without storage:

${workTable()}

## Included items

- The numbers of requests, statements and metrics are those of the functions: a test runs the functions and counts them.
- \`move-access-logs\` takes up to ${count(MOVE.batchSize)} files per invocation. With fewer files, each of the queue's five pollers invokes it
  every ${MOVE.batchWindowSeconds} seconds. Each invocation writes one arrival note per ${FILES_PER_NOTE} files of a table; on this page, all files belong to one table.
- \`move-access-logs\` reads the start of each CloudFront file, and of files that CloudWatch Logs delivers: one request more for each,
  ${(PRICES.s3Reads.usd * 1e6) / PRICES.s3Reads.per} dollars for a million files. This is not included.
- **A commit reads only the new files**: names of moved load balancer files begin with their time, so that the new files of an
  hour are few ranges of names. CloudFront's names have only the hour: with more than a thousand files in one commit, ranges
  also contain other files of the hour, which are then read again. This is not included.
- **Unparsed lines are counted from Athena's statistics** if a commit reads only new files. The text of these files is read again
  only if there are unparsed lines: this is not included.
- **Read as delivered**, there are no copies, events and queue. Instead, each run of \`transform-partition\` lists the last
  ${LOOK_BACK_MS / HOUR_MS} hours of each load balancer. Athena lists the folder of the whole day for each statement, and with moved files
  only the folder of the hour. All files are assumed to be of one account and Region; with several, each statement lists less.
- A typed table has ${TABLE_PER_TEXT} of the size of the text, measured on sample logs of both formats.
- The run time of \`move-access-logs\` is measured processor time, divided by the share of a processor that its memory gives. The
  run time of the functions that wait for Athena is assumed: ten seconds per statement.
- Alarms, metrics, the dashboard and the queue's pollers cost the same without any files: they are most of the first row of the
  table. The free tier (ten metrics, ten alarms, three dashboards and a million queue requests) is not subtracted. To save these
  costs, set \`"alarms": false\` and \`"dashboard": false\`.
- The daily report is not on this page: \`access-logs cost --report-days N\` adds it to the typed tables. Each of its statements
  is counted with the complete rows of its days, although it reads only its columns.
- Not included: queries (Athena bills scanned bytes), KMS, the delivery itself, and the catalog (the first million objects are
  free).

The **AWS sample** is amazon-cloudfront-access-logs-queries. It uses one invocation per file, and its Parquet is one or two hours
behind. Later files are not converted, and only Lambda's own retries exist. It has no alarms.
**AWS's own delivery** (CloudWatch Logs delivery to S3) writes text or Parquet under Hive-style keys. AWS charges GB of text before
compression, five times the stored size; CloudFront's text is delivered without a charge. Conversion to Parquet costs more per GB; this
is not included because no published price was found for this Region. **Firehose** takes the same delivery, and writes Parquet.
CloudFront's delivery as JSON (\`deliverFrom\` of a source) and as Parquet goes into the pipeline's typed tables.

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
