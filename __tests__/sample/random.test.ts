import { randomFrom } from "../../sample/random";

const many = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

// Random values must not depend on the JavaScript engine: reports contain seeds, and people repeat them on other machines.
describe("random values of a seed are the same on every machine and Node version:", () => {
  it("numbers", () => {
    const random = randomFrom(1);
    expect(many(3, random.next)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
    expect(many(8, () => random.integer(1, 100))).toEqual([99, 97, 29, 62, 73, 43, 100, 46]);
  });

  it("numbers with frequent small ones", () => {
    const random = randomFrom(2);
    expect(many(12, () => random.skewed(1000))).toEqual([158, 8, 6, 40, 421, 77, 30, 10, 220, 1, 227, 3]);
  });

  it("texts", () => {
    const random = randomFrom(3);
    expect([random.hex(16), random.base64(16)]).toEqual(["b071c7724831b7ce", "UsSrh1iA4T7xatJX"]);
  });

  it("an order, with every item once", () => {
    const items = many(20, () => 0).map((_, index) => index);
    expect(randomFrom(4).shuffled(items)).toEqual([
      6, 3, 2, 4, 1, 11, 16, 17, 5, 14, 8, 9, 12, 18, 15, 10, 13, 0, 19, 7,
    ]);
    expect(
      randomFrom(5)
        .shuffled(items)
        .sort((a, b) => a - b),
    ).toEqual(items);
    expect(randomFrom(6).shuffled([])).toEqual([]);
  });
});
