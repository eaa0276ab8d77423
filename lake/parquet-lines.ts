import { type FileHandle, open, rm, writeFile } from "node:fs/promises";
import { isParquet, type ParquetBytes } from "../handlers/core/parquet/parquet-bytes";
import { parquetLines } from "../handlers/core/parquet/parquet-lines";
import { UnreadableParquetError } from "../handlers/core/parquet/unreadable-parquet";
import { CorruptFileError } from "./corrupt-file";
import { peek } from "./peek";

/**
 * The chunks of a log; if it is a Parquet file, its rows as lines of JSON with AWS's names of the fields.
 *
 * @param staged path of a file for its bytes, which are not read in order; it is deleted
 * @throws CorruptFileError where the chunks are read, if it is not a whole Parquet file
 */
export async function* withoutParquet(chunks: AsyncIterable<Buffer>, staged: string): AsyncGenerator<Buffer> {
  const { start, all } = await peek(chunks);
  if (!isParquet(start)) return yield* all;
  try {
    await writeFile(staged, all);
    yield* linesOf(staged);
  } catch (error) {
    if (!(error instanceof UnreadableParquetError)) throw error;
    throw new CorruptFileError(`the Parquet file cannot be read: ${error.message}`);
  } finally {
    await rm(staged, { force: true });
  }
}

async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for await (const lines of (await parquetLines(await bytesOf(file))) ?? []) yield Buffer.from(lines);
  } finally {
    await file.close();
  }
}

const bytesOf = async (file: FileHandle): Promise<ParquetBytes> => ({
  size: (await file.stat()).size,
  read: async (from, to) => {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead);
  },
});
