import { FORMATS } from "../formats";
import { hourOf } from "../formats/hour";
import { columnsByPosition } from "../formats/log-format";
import { rawPrefixOf } from "../formats/partition-layout";
import { renderAddPartitions } from "../formats/render/add-partitions-ddl";
import { DDL_BUCKET, DDL_DATABASE } from "../formats/render/athena-ddl-file";
import {
  type LakeTable,
  renderAddLakeColumns,
  renderCommit,
  renderCreateLakeTable,
} from "../formats/render/lake-sql";
import {
  renderDaysBefore,
  renderDaysToMerge,
  renderDeleteDays,
  renderOptimize,
  renderVacuum,
} from "../formats/render/maintenance-sql";
import { renderFileSums, renderFilesOfHours } from "../formats/render/reconcile-sql";
import {
  renderCommittedFiles,
  renderCommittedHours,
  renderKnownPartitions,
} from "../formats/render/status-sql";
import { renderCountUnparsed, renderUnparsedView } from "../formats/render/unparsed-sql";

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
  kind: "moved" as const,
  partitions: [PARTITION],
  ranges: [
    {
      from: `${PREFIX}log-20261123T07Z-2fb1d8c4-E2EXAMPLE1SHOP.2026-11-23-07.1a2b3c4d.gz`,
      to: `${PREFIX}log-20261123T07Z-2fb1d8c4-E2EXAMPLE1SHOP.2026-11-23-07.1a2b3c4d.gz`,
    },
    {
      from: `${PREFIX}log-20261123T07Z-6ad03e57-E2EXAMPLE1SHOP.2026-11-23-07.5e6f7a8b.gz`,
      to: `${PREFIX}log-20261123T07Z-6c18f9b2-E2EXAMPLE1SHOP.2026-11-23-07.9c0d1e2f.gz`,
    },
  ],
};
/** A table with files as delivered, and two of them. */
const DELIVERED: LakeTable = { ...TABLE, format: FORMATS.alb, hasDelivered: true };
const FOLDER = {
  table: FORMATS.alb.table,
  source: "web",
  bucket: "delivered-logs",
  prefix: "alb/AWSLogs/",
  folder: "111122223333/elasticloadbalancing/eu-central-1",
  time: hourOf(Date.parse(`${DT}T00:00:00Z`)),
};
const DELIVERED_KEY = `${FOLDER.prefix}${FOLDER.folder}/2026/11/23/111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_10.0.0.5_2fb1c9a0.log.gz`;
const DELIVERED_FILES = {
  kind: "delivered" as const,
  partitions: [{ ...PARTITION, table: FORMATS.alb.table }],
  folders: [FOLDER] as const,
  ranges: [{ from: DELIVERED_KEY, to: DELIVERED_KEY }],
};
const LAST_COLUMN = columnsByPosition(TABLE.format).at(-1)?.name ?? "";

interface Section {
  readonly title: string;
  readonly text: string;
  readonly sql: string;
}

