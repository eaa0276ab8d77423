import {
  arnOf,
  bucketArn,
  type CallOfAnyone,
  callTo,
  type DeliveredPlace,
  objectArn,
  type Place,
  tableArns,
} from "./call";

const DOCS = "https://docs.aws.amazon.com/athena/latest/ug";

/** Requests that Athena makes for a statement with the submitter's role. */
export interface OnBehalf {
  readonly kind: string;
  /** Matches the start of its SQL. */
  readonly sql: RegExp;
  /** Pages that document these requests. */
  readonly pages: readonly string[];
  /** @param tables tables in the statement */
  readonly calls: (place: Place, tables: readonly string[], sql: string) => readonly CallOfAnyone[];
}

const onTables = (place: Place, actions: readonly string[], tables: readonly string[]): CallOfAnyone[] =>
  tables.flatMap((table) => on(actions, ...tableArns(place, place.database, table)));
const on = (actions: readonly string[], ...resources: readonly string[]): CallOfAnyone[] =>
  actions.flatMap((action) => resources.map((resource) => callTo(action, resource)));

const LOOK_UP = ["glue:GetDatabase", "glue:GetTable"];
const LOOK_UP_PARTITIONS = ["glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"];

const isDelivered = (table: string): boolean => /_delivered(?:_lines)?$/.test(table);
const isMoved = (table: string): boolean => /_(?:raw|lines)$/.test(table) && !isDelivered(table);
const isText = (table: string): boolean => isMoved(table) || isDelivered(table);
const partition = (table: string): string =>
  `raw/${table.replace(/_(?:raw|lines)$/, "")}/dt=2026-11-23/hour=07/`;
/** Requests for the tables over files as delivered, if a statement has them. */
const onDelivered = (
  { delivered }: Place,
  tables: readonly string[],
  calls: (place: DeliveredPlace) => readonly CallOfAnyone[],
): readonly CallOfAnyone[] => {
  if (!tables.some(isDelivered)) return [];
  if (delivered === undefined) throw new Error("the place has no files as delivered");
  return calls(delivered);
};
/** Athena lists the folder of each partition. */
const listFolder = ({ bucket, prefix }: DeliveredPlace): CallOfAnyone[] => [
  callTo("s3:ListBucket", bucketArn(bucket), { "s3:prefix": prefix }),
];
const filesOf = ({ bucket }: Place, table: string): readonly string[] =>
  ["data/a.parquet", "metadata/1.json"].map((file) => objectArn(bucket, `lake/${table}/${file}`));

/** Files as delivered that a statement names. */
const deliveredFilesIn = (sql: string): readonly string[] =>
  [...sql.matchAll(/'s3:\/\/([^/']+)\/([^']*\/[^/']+)'/g)].map(([, bucket = "", key = ""]) =>
    objectArn(bucket, key),
  );
const readDelivered = (sql: string): CallOfAnyone[] =>
  deliveredFilesIn(sql).flatMap((file) => on(["s3:GetObject"], file));

const readText = (place: Place, tables: readonly string[]): CallOfAnyone[] => [
  ...onTables(place, [...LOOK_UP, ...LOOK_UP_PARTITIONS], tables.filter(isText)),
  ...tables
    .filter(isMoved)
    .flatMap((table) => on(["s3:GetObject"], objectArn(place.bucket, `${partition(table)}a.gz`))),
  ...on(["s3:ListBucket"], bucketArn(place.bucket)),
  ...onDelivered(place, tables, (delivered) => [
    ...on(["s3:GetBucketLocation"], bucketArn(delivered.bucket)),
    ...listFolder(delivered),
    ...on(["s3:GetObject"], objectArn(delivered.bucket, `${delivered.prefix}a.gz`)),
  ]),
];
const readTyped = (place: Place, tables: readonly string[]): CallOfAnyone[] => [
  ...onTables(place, LOOK_UP, tables),
  ...tables.flatMap((table) => on(["s3:GetObject"], ...filesOf(place, table))),
];
/**
 * Iceberg writes files, then its metadata, and updates the table in the catalog; it cleans up a failed
 * commit.
 */
const writeTyped = (place: Place, tables: readonly string[]): CallOfAnyone[] => [
  ...readTyped(place, tables),
  ...onTables(place, ["glue:UpdateTable"], tables),
  ...tables.flatMap((table) =>
    on(
      ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      ...filesOf(place, table),
    ),
  ),
];
const typed = (tables: readonly string[]): string[] => tables.filter((table) => !isText(table));

