import type { ConfiguredSource } from "../../formats/configured-source";
import { addHours, hourOf } from "../../formats/hour";
import type { SkipReason } from "../../formats/object-kind";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../formats/time";
import type { DeliveredFile } from "./arrival-notes";
import { foldersIn, listFolders } from "./delivered-folders";
import type { DeliveredPlace } from "./delivered-source";
import { LimitedListing } from "./limited-listing";
import type { ListedPosition } from "./listed-position";
import { planDelivered } from "./move-plan";
import type { Clock, ObjectLocation, PagedListing } from "./ports";

export interface FindConfig {
  /** All sources: a key belongs to the source with the longest prefix. */
  readonly sources: readonly ConfiguredSource[];
  readonly source: ConfiguredSource;
  readonly place: DeliveredPlace;
  /** When to stop; the next listing then finds the rest. */
  readonly deadline: Date;
  /** Called with each new object that is not read. */
  readonly onSkipped: (object: ObjectLocation, reason: SkipReason) => void;
}

/** Result of one listing of a source. */
export interface FoundFiles {
  /** New files. */
  readonly files: readonly DeliveredFile[];
  /** New objects that are not access logs, by reason. */
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  /** LIST requests. */
  readonly requests: number;
  /** False if the time was over before the listing ended. */
  readonly isComplete: boolean;
  /** The position after these files are noted. */
  readonly position: ListedPosition;
}

/**
 * A file that arrives this much later than its name says is found by the next listing. Load balancers usually deliver
 * within minutes. The reconciliation finds later files.
 */
export const LOOK_BACK_MS = 3 * HOUR_MS;
/** An object may be visible in a listing some time after S3's time for it, and clocks differ. */
const OVERLAP_MS = 5 * MINUTE_MS;
/** After a longer pause, the listing begins this long ago: it would not end in the time of a run otherwise. */
const MAX_GAP_MS = 3 * DAY_MS;

/** Lists what AWS delivered for a source since its last listing. */
export async function findDelivered(
  { listing, clock }: { readonly listing: PagedListing; readonly clock: Clock },
  { sources, source, place, deadline, onSkipped }: FindConfig,
  before: ListedPosition | undefined,
): Promise<FoundFiles> {
  const now = clock.now();
  const { notedUntil, keys: known } = before ?? firstPosition(now);
  const since = new Date(Math.max(notedUntil.getTime(), now.getTime() - MAX_GAP_MS) - LOOK_BACK_MS);
  const limited = new LimitedListing(listing, () => clock.now() >= deadline);
  const range = { from: hourOf(since), to: addHours(hourOf(now), 1) };
  const folders = await foldersIn(limited, place, range);
  const notedNext = new Date(now.getTime() - OVERLAP_MS);
  const [files, recent, fresh] = [[] as DeliveredFile[], new Set<string>(), new Set<string>()];
  const skipped: Partial<Record<SkipReason, number>> = {};
  await listFolders(limited, place.layout, folders, since, (folder, objects) => {
    for (const { key, size, writtenAt } of objects) {
      const plan = planDelivered(sources, source, { bucket: place.bucket, key, size });
      if (plan.kind === "other-source") continue;
      if (writtenAt >= notedNext) recent.add(key);
      if (writtenAt < notedUntil || known.has(key)) continue;
      fresh.add(key);
      if (plan.kind === "read")
        files.push({ kind: "delivered", key, size, partition: plan.partition, folder });
      else {
        skipped[plan.reason] = (skipped[plan.reason] ?? 0) + 1;
        onSkipped({ bucket: place.bucket, key }, plan.reason);
      }
    }
  });
  const isComplete = !limited.isCutShort;
  const position = isComplete
    ? { notedUntil: notedNext, keys: recent }
    : { notedUntil, keys: new Set([...known, ...fresh]) };
  return { files, skipped, requests: limited.requests, isComplete, position };
}

/** Older files are found by the reconciliation or imported by a backfill. */
const firstPosition = (now: Date): ListedPosition => ({
  notedUntil: new Date(now.getTime() - LOOK_BACK_MS),
  keys: new Set(),
});
