import type { HourRange } from "../../handlers/core/add-partitions";
import type { LocatedPipeline } from "../../operations/locate-pipeline";

/** A deployed pipeline, and the scope of its inspection. */
export interface Inspection extends LocatedPipeline {
  readonly now: Date;
  /** Hours whose files are inspected. */
  readonly range: HourRange;
}