/** For every statement: Athena looks up the default database, and writes results. */
export const EVERY_STATEMENT: Omit<OnBehalf, "sql"> = {
  kind: "every statement",
  pages: [
    `${DOCS}/fine-grained-access-to-glue-resources.html`,
    `${DOCS}/security-iam-awsmanpol.html`,
    `${DOCS}/query-results-specify-location.html`,
  ],
  calls: (place) => [
    ...on(
      ["glue:GetDatabase", "glue:CreateDatabase"],
      ...["catalog", "database/default"].map((name) => arnOf(place, "glue", name)),
    ),
    ...on(
      ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      bucketArn(place.bucket),
    ),
    ...on(
      ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      objectArn(place.bucket, `athena-results/${place.workgroup}/0a1b.csv`),
    ),
  ],
};

/** Reading a view reads its tables. */
const expanded = ({ delivered }: Place, tables: readonly string[]): string[] => [
  ...tables,
  ...tables
    .filter((table) => table.endsWith("_unparsed"))
    .map((table) => table.replace("_unparsed", ""))
    .flatMap((table) => [
      `${table}_lines`,
      ...(delivered?.table === table ? [`${table}_delivered_lines`] : []),
    ]),
];

/** Athena's requests for each kind of statement that the functions submit. */
export const ATHENA_CALLS: readonly OnBehalf[] = [
  {
    kind: "ALTER TABLE ADD PARTITION",
    sql: /^ALTER TABLE \S+ ADD IF NOT EXISTS\s+PARTITION/,
    pages: [
      `${DOCS}/alter-table-add-partition.html`,
      `${DOCS}/fine-grained-access-to-glue-resources.html`,
      "https://docs.aws.amazon.com/glue/latest/dg/api-permissions-reference.html",
    ],
    calls: (place, tables) => [
      ...onTables(
        place,
        [...LOOK_UP, ...LOOK_UP_PARTITIONS, "glue:CreatePartition", "glue:BatchCreatePartition"],
        tables,
      ),
      ...on(["s3:ListBucket"], bucketArn(place.bucket)),
      ...onDelivered(place, tables, listFolder),
      // Athena creates a folder for a location without one, as one of two forms of an empty object. Folders of files as
      // delivered exist.
      ...tables.filter(isMoved).flatMap((table) => {
        const folder = objectArn(place.bucket, partition(table));
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
    calls: (place, tables) => [
      ...onTables(place, ["glue:CreateTable"], tables),
      ...writeTyped(place, tables),
    ],
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
    calls: (place, tables) => [
      ...onTables(place, [...LOOK_UP, "glue:CreateTable", "glue:UpdateTable"], typed(tables)),
      ...onTables(place, LOOK_UP, tables.filter(isText)),
    ],
  },
  {
    kind: "INSERT INTO a table of Iceberg",
    sql: /^INSERT INTO/,
    pages: [`${DOCS}/insert-into.html`, `${DOCS}/querying-iceberg-data-manipulation.html`],
    calls: (place, tables, sql) => [
      ...readText(place, tables),
      ...(tables.some(isDelivered) ? readDelivered(sql) : []),
      ...writeTyped(place, typed(tables)),
    ],
  },
  {
    kind: "SELECT",
    sql: /^(?:SELECT|WITH)/,
    pages: [`${DOCS}/select.html`],
    calls: (place, tables) => [
      ...readText(place, expanded(place, tables)),
      ...onTables(place, LOOK_UP, typed(tables)),
      ...readTyped(
        place,
        typed(tables).filter((table) => !table.endsWith("_unparsed")),
      ),
    ],
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

/** @throws Error if no entry matches the statement */
export function callsForStatement(place: Place, sql: string): readonly CallOfAnyone[] {
  const known = ATHENA_CALLS.find((entry) => entry.sql.test(sql));
  if (!known) throw new Error(`${sql.slice(0, 60)}: what does Athena do for it? Add it to athena-calls.ts`);
  const tables = tablesIn(sql);
  return [...EVERY_STATEMENT.calls(place, tables, sql), ...known.calls(place, tables, sql)];
}

/** Tables in a statement; locations in its texts have the same names. */
const tablesIn = (sql: string): string[] => [
  ...new Set(
    [...sql.replaceAll(/'[^']*'/g, "").matchAll(/\b((?:alb|cloudfront)_access_logs\w*)\b/g)].map(
      ([, table = ""]) => table,
    ),
  ),
];
