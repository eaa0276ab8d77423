import type { DeliveredFolder } from "../../formats/delivered-layout";
import type { Partition } from "../../formats/partition-layout";
import type { CommittedFiles } from "../../formats/render/file-conditions";

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

/** An object with its text. */
export interface StoredText extends Pick<StoredObject, "etag" | "writtenAt"> {
  readonly body: string;
}

/**
 * The operations that the core needs of an object store. Every method may also throw; the caller then
 * retries.
 */
export interface ObjectStore {
  /** Copies `source` to `target`, replacing an existing object; resolves only when the copy is confirmed. */
  copy(source: ObjectLocation, target: ObjectLocation): Promise<"copied" | "source-missing">;
  exists(location: ObjectLocation): Promise<boolean>;
  /** @param contentType of the object, for clients that show it; default: that of the store */
  put(location: ObjectLocation, body: string, contentType?: string): Promise<void>;
  /** Puts an object if the key does not exist. @returns its etag; `undefined` if it exists already */
  putIfAbsent(location: ObjectLocation, body: string): Promise<string | undefined>;
  /** @returns `undefined` if the object does not exist */
  read(location: ObjectLocation): Promise<StoredText | undefined>;
  /** Objects whose key starts with `prefix`, in key order. */
  list(bucket: string, prefix: string): AsyncIterable<StoredObject>;
  /**
   * Deletes any number of objects; a missing one counts as deleted.
   *
   * @returns the keys that could not be deleted, with the store's reason
   */
  deleteAll(bucket: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** The start of an object. */
export interface ObjectStart {
  readonly bytes: Uint8Array;
  /** Bytes of the whole object. */
  readonly size: number;
}

/** The bytes of objects. Every method may also throw; the caller then retries. */
export interface ObjectBytes {
  /** The first bytes of an object. @returns `undefined` if it does not exist */
  start(location: ObjectLocation, length: number): Promise<ObjectStart | undefined>;
  /** A part of an object that exists. @param to the first byte after the part, in the object */
  part(location: ObjectLocation, from: number, to: number): Promise<Uint8Array>;
  /** All bytes of an object that exists. */
  all(location: ObjectLocation): AsyncIterable<Uint8Array>;
  /** Puts an object, replacing an existing one. It appears when all its bytes are there. @returns number of its bytes */
  put(location: ObjectLocation, body: AsyncIterable<Uint8Array>): Promise<number>;
}

/** Lists parts of a bucket. Each page is one request. */
export interface PagedListing {
  /**
   * Objects whose key starts with `prefix`, in key order.
   *
   * @param after only objects with a greater key; default: all
   */
  objectPages(bucket: string, prefix: string, after?: string): AsyncIterable<readonly StoredObject[]>;
  /** The different starts of keys after `prefix` that end with their first delimiter, with the prefix, in key order. */
  prefixPages(bucket: string, prefix: string, delimiter: string): AsyncIterable<readonly string[]>;
}

/** Knows which partitions of the text tables exist. */
export interface PartitionCatalog {
  /**
   * Adds the missing partitions of moved files; adding one again changes nothing.
   *
   * @throws OperationError with the query's id and reason if the catalog refuses
   */
  add(partitions: readonly Partition[]): Promise<void>;
  /** Adds the missing partitions of files as delivered, as `add` does. */
  addDelivered(folders: readonly DeliveredFolder[]): Promise<void>;
}

export interface Statement {
  readonly sql: string;
  /** Statements with the same token and SQL run once, even if submitted several times. */
  readonly token: string;
  /**
   * When to stop waiting for the end. The query continues; submitting the statement again joins it.
   *
   * @default - the engine's own limit
   */
  readonly waitUntil?: Date;
  /**
   * True if a failed query must not be submitted again.
   *
   * @default false: the statement is submitted again if Athena's reason says that this may help
   */
  readonly once?: boolean;
}

export interface QueryResult {
  readonly queryId: string;
  /** Bytes read from storage, if the engine reports them. */
  readonly bytesScanned?: number;
}

/** Runs SQL and waits for its end. The renderers write the SQL. */
export interface QueryEngine {
  /** @throws OperationError `QUERY_FAILED` with the query's id and the engine's reason, or `QUERY_TIMEOUT` */
  run(statement: Statement): Promise<QueryResult>;
  /** Runs a query of one value, e.g. a count. @throws as `run` does */
  value(statement: Statement): Promise<string | undefined>;
}

/** An engine that returns tables. */
export interface RowsEngine extends QueryEngine {
  /** Runs a query. @returns its rows as texts; NULL is an empty text @throws as `run` does */
  rows(statement: Statement): Promise<readonly (readonly string[])[]>;
}

/** An engine that can report how many rows a statement read and wrote. */
export interface CountingEngine extends QueryEngine {
  /**
   * Rows that a statement read from all tables but one.
   *
   * @returns their number, or a larger one if the engine cannot tell tables apart; `undefined` if unknown, or not known
   * yet, never an error
   */
  rowsRead(queryId: string, exceptOf: string): Promise<number | undefined>;
  /** @returns number of rows that the INSERT with this id added; `undefined` if unknown, never an error */
  rowsWritten(queryId: string): Promise<number | undefined>;
}

/** The typed tables of the lake: one for each format. */
export interface Lake {
  /** Creates the table if it does not exist, and adds columns that are new in its format. */
  prepare(table: string): Promise<void>;
  /**
   * SQL of the statement that commits files of a table, all or none, except files that the table already
   * holds.
   */
  commitSql(files: CommittedFiles): string;
  /** SQL that counts the unparsed lines of files of one table, see `renderCountUnparsed`. */
  countUnparsedSql(files: CommittedFiles): string;
  /** True if the statement is such a count for the table: records in the bucket are not trusted. */
  isCountOfUnparsed(table: string, sql: string): boolean;
  /** Lines of a file's header; 0 if the files of the table have none. */
  headerLines(table: string): number;
  /** True if the statement is a commit to the table: records in the bucket are not trusted. */
  isCommit(table: string, sql: string): boolean;
}

/** Queue of delivered objects that wait for their move. */
export interface MoveQueue {
  /** Announces objects as their bucket does. */
  announce(objects: readonly (ObjectLocation & Pick<StoredObject, "size">)[]): Promise<void>;
}

/** Versions of a table's definition in the catalog; each Iceberg commit adds one. */
export interface TableVersions {
  /** Deletes all but the newest versions. @returns number of deleted versions */
  deleteOld(table: string): Promise<number>;
}

export interface TextPartitions {
  /** Gives all partitions of a text table its columns and its pattern. @returns number of changed partitions */
  align(table: string): Promise<number>;
}

export interface Clock {
  now(): Date;
  /** Resolves after that many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

/** The clock of the system. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
