import * as z from "zod/mini";
import { RECONCILED_PREFIX } from "../../formats/partition-layout";
import { jsonAs } from "./json";
import type { ObjectStore } from "./ports";

const reconciledSchema = z.strictObject({
  /** Id of the night. */
  night: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Compared days, the newest first, as `YYYY-MM-DD`. */
  days: z.array(z.string()),
  /** Compared files. */
  files: z.int(),
  /** Files without rows in the typed table, which this reconciliation noted. */
  noted: z.int(),
  /** Delivered objects that were never moved, which it announced to the queue again. */
  announced: z.int(),
  /** True if there were too many files for all days. */
  isCutShort: z.boolean(),
  /** LIST requests. */
  requests: z.int(),
  /** Noted and announced files of this night and the nights before, by identity: they are not noted again. */
  known: z.array(z.strictObject({ file: z.string(), dt: z.string() })),
});

/** Result of the last reconciliation of a typed table: content of its object. */
export type Reconciled = z.output<typeof reconciledSchema>;

const locationOf = (bucket: string, table: string) => ({ bucket, key: `${RECONCILED_PREFIX}${table}.json` });

/** @returns `undefined` if the table was never reconciled */
export async function readReconciled(
  store: Pick<ObjectStore, "read">,
  bucket: string,
  table: string,
): Promise<Reconciled | undefined> {
  const body = (await store.read(locationOf(bucket, table)))?.body;
  return body === undefined ? undefined : jsonAs(reconciledSchema, body);
}

export const writeReconciled = (
  store: ObjectStore,
  bucket: string,
  table: string,
  reconciled: Reconciled,
): Promise<void> => store.put(locationOf(bucket, table), JSON.stringify(reconciled));
