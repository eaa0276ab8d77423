import { markAsUntransferable } from "node:worker_threads";
import { gunzipSync, gzipSync } from "node:zlib";
import { freeMemory } from "../../lake/free-memory";

/** TypeScript knows WebAssembly by the types of browsers only. */
const { Memory } = Reflect.get(globalThis, "WebAssembly") as {
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
};
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

/** Buffers of this length come from Node's pool, which they share, whatever its size. */
const pooled = (): Buffer => Buffer.from("mine");

describe("the memory of a buffer", () => {
  it.each([1, 64, 65, 4096, 65_536, 65_600, MEBIBYTE])(
    "is given back at once if it has %d bytes to itself",
    (size) => {
      expectFreed(Buffer.allocUnsafeSlow(size).fill("a"));
    },
  );

  it("is given back if it was not made by Node", () => {
    expectFreed(Buffer.from(new ArrayBuffer(MEBIBYTE)));
  });

  it("is given back when a gzip was inflated into one chunk of the text's length", () => {
    const gzip = gzipSync(Buffer.alloc(MEBIBYTE, "text"));
    expectFreed(gunzipSync(gzip, { chunkSize: MEBIBYTE }));
  });

  it("is kept if the buffer is in Node's pool", () => {
    const [mine, others] = [pooled(), Buffer.from("others")];
    expect(mine.buffer).toBe(others.buffer);
    expectKept(mine);
    expect(others.toString()).toBe("others");
  });

  it("is kept whatever size the pool is said to have", () => {
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
  ])("is kept if the buffer %s it and is not all of it", (_, start, end) => {
    expectKept(Buffer.alloc(MEBIBYTE, "a").subarray(start, end));
  });

  it("is kept if other threads share it", () => {
    expectKept(Buffer.from(new SharedArrayBuffer(MEBIBYTE)).fill("a"));
  });

  it("is kept if it was marked as untransferable", () => {
    const memory = new ArrayBuffer(MEBIBYTE);
    markAsUntransferable(memory);
    expectKept(Buffer.from(memory).fill("a"));
  });

  it("is kept if it belongs to WebAssembly", () => {
    expectKept(Buffer.from(new Memory({ initial: 1 }).buffer).fill("a"));
  });

  it("is left alone if there is none", () => {
    expectKept(Buffer.alloc(0));
    expectKept(Buffer.from(new ArrayBuffer(0)));
  });

  it("is given back once: a second time changes nothing", () => {
    const buffer = Buffer.alloc(MEBIBYTE);
    freeMemory(buffer);
    expectKept(buffer);
  });
});
