import type { S3Client } from "@aws-sdk/client-s3";
import { DAY_MS } from "../../formats/time";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { runOnTrino, TrinoError } from "../trino/client";
import type { HivePartition } from "./hive-ddl";
import { registerPartition } from "./trino-plan";

/** A table whose partitions Athena computes, as the Glue catalog describes it. */
export interface ProjectedTable {
  readonly database: string;
  readonly table: string;
  /** Names of the partition keys, outermost first. */
  readonly keys: readonly string[];
  /** `projection.*` and `storage.location.template`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Emulates partition projection, which Trino does not have: before a query, it registers each partition that
 * has files and is in the projection. As on Athena, other partitions are not visible.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export class ProjectedPartitions {
  private readonly registered = new Set<string>();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly trino: string,
    private readonly s3: S3Client,
    private readonly tables: readonly ProjectedTable[],
  ) {}

  /** Registers partitions that are new since the last call. */
  refresh(): Promise<void> {
    // One at a time: two would register the same partitions.
    this.running = this.running.then(() => this.registerAll());
    return this.running;
  }

  private async registerAll(): Promise<void> {
    for (const table of this.tables) {
      for (const partition of await this.partitionsOf(table)) {
        const key = `${table.database}.${table.table} ${partition.location}`;
        if (this.registered.has(key)) continue;
        await this.register(table, partition);
        this.registered.add(key);
      }
    }
  }

  private async register(table: ProjectedTable, partition: HivePartition): Promise<void> {
    try {
      await runOnTrino(this.trino, registerPartition(table, partition));
    } catch (error) {
      if (!(error instanceof TrinoError && /already registered/i.test(error.message))) throw error;
    }
  }

  private async partitionsOf({ keys, parameters }: ProjectedTable): Promise<HivePartition[]> {
    const template = parameters["storage.location.template"] ?? "";
    const [, bucket = "", path = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(template) ?? [];
    const pattern = new RegExp(`^${path.replaceAll(/\$\{(\w+)\}/g, "(?<$1>[^/]+)")}`);
    const found = new Map<string, HivePartition>();
    const objects = s3ObjectStore(this.s3).list(bucket, path.replace(/[^/]*\$\{.*/, ""));
    for await (const { key } of objects) {
      const match = pattern.exec(key);
      if (!match?.groups) continue;
      const { groups } = match;
      const values = keys.map((name) => [name, groups[name] ?? ""] as const);
      if (!values.every(([name, value]) => isProjected(parameters, name, value))) continue;
      const location = `s3://${bucket}/${match[0]}`;
      found.set(location, { keys: values, location });
    }
    return [...found.values()];
  }
}

function isProjected(parameters: ProjectedTable["parameters"], name: string, value: string): boolean {
  const of = (property: string) => parameters[`projection.${name}.${property}`] ?? "";
  const [from = "", to = ""] = of("range").split(",");
  switch (of("type")) {
    case "enum":
      return of("values").split(",").includes(value);
    case "integer":
      return (
        value.length === Number(of("digits")) && Number(value) >= Number(from) && Number(value) <= Number(to)
      );
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(value) && value >= dayOf(from) && value <= dayOf(to);
    default:
      throw new Error(`projection of "${name}" has the type "${of("type")}", which is not known here`);
  }
}

/** Parses an end of a range of days: a date, or relative to now. */
function dayOf(end: string): string {
  const [, days] = /^NOW(?:\+(\d+)DAYS?)?$/.exec(end) ?? [];
  if (!end.startsWith("NOW")) return end;
  return new Date(Date.now() + Number(days ?? 0) * DAY_MS).toISOString().slice(0, 10);
}
