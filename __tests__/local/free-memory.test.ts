import { freeMemory } from "../../local/free-memory";

describe("the memory of a buffer", () => {
  it("is given back at once", () => {
    const buffer = Buffer.alloc(1 << 20, "a");
    freeMemory(buffer);
    expect(buffer).toHaveLength(0);
    expect(buffer.buffer.byteLength).toBe(0);
  });

  it("is kept if other buffers share it", () => {
    const [mine, others] = [Buffer.from("mine"), Buffer.from("others")];
    expect(mine.buffer).toBe(others.buffer);
    freeMemory(mine);
    expect(others.toString()).toBe("others");
  });
});
