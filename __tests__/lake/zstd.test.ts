import { compress, init } from "@bokuweb/zstd-wasm";
import fc from "fast-check";
import xxhash from "xxhash-wasm";
import { CorruptFileError } from "../../lake/corrupt-file";
import { unzstd } from "../../lake/zstd";

/** A frame that a decoder leaves out. */
const SKIPPED = Buffer.concat([Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from("abc")]);
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

let checksumOf: (content: Buffer) => Buffer;
beforeAll(async () => {
  await init();
  const { h64Raw } = await xxhash();
  checksumOf = (content) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(h64Raw(content));
    return bytes.subarray(0, 4);
  };
});

const frame = (content: Buffer): Buffer => Buffer.from(compress(content, 1));

/** The same frame with the checksum of its content, as `zstd` writes it. */
function withChecksum(content: Buffer): Buffer {
  const bytes = frame(content);
  bytes.writeUInt8(bytes.readUInt8(4) | 4, 4);
  return Buffer.concat([bytes, checksumOf(content)]);
}

async function read(packed: Buffer, step = packed.length): Promise<Buffer> {
  async function* chunks() {
    for (let start = 0; start < packed.length; start += step) yield packed.subarray(start, start + step);
  }
  const parts: Buffer[] = [];
  for await (const part of unzstd(chunks())) parts.push(part);
  return Buffer.concat(parts);
}

/** Text that has several blocks, and more than a window of them. */
const LINES = Buffer.from(
  Array.from({ length: 30_000 }, (_, line) => `GET /products/${line * 7919} 200 ${line % 13}\n`).join(""),
);

describe("zstd that is decompressed without Node", () => {
  it("has the bytes of each frame, in chunks of any length", async () => {
    const content = fc.oneof(
      fc.string({ maxLength: 2_000, unit: "binary" }).map((text) => Buffer.from(text)),
      fc.integer({ min: 0, max: 300_000 }).map((size) => LINES.subarray(0, size)),
      fc.integer({ min: 0, max: 300_000 }).map((size) => Buffer.alloc(size, "a")),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(content, { maxLength: 3 }),
        fc.integer({ min: 1, max: 70_000 }),
        async (contents, step) => {
          const packed = contents.flatMap((bytes, index) =>
            index % 2 === 0 ? [withChecksum(bytes), SKIPPED] : [frame(bytes)],
          );
          expect((await read(Buffer.concat(packed), step)).equals(Buffer.concat(contents))).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is refused at every place where it can be cut", async () => {
    const packed = withChecksum(LINES.subarray(0, 400));
    for (let end = 1; end < packed.length; end++)
      await expect(read(packed.subarray(0, end))).rejects.toThrow(CorruptFileError);
  });

  it("is never other bytes, whichever of its own is changed", async () => {
    const content = LINES.subarray(0, 3_000);
    const packed = withChecksum(content);
    for (let place = 0; place < packed.length; place++) {
      const changed = Buffer.from(packed);
      changed.writeUInt8(changed.readUInt8(place) ^ 0x10, place);
      const outcome = await read(changed).catch((error: unknown) => error);
      if (outcome instanceof Buffer) expect([place, outcome.equals(content)]).toEqual([place, true]);
      else expect(outcome).toBeInstanceOf(CorruptFileError);
    }
  });

  it.each<[string, readonly number[] | Buffer, string]>([
    ["it needs a dictionary", [...MAGIC, 0x21, 7, 0], "it needs a dictionary"],
    [
      "it needs more memory than zstd takes by itself",
      [...MAGIC, 0, 0xa1],
      "it needs a window of 1207959552 bytes",
    ],
    ["a block is too large", [...MAGIC, 0, 0, 0xfd, 0xff, 0xff], "a block is too large"],
    ["other data follows", Buffer.concat([SKIPPED, Buffer.from("2026-06-01")]), "other data follows its end"],
  ])("is refused if %s", async (_, bytes, reason) => {
    await expect(read(Buffer.from(bytes))).rejects.toThrow(`the zstd data cannot be read: ${reason}`);
  });
});
