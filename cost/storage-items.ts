import { type Item, item } from "./item";
import type { Month } from "./load";

/** Size of a typed table relative to the gzip text: measured on generated logs of both formats. */
export const TABLE_PER_TEXT = 0.67;
/** Size of unsorted Snappy Parquet, by the same measurement. */
export const SNAPPY_PER_TEXT = 1.1;
/** Size of the uncompressed text, by the same measurement. */
export const PLAIN_PER_TEXT = 5;

export const storedText = ({ keptGb }: Month): Item => item("storage: text", "s3Storage", keptGb);
export const storedTable = ({ keptGb }: Month, ratio: number): Item =>
  item("storage: table", "s3Storage", keptGb * ratio);
