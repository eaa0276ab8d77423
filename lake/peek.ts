/** Longest start of a file that shows what it is. */
const START_BYTES = 512;

/** The start of some chunks, and all of them. */
export async function peek(
  chunks: AsyncIterable<Buffer>,
): Promise<{ readonly start: Buffer; readonly all: AsyncIterable<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const read: Buffer[] = [];
  let bytes = 0;
  while (bytes < START_BYTES) {
    const { done, value } = await iterator.next();
    if (done) break;
    read.push(value);
    bytes += value.length;
  }
  const all = (async function* () {
    yield* read;
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return;
      yield value;
    }
  })();
  return { start: Buffer.concat(read), all };
}
