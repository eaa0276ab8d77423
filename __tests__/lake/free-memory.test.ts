import { markAsUntransferable } from "node:worker_threads";
import { gunzipSync, gzipSync } from "node:zlib";
import { freeMemory } from "../../lake/free-memory";

const MEBIBYTE = 1 << 20;

function expectFreed(buffer: Buffer): void {
  freeMemory(buffer);
  expect(buffer).toHaveLength(0);
  expect(buffer.buffer.byteLength).toBe(0);
}

function expectKept(buffer: Buffer): void {
  const content = buffer.toString("latin1");
  const bytes = buffer.buffer.byteLength;
  freeMemory(buffer);
  expect(buffer.toString("latin1")).toBe(content);
  expect(buffer.buffer.byteLength).toBe(bytes);
}

/** Buffers of this length share Node's pool, whatever its size. */
const pooled = (): Buffer => Buffer.from("mine");

describe("the memory of a buffer", () => {
  it.each([1, 64, 65, 4096, 65_536, 65_600, MEBIBYTE])(
    "is freed at once if the buffer alone owns its %d bytes",
    (size) => {
      expectFreed(Buffer.allocUnsafeSlow(size).fill("a"));
    },
  );

  it("is freed if Node did not create it", () => {
    expectFreed(Buffer.from(new ArrayBuffer(MEBIBYTE)));
  });

  it("is freed when a gzip was inflated into one chunk with the length of the text", () => {
    const gzip = gzipSync(Buffer.alloc(MEBIBYTE, "text"));
    expectFreed(gunzipSync(gzip, { chunkSize: MEBIBYTE }));
  });

  it("is kept if the buffer is in Node's pool", () => {
    const [mine, others] = [pooled(), Buffer.from("others")];
    expect(mine.buffer).toBe(others.buffer);
    expectKept(mine);
    expect(others.toString()).toBe("others");
  });

  it("is kept for every configured pool size", () => {
    const mine = pooled();
    const size = Buffer.poolSize;
    Buffer.poolSize = 1;
    try {
      expectKept(mine);
    } finally {
      Buffer.poolSize = size;
    }
  });

  it("is kept if the buffer is Node's pool itself", () => {
    const mine = pooled();
    expectKept(Buffer.from(mine.buffer));
    expect(mine.toString()).toBe("mine");
  });

  it.each([
    ["begins", 0, MEBIBYTE - 1],
    ["ends", 1, MEBIBYTE],
    ["is in the middle of", 1, MEBIBYTE - 1],
  ])("is kept if the buffer %s it and is only a part of it", (_, start, end) => {
    expectKept(Buffer.alloc(MEBIBYTE, "a").subarray(start, end));
  });

  it("is kept if it is shared with other threads", () => {
    expectKept(Buffer.from(new SharedArrayBuffer(MEBIBYTE)).fill("a"));
  });

  it("is kept if it was marked as untransferable", () => {
    const memory = new ArrayBuffer(MEBIBYTE);
    markAsUntransferable(memory);
    expectKept(Buffer.from(memory).fill("a"));
  });

  it("is kept if it belongs to WebAssembly", () => {
    expectKept(Buffer.from(new WebAssembly.Memory({ initial: 1 }).buffer).fill("a"));
  });

  it("is not touched if its length is zero", () => {
    expectKept(Buffer.alloc(0));
    expectKept(Buffer.from(new ArrayBuffer(0)));
  });

  it("is freed once: a second call changes nothing", () => {
    const buffer = Buffer.alloc(MEBIBYTE);
    freeMemory(buffer);
    expectKept(buffer);
  });
});
