import type { Partition } from "../formats/partition-layout";

/** One hour of a stream: its files, and their progress. */
export interface HourFacts {
  readonly partition: Partition;
  /** Files below `raw/`. */
  readonly files: number;
  /** When the last of them arrived below `raw/`. */
  readonly newest?: Date;
  /** Uncommitted files that hold lines. `undefined` if the typed table could not be queried. */
  readonly waiting?: number;
  /** When the first uncommitted file arrived. */
  readonly waitingSince?: Date;
  /** When one of its files was last noted, if a note still exists. */
  readonly notedAt?: Date;
  /** False if the catalog does not contain the partition. Only set if partitions are added to the catalog. */
  readonly isInCatalog?: boolean;
}

/** Delivered files that were not moved. */
export interface LandingFacts {
  /** Log files that wait for the move. */
  readonly waiting: number;
  readonly waitingSince?: Date;
  /** Hours of the waiting files. */
  readonly partitions: readonly Partition[];
  /** True if there were too many objects to inspect all of them. */
  readonly isCutShort: boolean;
}

/** A typed table, or one source of a table that is partitioned by source: one line of `status`. */
export interface StreamFacts {
  readonly table: string;
  /** Value of the `source` partition key, if the table has one. */
  readonly source?: string;
  /** Configured sources; empty for a local lake, where every format is tried on every file. */
  readonly sources: readonly string[];
  readonly lastDelivery?: Date;
  readonly lastCommit?: Date;
  readonly hours: readonly HourFacts[];
  /** True if its files could not be listed: missing hours then have no meaning. */
  readonly isUnseen?: true;
  /** Hours with noted files outside the inspected range. */
  readonly notedElsewhere?: readonly Partition[];
  readonly rows?: number;
  /** Number of unparsed lines. */
  readonly unparsed?: number;
  readonly landing?: LandingFacts;
}
