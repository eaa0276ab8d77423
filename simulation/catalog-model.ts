import {
  BatchDeleteTableVersionCommand,
  GetTableVersionsCommand,
  type GlueClient,
} from "@aws-sdk/client-glue";
import { DAY_MS } from "../formats/time";

/**
 * Metadata that accumulates with the commits to one Iceberg table: each adds a table version in Glue, and a
 * metadata file and a snapshot in S3.
 */
export interface CatalogModel {
  readonly glueVersions: number;
  readonly snapshots: number;
  readonly metadataFiles: number;
  /** Client for the code that deletes versions. */
  readonly glue: Pick<GlueClient, "send">;
  /** An INSERT or OPTIMIZE. */
  commit(): void;
  /** @see https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html */
  vacuum(): void;
  /** The day with small files: yesterday. */
  daysToMerge(): string;
}

/** Athena's default of `vacuum_max_metadata_files_to_keep`, and the table's maximum age of a snapshot. */
const KEPT_METADATA_FILES = 100;
const SNAPSHOT_AGE_MS = DAY_MS;
/** Glue returns at most this many versions at once. */
const VERSIONS_PER_PAGE = 100;

/** @param now current time of the simulation */
export function catalogModel(now: () => Date): CatalogModel {
  let snapshots: number[] = [];
  let metadataFiles = 0;
  let lastVersion = 0;
  let versions: number[] = [];
  const write = () => {
    metadataFiles++;
    versions.push(++lastVersion);
  };
  const send = async (command: unknown) => {
    if (command instanceof GetTableVersionsCommand) {
      const from = Number(command.input.NextToken ?? 0);
      const next = from + VERSIONS_PER_PAGE;
      const page = versions.toReversed().slice(from, next);
      return {
        TableVersions: page.map((version) => ({ VersionId: String(version) })),
        ...(next < versions.length ? { NextToken: String(next) } : {}),
      };
    }
    if (!(command instanceof BatchDeleteTableVersionCommand)) throw new Error("no such command here");
    const deleted = new Set(command.input.VersionIds);
    versions = versions.filter((version) => !deleted.has(String(version)));
    return {};
  };
  return {
    get glueVersions() {
      return versions.length;
    },
    get snapshots() {
      return snapshots.length;
    },
    get metadataFiles() {
      return metadataFiles;
    },
    glue: { send: send as GlueClient["send"] },
    commit: () => {
      snapshots.push(now().getTime());
      write();
    },
    vacuum: () => {
      const oldest = now().getTime() - SNAPSHOT_AGE_MS;
      snapshots = snapshots.filter((at, index) => at >= oldest || index === snapshots.length - 1);
      write();
      metadataFiles = Math.min(metadataFiles, KEPT_METADATA_FILES + 1);
    },
    daysToMerge: () => new Date(now().getTime() - DAY_MS).toISOString().slice(0, "YYYY-MM-DD".length),
  };
}
