import type { DimensionId } from "../model";
import type { Time } from "./state";
import type { Kind, Value } from "./text";

export interface Column {
  readonly label: string;
  readonly kind: Kind;
}

export interface Row {
  readonly cells: readonly Value[];
  /** The value to filter by, if a click on the row filters. */
  readonly filter?: string;
  readonly isChosen?: boolean;
}

/** A table of the page, or the reason why it is not shown. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly notes: readonly string[];
  readonly dimension?: DimensionId;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** The SQL that answers the same. */
  readonly sql?: string;
  /** What a search without a result says if rows are left out. */
  readonly notFound?: string;
  /** Why the sums do not answer it with the filters that are set. */
  readonly missing?: string;
  /** A time for which the sums do. */
  readonly offered?: Time;
}

export const OTHER = "(other)";
