import { arnOf, objectArn, PLACE, tableArn } from "./call";

const DOCS = "https://docs.aws.amazon.com/athena/latest/ug";

/** What Athena does for a statement in the name of the role that submits it. */
export interface OnBehalf {
  readonly kind: string;
  /** How its SQL begins. */
  readonly sql: RegExp;
  /** Pages that say so. */
  readonly pages: readonly string[];
  /** @param tables those that the statement names */
  readonly calls: (tables: readonly string[]) => readonly AthenaCall[];
}

export type AthenaCall = readonly [action: string, resource: string];

const CATALOG = arnOf("glue", "catalog");
const DATABASE = arnOf("glue", `database/${PLACE.database}`);
const BUCKET = `arn:aws:s3:::${PLACE.bucket}`;

/** A request about a table is judged for the table, its database and the catalog. */
const onTable = (actions: readonly string[], tables: readonly string[]): AthenaCall[] =>
  actions.flatMap((action) =>
    [CATALOG, DATABASE, ...tables.map(tableArn)].map((resource): AthenaCall => [action, resource]),
  );
const on = (actions: readonly string[], ...resources: readonly string[]): AthenaCall[] =>
  actions.flatMap((action) => resources.map((resource): AthenaCall => [action, resource]));

const LOOK_UP = ["glue:GetDatabase", "glue:GetTable"];
const LOOK_UP_PARTITIONS = ["glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"];

const isText = (table: string): boolean => /_(?:raw|lines)$/.test(table);
const partition = (table: string): string =>
  `raw/${table.replace(/_(?:raw|lines)$/, "")}/dt=2026-11-23/hour=07/`;
const dataOf = (table: string, file: string): string => objectArn(PLACE.bucket, `lake/${table}/${file}`);

const readText = (tables: readonly string[]): AthenaCall[] => [
  ...onTable([...LOOK_UP, ...LOOK_UP_PARTITIONS], tables.filter(isText)),
  ...tables
    .filter(isText)
    .flatMap((table) => on(["s3:GetObject"], objectArn(PLACE.bucket, `${partition(table)}a.gz`))),
  ...on(["s3:ListBucket"], BUCKET),
];
const readTyped = (tables: readonly string[]): AthenaCall[] => [
  ...onTable(LOOK_UP, tables),
  ...tables.flatMap((table) =>
    on(["s3:GetObject"], dataOf(table, "data/a.parquet"), dataOf(table, "metadata/1.json")),
  ),
];
/** Iceberg writes files, then its metadata, and moves the table in the catalog on to that; a failed commit is cleaned up. */
const writeTyped = (tables: readonly string[]): AthenaCall[] => [
  ...readTyped(tables),
  ...onTable(["glue:UpdateTable"], tables),
  ...tables.flatMap((table) =>
    on(
      ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      dataOf(table, "data/a.parquet"),
      dataOf(table, "metadata/1.json"),
    ),
  ),
];
const typed = (tables: readonly string[]): string[] => tables.filter((table) => !isText(table));

/** Of every statement: the default database is looked up, and results are written. */
export const EVERY_STATEMENT: Omit<OnBehalf, "sql"> = {
  kind: "every statement",
  pages: [
    `${DOCS}/fine-grained-access-to-glue-resources.html`,
    `${DOCS}/security-iam-awsmanpol.html`,
    `${DOCS}/query-results-specify-location.html`,
  ],
  calls: () => [
    ...on(["glue:GetDatabase", "glue:CreateDatabase"], CATALOG, arnOf("glue", "database/default")),
    ...on(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], BUCKET),
    ...on(
      ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      objectArn(PLACE.bucket, `athena-results/${PLACE.workgroup}/0a1b.csv`),
    ),
  ],
};

/** A view is read by reading what it is made of. */
const expanded = (tables: readonly string[]): string[] => [
  ...tables,
  ...tables
    .filter((table) => table.endsWith("_unparsed"))
    .map((table) => table.replace("_unparsed", "_lines")),
];

