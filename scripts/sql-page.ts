import { FORMATS } from "../formats";
import { hourOf } from "../formats/hour";
import { columnsOf } from "../formats/log-format";
import { rawPrefixOf } from "../formats/partition-layout";
import { renderAddPartitions } from "../formats/render/add-partitions-ddl";
import { DDL_BUCKET, DDL_DATABASE } from "../formats/render/athena-ddl-file";
import {
  type LakeTable,
  renderAddLakeColumns,
  renderCommit,
  renderCountUnparsed,
  renderCreateLakeTable,
  renderUnparsedView,
} from "../formats/render/lake-sql";
import {
  renderDaysBefore,
  renderDaysToMerge,
  renderDeleteDays,
  renderOptimize,
  renderVacuum,
} from "../formats/render/maintenance-sql";
import {
  renderCommittedFiles,
  renderCommittedHours,
  renderKnownPartitions,
} from "../formats/render/status-sql";

const TABLE: LakeTable = {
  format: FORMATS.cloudfront,
  database: DDL_DATABASE,
  bucket: DDL_BUCKET,
  bySource: false,
};
const DT = "2026-11-23";
const LAST_DT = "2026-11-25";
const PARTITION = { table: TABLE.format.table, hour: hourOf(Date.parse(`${DT}T07:00:00Z`)) };
const PREFIX = rawPrefixOf(PARTITION);
const FILES = {
  partitions: [PARTITION],
  ranges: [
    {
      from: `${PREFIX}2fb1d8c4-E2EXAMPLE1SHOP.2026-11-23-07.1a2b3c4d.gz`,
      to: `${PREFIX}2fb1d8c4-E2EXAMPLE1SHOP.2026-11-23-07.1a2b3c4d.gz`,
    },
    {
      from: `${PREFIX}6ad03e57-E2EXAMPLE1SHOP.2026-11-23-07.5e6f7a8b.gz`,
      to: `${PREFIX}6c18f9b2-E2EXAMPLE1SHOP.2026-11-23-07.9c0d1e2f.gz`,
    },
  ],
};
const LAST_COLUMN = columnsOf(TABLE.format).at(-1)?.name ?? "";

interface Section {
  readonly title: string;
  readonly text: string;
  readonly sql: string;
}

const SECTIONS: readonly Section[] = [
  {
    title: "Adding partitions",
    text: "`create-partition` every hour, and `transform-partition` for those of new files: at most 100 a statement, for the raw table and the table of lines. `IF NOT EXISTS` makes running it again harmless.",
    sql: renderAddPartitions(TABLE.database, `${TABLE.format.table}_raw`, TABLE.bucket, [PARTITION]),
  },
  {
    title: "Creating the typed table",
    text: "`transform-partition`, when the table is missing. It is partitioned by the day of `time`, and every row names its file in `log_file`.",
    sql: renderCreateLakeTable(TABLE),
  },
  {
    title: "Adding a column",
    text: "`transform-partition`, once, when the format has a column that the table lacks. No data is touched; rows of before have NULL there. The raw table gets the column when the stack is deployed.",
    sql: renderAddLakeColumns(TABLE, new Set([LAST_COLUMN])),
  },
  {
    title: "Committing files",
    text: "`transform-partition`: one statement for the noted files of a table, or one for every hundred partitions. Iceberg makes all of its rows visible at once, or none. Only the files themselves are read: by name where there are up to a hundred, else as ranges of names. The anti-join on `log_file` leaves out files that are in already, so that running it again adds nothing; it is pruned by the same hours and names. A line is a row if the SerDe's pattern matched it; the others are in the view below.",
    sql: renderCommit(TABLE, FILES),
  },
  {
    title: "The view of unparsed lines",
    text: "Made with the typed table, and again every night. Each line is a row, a header or in this view: the pattern is that of the SerDe, without its groups and lookarounds.",
    sql: renderUnparsedView(TABLE),
  },
  {
    title: "Counting unparsed lines",
    text: "`maintain-lake`, every night, for each day before yesterday that got files since it was last counted, late files and history too. The count is the metric `UnparsedRows`. It reads the day's text once more, which is why it does not happen with each commit.",
    sql: renderCountUnparsed(TABLE, DT),
  },
  {
    title: "Finding days to delete",
    text: "`maintain-lake`, every night, if `lakeRetentionDays` is set. Reads Iceberg's metadata alone. It is asked again after the delete: where Athena only marks rows as deleted, their day is still there, and merging its files takes them away.",
    sql: renderDaysBefore(TABLE, DT),
  },
  {
    title: "Deleting old rows",
    text: "`maintain-lake`, for at most ninety days at once. The table is partitioned by day, so whole partitions go. A file of such a day that comes later, or is loaded again, is committed and goes the next night.",
    sql: renderDeleteDays(TABLE, DT, LAST_DT),
  },
  {
    title: "Finding days to merge",
    text: "`maintain-lake`, every night: the days with many small files, oldest first, whatever wrote them, up to a limit of bytes; the rest waits for the next night. Reads Iceberg's metadata alone.",
    sql: renderDaysToMerge(TABLE),
  },
  {
    title: "Merging small files",
    text: "`maintain-lake`, for each of these days: each commit adds at least one file. Names stand without quotes, because Athena takes none here. Athena may stop and ask for another run; it gets one.",
    sql: renderOptimize(TABLE, DT),
  },
  {
    title: "Deleting leftovers",
    text: "`maintain-lake`, after merging: data files and metadata that no snapshot needs any more.",
    sql: renderVacuum(TABLE),
  },
  {
    title: "Looking: partitions that the catalog knows",
    text: "`access-logs status`, for the days that it looks at. Reads no data.",
    sql: renderKnownPartitions(TABLE, PARTITION.hour, PARTITION.hour),
  },
  {
    title: "Looking: what is committed",
    text: "`access-logs status`: files and rows of each hour, to compare with the files below `raw/`. It reads `log_file` and the keys of these days.",
    sql: renderCommittedHours(TABLE, PARTITION.hour, PARTITION.hour),
  },
  {
    title: "Looking: files that are committed",
    text: "`access-logs status`, for hours with fewer files than there are below `raw/`.",
    sql: renderCommittedFiles(TABLE, [PARTITION]),
  },
];

/** Every statement that the pipeline sends to Athena, with an example and what it is for. */
export const renderSqlPage = (): string =>
  `# The statements

All SQL that the pipeline sends to Athena, here with CloudFront's tables. The text is made by pure functions in
\`formats/render/\`; names are checked to be plain identifiers, texts are escaped. This page is made by \`npm run docs\`.

${SECTIONS.map(({ title, text, sql }) => `## ${title}\n\n${text}\n\n\`\`\`sql\n${sql}\n\`\`\`\n`).join("\n")}`;
