import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What a stream makes of chunks. The stream ends with the loop over the result, and its errors are those of the loop. */
export async function* through(
  stream: NodeJS.ReadWriteStream & AsyncIterable<Buffer> & { destroy(): void },
  chunks: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Buffer> {
  // The loop gets the error, too.
  pipeline(Readable.from(chunks), stream).catch(() => undefined);
  try {
    yield* stream;
  } finally {
    stream.destroy();
  }
}