const SECTIONS: readonly Section[] = [
  {
    title: "Adding partitions",
    text: "`create-partition` runs it every hour, and `transform-partition` for the partitions of new files: at most 100 partitions per statement, for the raw table and the table of lines. `IF NOT EXISTS` makes retries safe.",
    sql: renderAddPartitions(TABLE.database, `${TABLE.format.table}_raw`, TABLE.bucket, [PARTITION]),
  },
  {
    title: "Creating the typed table",
    text: "`transform-partition` runs it if the table is missing. The table is partitioned by the day of `time`, and `log_file` names the file of each row.",
    sql: renderCreateLakeTable(TABLE),
  },
  {
    title: "Adding a column",
    text: "`transform-partition` runs it once if a column of the format is missing in the table. It changes no data; existing rows have NULL in the column. Deployment adds the column to the raw table.",
    sql: renderAddLakeColumns(TABLE, new Set([LAST_COLUMN])),
  },
  {
    title: "Committing files",
    text: "`transform-partition` runs one statement for the noted files of a table, or one for every hundred partitions. Iceberg makes all of its rows visible at once, or none. The statement reads only these files: by name if there are up to a hundred, otherwise as ranges of names. The anti-join on the identity of `log_file` excludes committed files, whatever their names were, so a retry adds nothing; it is pruned by the same hours, and by names that begin with a time. A line is a row if the SerDe's pattern matches it; the other lines are in the view below. Where lines may be JSON, as here, the inner SELECTs give each column the text of its key, and the last condition has the pattern for these texts.",
    sql: renderCommit(TABLE, FILES),
  },
  {
    title: "Committing files as delivered",
    text: "The files of a source that is read as delivered, in another statement. The day and the hour of the requests are in the file's name. The identity of a file is the hash of its bucket and key, and its name: a moved copy has the same.",
    sql: renderCommit(DELIVERED, DELIVERED_FILES),
  },
  {
    title: "The view of unparsed lines",
    text: "Created with the typed table, and replaced every night. Each line is a row, a header or in this view: the view uses the SerDe's pattern without groups and lookarounds, and for JSON the commit's texts and condition.",
    sql: renderUnparsedView(TABLE),
  },
  {
    title: "Counting unparsed lines",
    text: "`transform-partition` runs it for the files of a commit, but only if the commit read more lines than it wrote and headers account for: Athena's runtime statistics say so. It reads the text of these files once more. The count is the metric `UnparsedRows`.",
    sql: renderCountUnparsed(TABLE, FILES),
  },
  {
    title: "Finding days to delete",
    text: "`maintain-lake` runs it every night if `lakeRetentionDays` is set. It reads only Iceberg's metadata. It runs again after the delete: if Athena only marked rows as deleted, their day still exists, and a merge of its files removes them.",
    sql: renderDaysBefore(TABLE, DT),
  },
  {
    title: "Deleting old rows",
    text: "`maintain-lake` runs it for at most ninety days at once. The table is partitioned by day, so complete partitions are deleted. If a file of such a day arrives later or is loaded again, it is committed and deleted the next night.",
    sql: renderDeleteDays(TABLE, DT, LAST_DT),
  },
  {
    title: "Finding days to merge",
    text: "`maintain-lake` runs it every night. It returns the days with many small files, oldest first, up to a limit of bytes; the other days wait for the next night. It reads only Iceberg's metadata.",
    sql: renderDaysToMerge(TABLE),
  },
  {
    title: "Merging small files",
    text: "`maintain-lake` runs it for each of these days, because each commit adds at least one file. Names have no quotes because Athena does not accept them here. If Athena stops and requests another run, the function repeats the statement.",
    sql: renderOptimize(TABLE, DT),
  },
  {
    title: "Deleting unused files",
    text: "`maintain-lake` runs it after the merge. It deletes data files and metadata that no snapshot needs.",
    sql: renderVacuum(TABLE),
  },
  {
    title: "Comparing files: sums per hour",
    text: "`maintain-lake` runs it every night for each of the last three days with files. It compares the number of files and the sum of the hashes in their identities with those of the listed files: if both are the same, the files are the same. Reads `log_file` and the partition keys of the day.",
    sql: renderFileSums(TABLE, DT),
  },
  {
    title: "Comparing files: identities",
    text: "`maintain-lake` runs it for the hours that differ, to find the files that are not in the table.",
    sql: renderFilesOfHours(TABLE, DT, ["07"]),
  },
  {
    title: "Inspecting: partitions in the catalog",
    text: "`access-logs status` runs it for the checked days. It reads no data.",
    sql: renderKnownPartitions(TABLE, PARTITION.hour, PARTITION.hour),
  },
  {
    title: "Inspecting: committed hours",
    text: "`access-logs status` compares the files and rows of each hour with the files below `raw/`. The statement reads `log_file` and the partition keys of these days.",
    sql: renderCommittedHours(TABLE, PARTITION.hour, PARTITION.hour),
  },
  {
    title: "Inspecting: committed files",
    text: "`access-logs status` runs it for hours with fewer files than below `raw/`.",
    sql: renderCommittedFiles(TABLE, [PARTITION]),
  },
];

/** Every statement that the pipeline sends to Athena, with an example and its purpose. */
export const renderSqlPage = (): string =>
  `# SQL statements

All SQL that the pipeline sends to Athena, with CloudFront's tables as an example. Pure functions in \`formats/render/\`
generate the SQL; names are validated as plain identifiers, and literals are escaped. \`npm run docs\` generates this page.

${SECTIONS.map(({ title, text, sql }) => `## ${title}\n\n${text}\n\n\`\`\`sql\n${sql}\n\`\`\`\n`).join("\n")}`;
