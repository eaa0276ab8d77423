import { DAY_SECONDS } from "../../formats/time";
import type { TableName } from "../glue/table-versions";
import type { Properties } from "./hive-ddl";

/** Properties that Athena lets an Iceberg table have; it refuses all others. */
const ALLOWED = [
  "table_type",
  "format",
  "write_compression",
  "compression_level",
  "write_data_path_enabled",
  "optimize_rewrite_min_data_file_size_bytes",
  "optimize_rewrite_max_data_file_size_bytes",
  "optimize_rewrite_data_file_threshold",
  "optimize_rewrite_delete_file_threshold",
  "vacuum_min_snapshots_to_keep",
  "vacuum_max_snapshot_age_seconds",
  "vacuum_max_metadata_files_to_keep",
];
const DEFAULT_MAX_AGE_SECONDS = 5 * DAY_SECONDS;

/** What VACUUM of a table keeps. */
export interface VacuumLimits {
  readonly maxAgeSeconds: number;
  readonly minSnapshots: number;
}

/**
 * What tables were told about their maintenance: Trino has no such properties.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
export class IcebergProperties {
  private readonly tables = new Map<string, Properties>();

  /** @returns the error of Athena if a property is none that it knows, else nothing */
  set({ database, table }: TableName, properties: Properties): string | undefined {
    const unknown = Object.keys(properties).find((name) => !ALLOWED.includes(name));
    if (unknown !== undefined) return `Unsupported table property key: ${unknown}`;
    const key = `${database}.${table}`;
    this.tables.set(key, { ...this.tables.get(key), ...properties });
    return undefined;
  }

  vacuumLimits({ database, table }: TableName): VacuumLimits {
    const properties = this.tables.get(`${database}.${table}`) ?? {};
    return {
      maxAgeSeconds: Number(properties.vacuum_max_snapshot_age_seconds ?? DEFAULT_MAX_AGE_SECONDS),
      minSnapshots: Number(properties.vacuum_min_snapshots_to_keep ?? 1),
    };
  }
}
