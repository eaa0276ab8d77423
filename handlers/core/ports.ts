import type { Partition } from "../../formats/partition-layout";
import type { CommittedFiles } from "../../formats/render/lake-sql";

/** Where an object is. `bucket` is an S3 bucket, or a folder of the directory adapter. */
export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
}

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Changes with the content; opaque otherwise. */
  readonly etag: string;
  /** When this content was written. */
  readonly writtenAt: Date;
}

/** The few things the core asks of a store of objects. Every method may also throw; the caller then retries. */
export interface ObjectStore {
  /** Makes `target` equal to `source`, replacing what is there; resolves only when the copy is confirmed. */
  copy(source: ObjectLocation, target: ObjectLocation): Promise<"copied" | "source-missing">;
  exists(location: ObjectLocation): Promise<boolean>;
  put(location: ObjectLocation, body: string): Promise<void>;
  /** Puts an object only where none is. @returns its etag; `undefined` if there is one already */
  putIfAbsent(location: ObjectLocation, body: string): Promise<string | undefined>;
  /** @returns the object's text and etag; `undefined` if there is none */
  read(location: ObjectLocation): Promise<{ readonly body: string; readonly etag: string } | undefined>;
  /** Objects whose key starts with `prefix`, in the order of their keys. */
  list(bucket: string, prefix: string): AsyncIterable<StoredObject>;
  /**
   * Deletes any number of objects; a missing one counts as deleted.
   *
   * @returns the keys that could not be deleted, with the store's reason
   */
  deleteAll(bucket: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Knows which partitions of the raw tables exist. */
export interface PartitionCatalog {
  /**
   * Adds partitions of one table that are not there yet; adding one again changes nothing.
   *
   * @throws OperationError with the query's id and reason if the catalog refuses
   */
  add(partitions: readonly Partition[]): Promise<void>;
}

export interface Statement {
  readonly sql: string;
  /** The same token and SQL run once, however often they are submitted. */
  readonly token: string;
  /**
   * When to stop waiting for the end. The query goes on; submitting the statement again joins it.
   *
   * @default - the engine's own limit
   */
  readonly waitUntil?: Date;
  /**
   * True if a query that fails must not be followed by another one with the same SQL.
   *
   * @default false: where Athena's reason says that it may help, the statement is submitted again
   */
  readonly once?: boolean;
}

export interface QueryResult {
  readonly queryId: string;
  /** Bytes read from storage, if the engine says so. */
  readonly bytesScanned?: number;
}

/** Runs SQL and waits for its end. Writing SQL is the renderers' job. */
export interface QueryEngine {
  /** @throws OperationError with code `QUERY_FAILED`, the query's id and the engine's reason, or `QUERY_TIMEOUT` */
  run(statement: Statement): Promise<QueryResult>;
  /** Runs a query of one value, e.g. a count. @throws as `run` does */
  value(statement: Statement): Promise<string | undefined>;
}

/** An engine that tells afterwards what its statements wrote. */
export interface CountingEngine extends QueryEngine {
  /** @returns the rows that an INSERT, by its id, added; `undefined` if that cannot be known, never an error */
  rowsWritten(queryId: string): Promise<number | undefined>;
}

/** The typed tables of the lake: one for each format. */
export interface Lake {
  /** Creates the table if it is missing, and adds the columns that its format got since then. */
  prepare(table: string): Promise<void>;
  /**
   * SQL of the one statement that commits files of a table, all or none; those that are in it already are left out.
   */
  commitSql(files: CommittedFiles): string;
  /** True if the statement is a commit to the table: what lies in the bucket is not trusted to be one. */
  isCommit(table: string, sql: string): boolean;
}

/** The versions that a catalog keeps of a table's definition; each commit of Iceberg adds one. */
export interface TableVersions {
  /** Deletes all but the newest ones. @returns how many were deleted */
  deleteOld(table: string): Promise<number>;
}

export interface Clock {
  now(): Date;
  /** Resolves after that many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

/** The real one. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