/** What Athena does for each kind of statement that the functions submit. */
export const ATHENA_CALLS: readonly OnBehalf[] = [
  {
    kind: "ALTER TABLE ADD PARTITION",
    sql: /^ALTER TABLE \S+ ADD IF NOT EXISTS\s+PARTITION/,
    pages: [
      `${DOCS}/alter-table-add-partition.html`,
      `${DOCS}/fine-grained-access-to-glue-resources.html`,
      "https://docs.aws.amazon.com/glue/latest/dg/api-permissions-reference.html",
    ],
    calls: (tables) => [
      ...onTable(
        [...LOOK_UP, ...LOOK_UP_PARTITIONS, "glue:CreatePartition", "glue:BatchCreatePartition"],
        tables,
      ),
      ...on(["s3:ListBucket"], BUCKET),
      // A folder is made for a location where there is none, as one of the two forms of an empty object.
      ...tables.flatMap((table) => {
        const folder = objectArn(PLACE.bucket, partition(table));
        return on(["s3:GetObject", "s3:PutObject"], folder, folder.replace(/\/$/, "_$folder$"));
      }),
    ],
  },
  {
    kind: "CREATE TABLE of Iceberg",
    sql: /^CREATE TABLE IF NOT EXISTS/,
    pages: [
      `${DOCS}/querying-iceberg-creating-tables.html`,
      `${DOCS}/fine-grained-access-to-glue-resources.html`,
    ],
    calls: (tables) => [...onTable(["glue:CreateTable"], tables), ...writeTyped(tables)],
  },
  {
    kind: "ALTER TABLE ADD COLUMNS of Iceberg",
    sql: /^ALTER TABLE \S+ ADD COLUMNS/,
    pages: [`${DOCS}/querying-iceberg-alter-table-add-columns.html`],
    calls: writeTyped,
  },
  {
    kind: "CREATE OR REPLACE VIEW",
    sql: /^CREATE OR REPLACE VIEW/,
    pages: [`${DOCS}/create-view.html`, `${DOCS}/fine-grained-access-to-glue-resources.html`],
    calls: (tables) => [
      ...onTable([...LOOK_UP, "glue:CreateTable", "glue:UpdateTable"], typed(tables)),
      ...onTable(LOOK_UP, tables.filter(isText)),
    ],
  },
  {
    kind: "INSERT INTO a table of Iceberg",
    sql: /^INSERT INTO/,
    pages: [`${DOCS}/insert-into.html`, `${DOCS}/querying-iceberg-data-manipulation.html`],
    calls: (tables) => [...readText(tables), ...writeTyped(typed(tables))],
  },
  {
    kind: "SELECT",
    sql: /^(?:SELECT|WITH)/,
    pages: [`${DOCS}/select.html`],
    calls: (tables) => [...readText(expanded(tables)), ...onTable(LOOK_UP, typed(tables))],
  },
  {
    kind: "OPTIMIZE",
    sql: /^OPTIMIZE/,
    pages: [`${DOCS}/querying-iceberg-data-optimization.html`, `${DOCS}/optimize-statement.html`],
    calls: writeTyped,
  },
  {
    kind: "VACUUM",
    sql: /^VACUUM/,
    pages: [`${DOCS}/querying-iceberg-data-optimization.html`, `${DOCS}/vacuum-statement.html`],
    calls: writeTyped,
  },
  {
    kind: "DELETE",
    sql: /^DELETE FROM/,
    pages: [`${DOCS}/querying-iceberg-delete.html`],
    calls: writeTyped,
  },
];

/** @throws Error if a statement is of a kind that is not in the table */
export function callsForStatement(sql: string): readonly AthenaCall[] {
  const known = ATHENA_CALLS.find((entry) => entry.sql.test(sql));
  if (!known) throw new Error(`${sql.slice(0, 60)}: what does Athena do for it? Add it to athena-calls.ts`);
  return [...EVERY_STATEMENT.calls([]), ...known.calls(tablesIn(sql))];
}

/** Tables that a statement names; locations in texts are called like them. */
export const tablesIn = (sql: string): string[] => [
  ...new Set(
    [...sql.replaceAll(/'[^']*'/g, "").matchAll(/\b((?:alb|cloudfront)_access_logs\w*)\b/g)].map(
      ([, table = ""]) => table,
    ),
  ),
];
