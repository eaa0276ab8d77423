import { FORMATS } from "../../formats";
import { identityOf, stampedName } from "../../formats/file-identity";
import type { Hour } from "../../formats/hour";
import type { SkipReason } from "../../formats/object-kind";
import { OWN_PREFIXES, type Partition, rawPrefixOf } from "../../formats/partition-layout";
import type { ObjectLocation } from "./ports";
import { partitionValueOf, type Source } from "./source";

/** A new object from an event or a listing. */
export interface ArrivedObject extends ObjectLocation {
  /** Bytes, if the event says so. */
  readonly size?: number;
  /** When it was delivered, if the event says so. */
  readonly deliveredAt?: Date;
}

/**
 * Names of moved files: `identity`, the hash of the original bucket and key and the name, or the time before it, so that
 * new files are next to each other.
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
 */
export function planMove(sources: readonly Source[], names: TargetNames, object: ArrivedObject): MovePlan {
  if (object.key.endsWith("/")) return { kind: "skip", reason: "folder-marker" };
  const match = matchSource(sources, object.key);
  if (match.kind === "skip") return match;
  if (match.source.asDelivered) return { kind: "skip", reason: "read-as-delivered" };
  if (object.size === 0) return { kind: "skip", reason: "empty-object" };
  const { source, hour } = match;
  const partitionValue = partitionValueOf(source);
  const format = FORMATS[source.format];
  const partition: Partition = {
    table: format.table,
    hour,
    ...(partitionValue === undefined ? {} : { source: partitionValue }),
  };
  const [folder, identity] = [rawPrefixOf(partition), identityOf(object)];
  return names === "identity"
    ? { kind: "move", key: folder + identity, earlierKeys: [], partition, source }
    : {
        kind: "move",
        key: folder + stampedName(format, object, hour),
        earlierKeys: [folder + identity],
        partition,
        source,
      };
}

type Match =
  | { readonly kind: "access-log"; readonly source: Source; readonly hour: Hour }
  | { readonly kind: "skip"; readonly reason: SkipReason };

/** The source whose format matches the key; of several, the source with the longest prefix. */
function matchSource(sources: readonly Source[], key: string): Match {
  // Objects that the pipeline wrote are never moved, whatever a source's prefix is.
  if (OWN_PREFIXES.some((prefix) => key.startsWith(prefix))) return { kind: "skip", reason: "unmatched-key" };
  const candidates = sources
    .filter(({ prefix }) => key.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  let reason: SkipReason = "unmatched-key";
  for (const source of candidates) {
    const object = FORMATS[source.format].classify(key);
    if (object.kind === "access-log") return { ...object, source };
    if (reason === "unmatched-key") reason = object.reason;
  }
  return { kind: "skip", reason };
}
