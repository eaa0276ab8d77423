import { createHash } from "node:crypto";
import { FORMATS } from "../../formats";
import type { Hour } from "../../formats/hour";
import { fileNameOf, type SkipReason } from "../../formats/object-kind";
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

/** The planned action for an object. */
export type MovePlan =
  | {
      readonly kind: "move";
      readonly key: string;
      readonly partition: Partition;
      readonly source: Source;
    }
  | { readonly kind: "skip"; readonly reason: SkipReason };

const HASH_LENGTH = 8;

/**
 * Decides where an object goes. The same object always gets the same target key, so moving it twice writes
 * one file; the hash of bucket and key distinguishes files of the same name from different places.
 *
 * @param targetBucket bucket of the moved files: what the pipeline wrote there is never moved
 */
export function planMove(sources: readonly Source[], object: ArrivedObject, targetBucket: string): MovePlan {
  if (object.key.endsWith("/")) return { kind: "skip", reason: "folder-marker" };
  const isOwn =
    object.bucket === targetBucket && OWN_PREFIXES.some((prefix) => object.key.startsWith(prefix));
  if (isOwn) return { kind: "skip", reason: "unmatched-key" };
  const match = matchSource(sources, object.key);
  if (match.kind === "skip") return match;
  if (object.size === 0) return { kind: "skip", reason: "empty-object" };
  const { source, hour } = match;
  const partitionValue = partitionValueOf(source);
  const partition: Partition = {
    table: FORMATS[source.format].table,
    hour,
    ...(partitionValue === undefined ? {} : { source: partitionValue }),
  };
  return { kind: "move", key: rawPrefixOf(partition) + targetName(object), partition, source };
}

type Match =
  | { readonly kind: "access-log"; readonly source: Source; readonly hour: Hour }
  | { readonly kind: "skip"; readonly reason: SkipReason };

/** The source whose format matches the key; of several, the source with the longest prefix. */
function matchSource(sources: readonly Source[], key: string): Match {
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

function targetName({ bucket, key }: ObjectLocation): string {
  const hash = createHash("sha256").update(`${bucket}/${key}`).digest("hex").slice(0, HASH_LENGTH);
  return `${hash}-${fileNameOf(key)}`;
}
