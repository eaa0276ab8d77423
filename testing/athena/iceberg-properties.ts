import { DAY_SECONDS } from "../../formats/time";
import type { TableName } from "../glue/table-versions";
import type { Properties } from "./hive-ddl";

/** Properties that Athena allows for an Iceberg table; it refuses all others. */
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

/** Retention limits of a table's VACUUM. */
export interface VacuumLimits {
  readonly maxAgeSeconds: number;
  readonly minSnapshots: number;
}

/**
 * Maintenance properties of tables, which Trino does not support.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
export class IcebergProperties {
  private readonly tables = new Map<string, Properties>();

  /** @returns Athena's error if it does not know a property, else nothing */
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
