import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import type { SkipReason } from "../formats/object-kind";
import { jsonAs } from "../handlers/core/json";
import type { LakeLayout } from "./layout";
import { writeWhole } from "./write-whole";

/**
 * Why an access log did not become rows, or its original was not deleted.
 *
 * - `corrupt-file`: it is not complete, so none of its rows are in the typed table
 * - `failed-file`: it was copied, but reading it or writing its rows failed
 * - `unreadable-file`: the file system refused to list or copy it, it is not a regular file, or it is compressed in a way
 *   that cannot be read here; it is where it was
 * - `mixed-file`: it has lines of several formats, or a header of another one, so none of its rows are in the typed tables
 * - `not-replaced`: it would have replaced a file below `raw/` that has rows or is the only copy of its lines; nothing was changed
 * - `original-kept`: its rows are in the typed table, but the original changed meanwhile, or cannot be deleted
 */
export const LOST_REASONS = [
  "corrupt-file",
  "failed-file",
  "unreadable-file",
  "mixed-file",
  "not-replaced",
  "original-kept",
] as const;
export type LostReason = (typeof LOST_REASONS)[number];

/** Why a file did not become rows: it is not an access log, or it is lost. */
export type IngestSkipReason = SkipReason | LostReason;

/** An object that did not become rows. */
export interface SkippedObject {
  readonly key: string;
  readonly reason: IngestSkipReason;
  readonly detail?: string;
}

/** An access log that did not become rows, or whose original was not deleted. */
export interface LostObject extends SkippedObject {
  readonly reason: LostReason;
}

const LOST: ReadonlySet<string> = new Set(LOST_REASONS);
export const isLost = (object: SkippedObject): object is LostObject => LOST.has(object.reason);

export const writeSkipped = ({ skippedFile }: LakeLayout, skipped: readonly SkippedObject[]): Promise<void> =>
  writeWhole(skippedFile, skipped.map((item) => `${JSON.stringify(item)}\n`).join(""));

const lostSchema = z.object({
  key: z.string(),
  reason: z.enum(LOST_REASONS),
  detail: z.optional(z.string()),
});

/** The access logs that the last run lost. */
export async function lostInLastRun({ skippedFile }: LakeLayout): Promise<readonly LostObject[]> {
  const text = await readFile(skippedFile, "utf8").catch(() => "");
  return text.split("\n").flatMap((line): LostObject[] => {
    const lost = jsonAs(lostSchema, line);
    if (!lost) return [];
    const { key, reason, detail } = lost;
    return [detail === undefined ? { key, reason } : { key, reason, detail }];
  });
}

/** Keys below `raw/` of the files that were corrupt in the last run. */
export async function corruptKeys(lake: LakeLayout): Promise<ReadonlySet<string>> {
  const lost = await lostInLastRun(lake);
  return new Set(lost.filter(({ reason }) => reason === "corrupt-file").map(({ key }) => key));
}
