import { zipSync } from "fflate";
import { unzip } from "../../lake/unzip";

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Buffer> {
  yield Buffer.from(bytes);
}

describe("a zip archive that is read as a stream", () => {
  it("has all of its files, however many begin in one chunk", async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `logs/${index}`);
    const archive = zipSync(Object.fromEntries(names.map((name) => [name, Buffer.from("x")])), { level: 0 });
    const found: string[] = [];
    for await (const { name, chunks } of unzip(oneChunk(archive))) {
      found.push(name);
      for await (const _ of chunks);
    }
    expect(found).toEqual(names);
  });

  it("is decoded in parts that fit into memory, whatever comes out of it", async () => {
    const archive = zipSync({ bomb: new Uint8Array(40 << 20) });
    const sizes: number[] = [];
    for await (const { chunks } of unzip(oneChunk(archive)))
      for await (const chunk of chunks) sizes.push(chunk.length);
    expect(sizes.reduce((total, size) => total + size, 0)).toBe(40 << 20);
    expect(Math.max(...sizes)).toBeLessThan(32 << 20);
  });
});
