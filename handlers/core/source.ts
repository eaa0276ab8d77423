import type { FormatId } from "../../formats";

/** One place that logs arrive from, as the move reads it from its configuration. */
export interface Source {
  readonly format: FormatId;
  /** Keys of this source start with it, e.g. `alb/`. Empty: every key. */
  readonly prefix: string;
  /** Value of the `source` partition key, if the table is partitioned by source. */
  readonly name?: string;
}
