import { messageOf } from "../errors";

/** The bytes are not a complete Parquet file, or one of a kind that is not supported. */
export class UnreadableParquetError extends Error {
  override readonly name = "UnreadableParquetError";
}

/** Runs a part of the reader: whatever it throws is about the bytes, which do not change. */
export function decoding<Value>(decode: () => Value): Value {
  try {
    return decode();
  } catch (error) {
    throw new UnreadableParquetError(messageOf(error), { cause: error });
  }
}
