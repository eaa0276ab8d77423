import * as z from "zod/mini";
import { LISTED_PREFIX } from "../../formats/partition-layout";
import { jsonAs } from "./json";
import type { ObjectStore } from "./ports";

/** Up to where the files of a source are noted. */
export interface ListedPosition {
  /** Every listed object that was written before is noted or skipped. */
  readonly notedUntil: Date;
  /** Keys of objects that were written later, and are noted or skipped, too. */
  readonly keys: ReadonlySet<string>;
}

const positionSchema = z.strictObject({ notedUntil: z.iso.datetime(), keys: z.array(z.string()) });

const locationOf = (bucket: string, source: string) => ({ bucket, key: `${LISTED_PREFIX}${source}.json` });

/** @returns `undefined` if the source was never listed */
export async function readPosition(
  store: ObjectStore,
  bucket: string,
  source: string,
): Promise<ListedPosition | undefined> {
  const body = (await store.read(locationOf(bucket, source)))?.body;
  const position = body === undefined ? undefined : jsonAs(positionSchema, body);
  return position && { notedUntil: new Date(position.notedUntil), keys: new Set(position.keys) };
}

export async function writePosition(
  store: ObjectStore,
  bucket: string,
  source: string,
  { notedUntil, keys }: ListedPosition,
): Promise<void> {
  const body = JSON.stringify({ notedUntil: notedUntil.toISOString(), keys: [...keys] });
  await store.put(locationOf(bucket, source), body);
}
