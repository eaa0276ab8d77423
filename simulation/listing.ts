import { FORMATS } from "../formats";
import type { ConfiguredSource } from "../formats/configured-source";
import { identityOf, identityOfPath } from "../formats/file-identity";
import { parseHour } from "../formats/hour";
import { type DeliveredFile, type NotePorts, noteArrivals } from "../handlers/core/arrival-notes";
import type { StoredObject } from "../handlers/core/ports";
import { rejectedIdentities } from "../handlers/core/rejected-files";

interface Listing {
  readonly sources: readonly ConfiguredSource[];
  /** Bucket that AWS delivers to. */
  readonly landing: string;
  /** Bucket of the pipeline. */
  readonly bucket: string;
}

/**
 * Finds objects without rows: notes those that are read as delivered, and announces the others to the mover.
 *
 * @param committed paths in the typed tables
 * @param before only older objects: the others are on their way
 */
export async function reconcile(
  ports: NotePorts,
  listing: Listing,
  committed: Iterable<string>,
  before: Date,
  announce: (key: string) => void,
): Promise<void> {
  const { landing, bucket } = listing;
  const known = new Set([...committed].map((path) => identityOfPath(bucket, path)));
  for (const identity of await rejectedIdentities(ports.store, bucket)) known.add(identity);
  const files: DeliveredFile[] = [];
  for (const source of listing.sources) {
    for (const { key, writtenAt } of await objectsOf(ports, listing, source)) {
      if (writtenAt > before || known.has(identityOf({ bucket: landing, key }))) continue;
      if (source.asDelivered) files.push(...deliveredFile(source, landing, key));
      else announce(key);
    }
  }
  await noteArrivals(ports, bucket, files);
}

async function objectsOf({ store }: NotePorts, { landing }: Listing, { prefix }: ConfiguredSource) {
  const objects: StoredObject[] = [];
  for await (const object of store.list(landing, prefix)) objects.push(object);
  return objects;
}

function deliveredFile(
  { format, name, prefix }: ConfiguredSource,
  bucket: string,
  key: string,
): DeliveredFile[] {
  const { table, classify } = FORMATS[format];
  const object = classify(key);
  const [, folder = "", year, month, day] =
    /^(.*)\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]*$/.exec(key.slice(prefix.length)) ?? [];
  const time = parseHour(`${year}-${month}-${day}T00`);
  if (object.kind === "skip" || time === undefined) return [];
  return [
    {
      kind: "delivered",
      key,
      partition: { table, hour: object.hour },
      folder: { table, source: name, bucket, prefix, folder, time },
    },
  ];
}
