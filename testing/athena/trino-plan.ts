import type { TableName } from "../glue/table-versions";
import { CATALOG, ICEBERG, runOnTrino } from "../trino/client";
import type { HiveColumn, HivePartition } from "./hive-ddl";
import type { IcebergProperties } from "./iceberg-properties";
import type { AthenaStatement } from "./statement";

/** A statement for Trino. */
export interface Step {
  readonly sql: string;
  /** An error with a matching message is ignored. */
  readonly unless?: RegExp;
}

/** Context of plans. */
export interface Surroundings {
  readonly trino: string;
  readonly properties: IcebergProperties;
  /** Simulated seconds since the tables were written, so that a test does not have to wait a day. */
  readonly elapsedSeconds: number;
}

/** Iceberg's types on Athena, and their names on Trino. */
export const TRINO_TYPES: Readonly<Record<string, string>> = {
  string: "varchar",
  boolean: "boolean",
  int: "integer",
  bigint: "bigint",
  float: "real",
  double: "double",
  date: "date",
  timestamp: "timestamp(6)",
};

const IS_REGISTERED = /already registered/i;

/** The Trino statements for an Athena statement. @param sql the statement, for kinds that need no change */
export async function planOf(
  statement: AthenaStatement,
  sql: string,
  surroundings: Surroundings,
): Promise<readonly Step[]> {
  switch (statement.kind) {
    case "create-table": {
      const { ifNotExists, columns, partitioning, location } = statement;
      const list = columns.map(columnOf).join(", ");
      const keys = partitioning.map(literal).join(", ");
      return [
        {
          sql: `CREATE TABLE ${ifNotExists ? "IF NOT EXISTS " : ""}${iceberg(statement)} (${list}) WITH (format = 'PARQUET', partitioning = ARRAY[${keys}], location = ${literal(location.replace(/\/$/, ""))})`,
        },
      ];
    }
    case "add-columns":
      return statement.columns.map((column) => ({
        sql: `ALTER TABLE ${iceberg(statement)} ADD COLUMN ${columnOf(column)}`,
      }));
    case "set-properties":
      return [];
    case "add-partitions":
      return statement.partitions.map((partition) => ({
        sql: registerPartition(statement.name, partition),
        ...(statement.ifNotExists ? { unless: IS_REGISTERED } : {}),
      }));
    case "optimize":
      return [{ sql: `ALTER TABLE ${iceberg(statement)} EXECUTE optimize ${statement.where}` }];
    case "vacuum": {
      const { snapshots, orphans } = await thresholds(statement, surroundings);
      return [
        {
          sql: `ALTER TABLE ${iceberg(statement)} EXECUTE expire_snapshots(retention_threshold => '${snapshots}s')`,
        },
        {
          sql: `ALTER TABLE ${iceberg(statement)} EXECUTE remove_orphan_files(retention_threshold => '${orphans}s')`,
        },
      ];
    }
    case "insert":
    case "delete":
    case "view":
    case "select":
      return [{ sql }];
  }
}

/** `CALL` of the procedure that registers a partition of a text table. */
export function registerPartition({ database, table }: TableName, { keys, location }: HivePartition): string {
  const array = (texts: readonly string[]) => `ARRAY[${texts.map(literal).join(", ")}]`;
  const [names, values] = [keys.map(([key]) => key), keys.map(([, value]) => value)];
  return `CALL ${CATALOG}.system.register_partition(${literal(database)}, ${literal(table)}, ${array(names)}, ${array(values)}, ${literal(location)})`;
}

/** The ages, in seconds, after which VACUUM deletes. */
async function thresholds(
  { name }: Extract<AthenaStatement, { kind: "vacuum" }>,
  { trino, properties, elapsedSeconds }: Surroundings,
): Promise<{ readonly snapshots: number; readonly orphans: number }> {
  const { maxAgeSeconds, minSnapshots } = properties.vacuumLimits(name);
  const orphans = Math.max(0, maxAgeSeconds - elapsedSeconds);
  if (minSnapshots <= 1) return { snapshots: orphans, orphans };
  // This version of Trino has no option for the number of snapshots to keep.
  const { rows } = await runOnTrino(
    trino,
    `SELECT date_diff('second', min(committed_at), current_timestamp) FROM (SELECT committed_at FROM "${name.database}"."${name.table}$snapshots" ORDER BY committed_at DESC LIMIT ${minSnapshots})`,
  );
  return { snapshots: Math.max(orphans, Number(rows[0]?.[0] ?? 0) + 1), orphans };
}

const iceberg = ({ name }: { readonly name: TableName }): string =>
  `${ICEBERG}."${name.database}"."${name.table}"`;

const columnOf = ({ name, type }: HiveColumn): string => `"${name}" ${TRINO_TYPES[type] ?? type}`;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
