import type { Partition } from "../formats/partition-layout";

/** One hour of a stream: what lies there, and how far it came. */
export interface HourFacts {
  readonly partition: Partition;
  /** Files below `raw/`. */
  readonly files: number;
  /** When the last of them came there. */
  readonly newest?: Date;
  /** Files that hold lines and are not in the typed table. Not known where it could not be asked. */
  readonly waiting?: number;
  /** When the first of these came. */
  readonly waitingSince?: Date;
  /** When one of its files was last noted, if a note is still there. */
  readonly notedAt?: Date;
  /** False if the catalog does not know the partition. Only where partitions are added. */
  readonly isInCatalog?: boolean;
}

/** What arrived where AWS delivers and was not moved. */
export interface LandingFacts {
  /** Log files that are to be moved. */
  readonly waiting: number;
  readonly waitingSince?: Date;
  /** The hours that they are of. */
  readonly partitions: readonly Partition[];
  /** True if there were too many objects to look at all of them. */
  readonly isCutShort: boolean;
}

/** A typed table, or one source of a table that is partitioned by source: what `status` has a line for. */
export interface StreamFacts {
  readonly table: string;
  /** Value of the `source` partition key, if the table has one. */
  readonly source?: string;
  /** Configured sources; none for a lake on this machine, where every format is tried on every file. */
  readonly sources: readonly string[];
  readonly lastDelivery?: Date;
  readonly lastCommit?: Date;
  readonly hours: readonly HourFacts[];
  /** True if its files could not be listed: no hour says nothing then. */
  readonly isUnseen?: true;
  /** Hours with noted files that were not looked at. */
  readonly notedElsewhere?: readonly Partition[];
  readonly rows?: number;
  /** Unparsed lines. */
  readonly unparsed?: number;
  readonly landing?: LandingFacts;
}
