import { FORMATS } from "../../formats";
import { identityOf, stampedName } from "../../formats/file-identity";
import type { Hour } from "../../formats/hour";
import type { LogFormat } from "../../formats/log-format";
import { isParquetName, type SkipReason } from "../../formats/object-kind";
import { OWN_PREFIXES, type Partition, rawPrefixOf } from "../../formats/partition-layout";
import { rememberLast } from "../../formats/remember-last";
import type { ObjectLocation } from "./ports";
import { partitionValueOf, type Source } from "./source";

/** A new object from an event or a listing. */
export interface ArrivedObject extends ObjectLocation {
  /** Bytes, if the event says so. */
  readonly size?: number;
  /** When it was delivered, if the event says so. */
  readonly deliveredAt?: Date;
  /** What its key says, if it was asked before: most formats are tried to learn it. */
  readonly match?: Match;
}

/**
 * Names of moved files: `identity`, the hash of the original bucket and key and the name, or the time before it, so that
 * new files are next to each other. A lake on this machine has identities.
 */
export type TargetNames = "identity" | "time-first";

/** The planned action for an object. */
export type MovePlan =
  | {
      readonly kind: "move";
      readonly key: string;
      /** Other keys that earlier versions moved it to. */
      readonly earlierKeys: readonly string[];
      readonly partition: Partition;
      readonly source: Source;
    }
  | { readonly kind: "skip"; readonly reason: SkipReason };

/**
 * Decides where an object goes. The same object always gets the same target key, so moving it twice writes
 * one file; the hash of bucket and key distinguishes files of the same name from different places.
 *
 * @param targetBucket bucket of the moved files: what the pipeline wrote there is never moved
 */
export function planMove(
  sources: readonly Source[],
  names: TargetNames,
  object: ArrivedObject,
  targetBucket: string,
): MovePlan {
  const isOwn =
    object.bucket === targetBucket && OWN_PREFIXES.some((prefix) => object.key.startsWith(prefix));
  const match = isOwn ? UNMATCHED : matchObject(sources, object);
  if (match.kind === "skip") return match;
  const { source } = match;
  // Events can still be in the queue after the layout of a source was changed.
  if (source.asDelivered) return { kind: "skip", reason: "read-as-delivered" };
  // A lake reads these by their lines, as files whose names are not AWS's.
  if (names === "identity" && isParquetName(object.key)) return UNMATCHED;
  const partition = partitionOf(match);
  if (names === "identity")
    return { kind: "move", key: identityKeyOf(object, partition), earlierKeys: [], partition, source };
  const [key, earlier] = movedKeysOf(FORMATS[source.format], object, partition);
  return { kind: "move", key, earlierKeys: [earlier], partition, source };
}

/** The object with what its key says. */
export const matched = <Matched extends ArrivedObject>(
  sources: readonly Source[],
  object: Matched,
): Matched & { readonly match: Match } => ({ ...object, match: matchObject(sources, object) });

/** The partition that an object is moved to; `undefined` if it is not moved. */
export const plannedPartition = (match: Match): Partition | undefined =>
  match.kind === "skip" ? undefined : partitionOf(match);

/** The keys of an object after its move: the one that it gets now, and the one that earlier versions gave it. */
export function movedKeysOf(
  format: LogFormat,
  object: ObjectLocation,
  partition: Partition,
): readonly [key: string, earlier: string] {
  const stamped = rawPrefixOf(partition) + stampedName(format, object, partition.hour);
  return [stamped, identityKeyOf(object, partition)];
}

const identityKeyOf = (object: ObjectLocation, partition: Partition): string =>
  rawPrefixOf(partition) + identityOf(object);

/** The planned action for an object in a folder of a source that is read as delivered. */
export type ReadPlan =
  | { readonly kind: "read"; readonly partition: Partition }
  /** The object belongs to a source with a longer prefix. */
  | { readonly kind: "other-source" }
  | { readonly kind: "skip"; readonly reason: SkipReason };

/** Decides if a listed object is a file of the source. @param source one of the sources */
export function planDelivered(sources: readonly Source[], source: Source, object: ArrivedObject): ReadPlan {
  const match = matchObject(sources, object);
  if (match.kind === "skip") return match;
  // Only a move makes text of it.
  if (isParquetName(object.key)) return UNMATCHED;
  return match.source === source ? { kind: "read", partition: partitionOf(match) } : { kind: "other-source" };
}

interface MatchedFile {
  readonly kind: "access-log";
  readonly source: Source;
  readonly hour: Hour;
}
type Skipped = { readonly kind: "skip"; readonly reason: SkipReason };
type Match = MatchedFile | Skipped;
const UNMATCHED: Skipped = { kind: "skip", reason: "unmatched-key" };

function matchObject(sources: readonly Source[], { key, size, match: known }: ArrivedObject): Match {
  if (known) return known;
  if (key.endsWith("/")) return { kind: "skip", reason: "folder-marker" };
  const match = matchSource(sources, key);
  return match.kind === "access-log" && size === 0 ? { kind: "skip", reason: "empty-object" } : match;
}

function partitionOf({ source, hour }: MatchedFile): Partition {
  const partitionValue = partitionValueOf(source);
  return {
    table: FORMATS[source.format].table,
    hour,
    ...(partitionValue === undefined ? {} : { source: partitionValue }),
  };
}

/** The source whose format matches the key; of several, the source with the longest prefix. */
function matchSource(sources: readonly Source[], key: string): Match {
  let reason: SkipReason = "unmatched-key";
  for (const source of byPrefix(sources)) {
    if (!key.startsWith(source.prefix)) continue;
    const object = FORMATS[source.format].classify(key);
    if (object.kind === "access-log") return { ...object, source };
    if (reason === "unmatched-key") reason = object.reason;
  }
  return { kind: "skip", reason };
}

/** Longest prefix first. A run has the same sources for all objects. */
const byPrefix = rememberLast((sources: readonly Source[]): readonly Source[] =>
  [...sources].sort((a, b) => b.prefix.length - a.prefix.length),
);
