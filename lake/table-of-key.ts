import { movedFileAt } from "../handlers/core/arrival-notes";
import { matched, plannedPartition } from "../handlers/core/move-plan";
import { ANY_SOURCE } from "./folders";

/** The table of a file's rows, by its key in the lake or by AWS's name; `undefined` if neither says it. */
export const tableOfKey = (key: string): string | undefined =>
  (movedFileAt(key)?.partition ?? plannedPartition(matched(ANY_SOURCE, { bucket: "", key }).match))?.table;
