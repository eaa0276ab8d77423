import { UnreadableParquetError } from "./unreadable-parquet";

/** A file that is read in parts. */
export interface ParquetBytes {
  readonly size: number;
  /** @param to the first byte after the part, in the file */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** First bytes of a Parquet file; the second ones if its footer is encrypted. */
const MAGICS = ["PAR1", "PARE"];
export const MAGIC_BYTES = 4;

export const isParquet = (start: Uint8Array): boolean =>
  MAGICS.includes(Buffer.from(start.subarray(0, MAGIC_BYTES)).toString("latin1"));

/**
 * Reads a part at the place that the file itself says.
 *
 * @throws UnreadableParquetError if the file ends before
 */
export async function readPart(file: ParquetBytes, from: number, to: number): Promise<Uint8Array> {
  if (!(from >= 0 && from <= to && to <= file.size))
    throw new UnreadableParquetError("it is cut, or parts of it are somewhere else");
  const bytes = await file.read(from, to);
  if (bytes.length !== to - from) throw new Error(`got ${bytes.length} of ${to - from} bytes`);
  return bytes;
}
