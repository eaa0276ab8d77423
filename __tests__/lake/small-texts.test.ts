import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { FORMATS } from "../../formats";
import { SmallTexts } from "../../lake/small-texts";
import { type FileOutcome, spoolFiles } from "../../lake/spool-files";
import { albLine } from "../helpers/lines";

const { table } = FORMATS.alb;
const lines = (count: number) => `${albLine()}\n`.repeat(count);
/** Bytes of files by their number of lines; `undefined` for one that does not exist. */
const CONTENTS = {
  gzip: (count: number) => gzipSync(lines(count)),
  "gzip without text": () => gzipSync(""),
  "two gzips": (count: number) => Buffer.concat([gzipSync(lines(count)), gzipSync(lines(1))]),
  "gzip and one without text": (count: number) => Buffer.concat([gzipSync(lines(count)), gzipSync("")]),
  "gzip without its end": (count: number) => gzipSync(lines(count)).subarray(0, -9),
  "gzip with another length": (count: number) =>
    Buffer.concat([gzipSync(lines(count)).subarray(0, -4), Buffer.alloc(4)]),
  "gzip and zeros": (count: number) => Buffer.concat([gzipSync(lines(count)), Buffer.alloc(20)]),
  "gzip and a text": (count: number) => Buffer.concat([gzipSync(lines(count)), Buffer.from("<html>")]),
  "large gzip": () => gzipSync(randomBytes(150_000)),
  "gzip of a gzip": (count: number) => gzipSync(gzipSync(lines(count))),
  text: (count: number) => Buffer.from(lines(count)),
  nothing: () => Buffer.alloc(0),
  "no file": () => undefined,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "small-texts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(content: Buffer | undefined, index: number): string {
  const name = `${index}.log`;
  if (content) writeFileSync(join(folder, name), content);
  return name;
}

const outcomesOf = async (names: readonly string[]): Promise<readonly FileOutcome[]> =>
  (await spoolFiles({ table, folder, names })).outcomes;

describe("small files that are read together", () => {
  it("have the outcomes that each has alone, whatever the others are", async () => {
    const usual = fc.record({ kind: fc.constant("gzip" as const), count: fc.integer({ min: 0, max: 40 }) });
    const any = fc.record({
      kind: fc.constantFrom(...(Object.keys(CONTENTS) as (keyof typeof CONTENTS)[])),
      count: fc.integer({ min: 1, max: 40 }),
    });
    const files = fc.array(fc.oneof({ weight: 5, arbitrary: usual }, any), { minLength: 2, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(files, async (all) => {
        rmSync(folder, { recursive: true });
        folder = mkdtempSync(join(tmpdir(), "small-texts-"));
        const names = all.map(({ kind, count }, index) => write(CONTENTS[kind](count), index));
        const alone: FileOutcome[] = [];
        for (const name of names) alone.push(...(await outcomesOf([name])));
        expect(await outcomesOf(names)).toEqual(alone);
      }),
      { numRuns: Number(process.env.RUNS ?? 30) },
    );
  });

  it("are all gzips of usual size", () => {
    const paths = Array.from({ length: 40 }, (_, index) => join(folder, write(CONTENTS.gzip(index), index)));
    const texts = new SmallTexts(paths);
    for (const index of paths.keys()) expect(texts.of(index)?.text.toString()).toBe(lines(index));
  });

  it.each(["two gzips", "gzip without its end", "gzip and zeros"] as const)(
    "are each read alone if one of them is another file: %s",
    (kind) => {
      const contents = [CONTENTS.gzip(1), CONTENTS[kind](2), CONTENTS.gzip(3)];
      const paths = contents.map((content, index) => join(folder, write(content, index)));
      const texts = new SmallTexts(paths);
      expect(paths.map((_, index) => texts.of(index))).toEqual([undefined, undefined, undefined]);
    },
  );
});
