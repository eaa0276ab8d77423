import type { Partition } from "../../formats/partition-layout";

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
}

/** The few things the core asks of a store of objects. Every method may also throw; the caller then retries. */
export interface ObjectStore {
  /** Makes `target` equal to `source`, replacing what is there; resolves only when the copy is confirmed. */
  copy(source: ObjectLocation, target: ObjectLocation): Promise<"copied" | "source-missing">;
  exists(location: ObjectLocation): Promise<boolean>;
  put(location: ObjectLocation, body: string): Promise<void>;
  /** Objects whose key starts with `prefix`, in the order of their keys. */
  list(bucket: string, prefix: string): AsyncIterable<StoredObject>;
  /**
   * Deletes any number of objects; a missing one counts as deleted.
   *
   * @returns the keys that could not be deleted, with the store's reason
   */
  deleteAll(bucket: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Deletes an object only if its content is still the one that was listed. A missing one counts as deleted. */
  deleteIfUnchanged(location: ObjectLocation, etag: string): Promise<"deleted" | "changed">;
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
  /** The same token and SQL run once, however often they are submitted: derived from the work, never random. */
  readonly token: string;
}

export interface QueryResult {
  readonly queryId: string;
}

/** Runs SQL and waits for its end. Writing SQL is the renderers' job. */
export interface QueryEngine {
  /** @throws OperationError with code `QUERY_FAILED`, the query's id and the engine's reason */
  run(statement: Statement): Promise<QueryResult>;
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
