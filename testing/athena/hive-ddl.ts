import type { TableName } from "../glue/table-versions";
import { HiveReader } from "./hive-reader";

/** A supported Hive DDL statement of Athena. */
export type HiveStatement =
  | {
      readonly kind: "create-table";
      readonly name: TableName;
      readonly ifNotExists: boolean;
      readonly columns: readonly HiveColumn[];
      /** Iceberg's transforms as Trino writes them, e.g. `day(time)`. */
      readonly partitioning: readonly string[];
      readonly location: string;
      readonly properties: Properties;
    }
  | { readonly kind: "add-columns"; readonly name: TableName; readonly columns: readonly HiveColumn[] }
  | { readonly kind: "set-properties"; readonly name: TableName; readonly properties: Properties }
  | {
      readonly kind: "add-partitions";
      readonly name: TableName;
      readonly ifNotExists: boolean;
      readonly partitions: readonly HivePartition[];
    };

export interface HiveColumn {
  readonly name: string;
  readonly type: string;
}
export interface HivePartition {
  readonly keys: readonly (readonly [key: string, value: string])[];
  readonly location: string;
}
export type Properties = Readonly<Record<string, string>>;

/**
 * Reads Athena's `CREATE TABLE` of an Iceberg table, and `ALTER TABLE`.
 *
 * @throws ParseException with the message of Athena's parser
 */
export function parseHiveDdl(sql: string): HiveStatement {
  const reader = new HiveReader(sql);
  const statement = reader.skips("CREATE TABLE") ? createTable(reader) : alterTable(reader);
  if (!reader.isAtEnd()) throw reader.unexpected("statement");
  return statement;
}

function createTable(reader: HiveReader): HiveStatement {
  const place = "create table statement";
  const ifNotExists = reader.skips("IF NOT EXISTS");
  const name = qualifiedName(reader);
  const columns = columnList(reader);
  const partitioning = reader.skips("PARTITIONED BY")
    ? reader.list(place, () => partitionTransform(reader))
    : [];
  reader.expect("LOCATION", place);
  const location = reader.text("table location specification");
  reader.expect("TBLPROPERTIES", place);
  const properties = propertyList(reader);
  return { kind: "create-table", name, ifNotExists, columns, partitioning, location, properties };
}

function alterTable(reader: HiveReader): HiveStatement {
  const place = "alter table statement";
  reader.expect("ALTER TABLE", "ddl statement");
  const name = qualifiedName(reader);
  if (reader.skips("SET TBLPROPERTIES"))
    return { kind: "set-properties", name, properties: propertyList(reader) };
  reader.expect("ADD", place);
  if (reader.skips("COLUMNS")) return { kind: "add-columns", name, columns: columnList(reader) };
  const ifNotExists = reader.skips("IF NOT EXISTS");
  const partitions: HivePartition[] = [];
  do {
    reader.expect("PARTITION", place);
    const keys = reader.list(place, () => {
      const key = reader.name("partition column");
      reader.expect("=", "partition specification");
      return [key, reader.text("constant")] as const;
    });
    reader.expect("LOCATION", "add partition statement");
    partitions.push({ keys, location: reader.text("partition location") });
  } while (!reader.isAtEnd());
  return { kind: "add-partitions", name, ifNotExists, partitions };
}

function qualifiedName(reader: HiveReader): TableName {
  const database = reader.name("table name");
  reader.expect(".", "table name");
  return { database, table: reader.name("table name") };
}

const columnList = (reader: HiveReader): HiveColumn[] =>
  reader.list("column specification", () => {
    const column = { name: reader.name("column name"), type: reader.name("column type") };
    if (reader.skips("COMMENT")) reader.text("column comment");
    return column;
  });

/** A column, or a transform of one: `day(time)`. */
function partitionTransform(reader: HiveReader): string {
  const name = reader.name("partition transform");
  if (!reader.skips("(")) return name;
  const column = reader.name("partition transform");
  reader.expect(")", "partition transform");
  return `${name}(${column})`;
}

const propertyList = (reader: HiveReader): Properties =>
  Object.fromEntries(
    reader.list("table properties", () => {
      const key = reader.text("table properties");
      reader.expect("=", "table properties");
      return [key, reader.text("table properties")];
    }),
  );
