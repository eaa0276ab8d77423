import type { FormatId } from "../../formats";

/** A source of logs, as the move reads it from its configuration. */
export interface Source {
  readonly format: FormatId;
  /** Keys of this source start with it, e.g. `alb/`. Empty: every key. */
  readonly prefix: string;
  /** Configured name, if there is one. */
  readonly name?: string;
  /** True if the name is the value of the table's `source` partition key. */
  readonly partition?: boolean;
  /** Set if its files are read where AWS delivers them: none is moved. */
  readonly asDelivered?: { readonly bucket: string } | undefined;
}

/** Value of the `source` partition key; `undefined` if the table has none. */
export const partitionValueOf = ({ name, partition }: Source): string | undefined =>
  partition ? name : undefined;
