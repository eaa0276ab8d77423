import type { HourRange } from "../../handlers/core/add-partitions";
import type { LocatedPipeline } from "../../operations/locate-pipeline";

/** A deployed pipeline, and what of it is inspected. */
export interface Inspection extends LocatedPipeline {
  readonly now: Date;
  /** Hours whose files are inspected. */
  readonly range: HourRange;
}
