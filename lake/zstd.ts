import { Decompress } from "fzstd";
import xxhash from "xxhash-wasm";
import { messageOf } from "../handlers/core/errors";
import { CorruptFileError } from "./corrupt-file";

const FRAME = 0xfd2fb528;
/** The first of 16 numbers of frames that a decoder has to leave out. */
const SKIPPABLE_FRAME = 0x184d2a50;
const BLOCK_OF_ONE_BYTE = 1;
const MAX_BLOCK_BYTES = 128 << 10;
/** What `zstd` itself takes without a further option. */
const MAX_WINDOW_BYTES = 128 * 2 ** 20;

const corrupt = (reason: string): CorruptFileError =>
  new CorruptFileError(`the zstd data cannot be read: ${reason}; if it is intact, decompress it with unzstd`);

/**
 * Decompresses zstd, for versions of Node that cannot. The package that decompresses does not compare checksums, so that each
 * frame is found here, and given to it block by block.
 *
 * @throws CorruptFileError
 * @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1
 */
export async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { create64 } = await xxhash();
  const bytes = new Bytes(chunks);
  while (await bytes.hasMore()) {
    const magic = await bytes.take(4);
    const kind = magic.readUInt32LE();
    if (kind === FRAME) yield* frame(magic, bytes, create64());
    else if ((kind & ~0xf) >>> 0 === SKIPPABLE_FRAME) await bytes.skip((await bytes.take(4)).readUInt32LE());
    else throw corrupt("other data follows its end");
  }
}

interface Checksum {
  update(data: Uint8Array): unknown;
  digest(): bigint;
}

async function* frame(magic: Buffer, bytes: Bytes, checksum: Checksum): AsyncGenerator<Buffer> {
  const { header, hasChecksum } = await frameHeader(bytes);
  let content: Buffer[] = [];
  const decoder = new Decompress((data) => {
    // A copy: the decoder may use its memory again.
    content.push(Buffer.from(data));
  });
  const decode = (input: Buffer, isLast = false): readonly Buffer[] => {
    content = [];
    try {
      decoder.push(input, isLast);
    } catch (error) {
      throw corrupt(messageOf(error));
    }
    for (const data of content) checksum.update(data);
    return content;
  };
  decode(Buffer.concat([magic, header]));
  for (let isLast = false; !isLast; ) {
    const block = await nextBlock(bytes);
    isLast = block.isLast;
    yield* decode(block.data, isLast && !hasChecksum);
  }
  if (!hasChecksum) return;
  const expected = await bytes.take(4);
  yield* decode(expected, true);
  if (expected.readUInt32LE() !== Number(BigInt.asUintN(32, checksum.digest())))
    throw corrupt("its checksum differs");
}

async function frameHeader(
  bytes: Bytes,
): Promise<{ readonly header: Buffer; readonly hasChecksum: boolean }> {
  const first = await bytes.take(1);
  const descriptor = first.readUInt8();
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const rest = await bytes.take((isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes);
  if (dictionaryBytes > 0) throw corrupt("it needs a dictionary");
  const window = isSingleSegment
    ? contentBytes(rest, sizeBytes)
    : (1 + (rest.readUInt8() & 7) / 8) * 2 ** (10 + (rest.readUInt8() >> 3));
  if (window > MAX_WINDOW_BYTES)
    throw corrupt(`it needs a window of ${window} bytes, at most ${MAX_WINDOW_BYTES} are supported`);
  return { header: Buffer.concat([first, rest]), hasChecksum: (descriptor & 4) !== 0 };
}

/** The size of a frame's content. With two bytes, it is 256 more than they say. */
const contentBytes = (field: Buffer, bytes: number): number =>
  bytes === 8 ? Number(field.readBigUInt64LE()) : field.readUIntLE(0, bytes) + (bytes === 2 ? 256 : 0);

async function nextBlock(bytes: Bytes): Promise<{ readonly data: Buffer; readonly isLast: boolean }> {
  const header = await bytes.take(3);
  const fields = header.readUIntLE(0, 3);
  const kind = (fields >> 1) & 3;
  const size = kind === BLOCK_OF_ONE_BYTE ? 1 : fields >> 3;
  if (fields >> 3 > MAX_BLOCK_BYTES) throw corrupt("a block is too large");
  return { data: Buffer.concat([header, await bytes.take(size)]), isLast: (fields & 1) === 1 };
}

/** Chunks as bytes that are taken one after the other. */
class Bytes {
  private readonly chunks: AsyncIterator<Buffer>;
  private waiting: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  async hasMore(): Promise<boolean> {
    while (this.waiting.length === 0) {
      const { done, value } = await this.chunks.next();
      if (done) return false;
      this.waiting = value;
    }
    return true;
  }

  /** @throws CorruptFileError if there are fewer */
  async take(count: number): Promise<Buffer> {
    const taken: Buffer[] = [];
    for await (const part of this.parts(count)) taken.push(part);
    return taken.length === 1 && taken[0] ? taken[0] : Buffer.concat(taken);
  }

  /** @throws CorruptFileError if there are fewer */
  async skip(count: number): Promise<void> {
    for await (const _ of this.parts(count));
  }

  private async *parts(count: number): AsyncGenerator<Buffer> {
    for (let missing = count; missing > 0; ) {
      if (!(await this.hasMore())) throw corrupt("its end is missing");
      const part = this.waiting.subarray(0, missing);
      this.waiting = this.waiting.subarray(part.length);
      missing -= part.length;
      yield part;
    }
  }
}
