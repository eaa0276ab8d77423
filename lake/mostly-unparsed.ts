import { isNameOfLines } from "../formats/file-identity";
import type { FileRecord } from "./file-records";
import type { SpooledBatch } from "./spooled-batch";

/** A log under a name of AWS of which most lines are in no row. */
export interface MostlyUnparsed {
  /** Its key below `raw/`. */
  readonly key: string;
  readonly unparsed: number;
}

/**
 * Finds such logs among the files that a batch adds. Files that were read by their lines are left out: their lines are those of a
 * larger file, about which the same was decided.
 *
 * @param prefix of the files' keys
 */
export function mostlyUnparsed(
  { files }: SpooledBatch,
  prefix: string,
  added: readonly FileRecord[],
): MostlyUnparsed[] {
  const names = new Set(added.map(({ name }) => name));
  return files.flatMap(({ file: { name }, outcome }) =>
    names.has(name) &&
    !isNameOfLines(name) &&
    outcome.kind === "spooled" &&
    outcome.unparsed * 2 > outcome.lines
      ? [{ key: prefix + name, unparsed: outcome.unparsed }]
      : [],
  );
}
