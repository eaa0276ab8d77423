import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { FORMATS } from "../../formats";
import { openDuckdb } from "../../lake/duckdb-engine";
import { startRowGroups } from "../../lake/parquet/row-groups";
import { MAX_LINE_BYTES } from "../../lake/plain-text";
import { rowSource } from "../../lake/row-source";
import { rowWriter } from "../../lake/row-writer";
import { spoolFile } from "../../lake/spool";
import { albLine } from "../helpers/lines";
import { typedFile } from "../helpers/typed-file";

const MIB = 1 << 20;
/** Longest line: a line is cut at twice the length, and a byte that is not UTF-8 becomes three. */
const MAX_TEXT_BYTES = 8 * MAX_LINE_BYTES;
const LINE = `${albLine()}\n`;
const linesOf = (bytes: number) => Math.ceil(bytes / LINE.length);
const textOf = (bytes: number) => LINE.repeat(linesOf(bytes));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const READ = { kind: "spooled", hash: expect.stringMatching(/^[0-9a-f]{32}$/), unparsed: 0 };

async function spool(content: string | Buffer, name = "log") {
  writeFileSync(path(name), content);
  const writer = rowWriter(FORMATS.alb, await startRowGroups(undefined, rowSource(FORMATS.alb)));
  const blocks: Buffer[] = [];
  const add = (block: Buffer) => {
    // The memory of a block is used again later.
    blocks.push(Buffer.from(block));
    writer.add(block);
  };
  const spooled = await spoolFile(path(name), Object.create(writer, { add: { value: add } }));
  return { spooled, text: Buffer.concat(blocks) };
}

describe("a file of log lines", () => {
  it("gives the same lines when it is read at once and as a stream", async () => {
    const text = textOf(5 * MIB);
    const whole = await spool(gzipSync(text));
    const streamed = await spool(text);
    expect(streamed.spooled).toEqual({ ...READ, lines: linesOf(5 * MIB) });
    expect(whole.spooled).toEqual({ ...READ, lines: linesOf(5 * MIB) });
    expect(whole.text.equals(streamed.text)).toBe(true);
  });

  it("is streamed if it is small but its text is large", async () => {
    const { spooled, text } = await spool(gzipSync(textOf(40 * MIB)));
    expect(spooled).toEqual({ ...READ, lines: linesOf(40 * MIB) });
    expect(text.equals(Buffer.from(textOf(40 * MIB)))).toBe(true);
  });

  it.each([2, 3, 10])("is corrupt if it has only its first %d bytes", async (length) => {
    const { spooled } = await spool(gzipSync(LINE).subarray(0, length));
    expect(spooled).toEqual({ kind: "corrupt", reason: "unexpected end of file" });
  });

  it.each([1, 5, 40])("is corrupt if it was packed twice: %d MiB of text", async (size) => {
    const packed = gzipSync(size < 40 ? textOf(size * MIB) : randomBytes(size * MIB), { level: 1 });
    const { spooled, text } = await spool(gzipSync(packed, { level: 1 }));
    expect(spooled).toEqual({
      kind: "corrupt",
      reason: "it was packed twice: unpack it once, and keep its name",
    });
    expect(text).toHaveLength(0);
  });

  it("has no rows if it is empty", async () => {
    expect((await spool("")).spooled).toEqual({ ...READ, lines: 0 });
  });

  it.each([1, 40])("is corrupt if its end is missing: %d MiB of text", async (size) => {
    const gzip = gzipSync(textOf(size * MIB));
    const { spooled } = await spool(gzip.subarray(0, -20));
    expect(spooled).toEqual({ kind: "corrupt", reason: "unexpected end of file" });
  });

  it("has the same hash for the same bytes, read at once or as a stream", async () => {
    // Without the end of a line: noise in many lines takes long to read.
    const bytes = randomBytes(3 * MIB).map((byte) => byte | 0x80);
    const [small, large] = [gzipSync(bytes), gzipSync(Buffer.concat([bytes, bytes]))];
    for (const file of [small, large, Buffer.from(textOf(5 * MIB))]) {
      const hash = createHash("sha256").update(file).digest("hex").slice(0, 32);
      expect((await spool(file)).spooled).toMatchObject({ hash });
    }
  });

  it.each([
    ["zeros", 1, Buffer.alloc(100)],
    ["zeros", 5, Buffer.alloc(2 * MIB)],
    ["a text", 1, Buffer.from("<html>")],
    ["a text", 5, Buffer.from("<html>")],
    ["half of another member", 1, gzipSync(LINE).subarray(0, 30)],
  ])("is corrupt if %s follows its %d MiB of gzip", async (_, size, rest) => {
    const gzip = gzipSync(textOf(size * MIB), { level: 0 });
    expect((await spool(Buffer.concat([gzip, rest]))).spooled).toMatchObject({ kind: "corrupt" });
    expect((await spool(gzip)).spooled).toMatchObject({ kind: "spooled" });
  });

  it.each([
    ["the first byte of a gzip", gzipSync(LINE).subarray(0, 1)],
    ["zeros", Buffer.alloc(1000)],
    ["an error page", "<html>\n<body>503 Service Unavailable</body>\n</html>\n"],
    ["a file of Zstandard", Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), randomBytes(1000)])],
  ])("is corrupt if its name ends in .gz, but it is %s", async (_, bytes) => {
    expect((await spool(bytes, "log.gz")).spooled).toEqual({
      kind: "corrupt",
      reason: "the file is not a gzip, and no line of it is a row",
    });
    expect((await spool(bytes, "log")).spooled).toMatchObject({ kind: "spooled" });
  });

  it("is read if its name ends in .gz, but a program inflated it", async () => {
    expect((await spool(`${LINE}rubbish\n`, "log.gz")).spooled).toEqual({ ...READ, lines: 2, unparsed: 1 });
  });
});

describe("a file of any bytes", () => {
  /** Each file has two log lines, one before and one after the bytes. */
  const around = (bytes: Buffer) => Buffer.concat([Buffer.from(LINE), bytes, Buffer.from(`\n${LINE}`)]);

  it.each([
    ["zeros", Buffer.alloc(3 * MIB), 3],
    ["carriage returns", Buffer.alloc(3 * MIB, "\r"), 2],
    ["separators", Buffer.alloc(3 * MIB, 0x1f), 3],
    ["bytes that are not UTF-8", Buffer.alloc(3.5 * MIB, 0xff), 3],
    ["one long line", Buffer.alloc(5 * MIB, "a"), 3],
    ["half of a character at each end of a piece", Buffer.from("\u{1f600}".repeat(MIB)), 3],
    ["line feeds", Buffer.alloc(3 * MIB, "\n"), 2],
  ])(
    "keeps the lines before and after %s, and no line that is longer than one can become",
    async (_, bytes, lines) => {
      for (const file of [around(bytes), gzipSync(around(bytes))]) {
        const { spooled, text } = await spool(file);
        expect(spooled).toEqual({ ...READ, lines, unparsed: lines - 2 });
        expect([text.subarray(0, LINE.length), text.subarray(-LINE.length)].map(String)).toEqual([
          LINE,
          LINE,
        ]);
        const lineLengths = text
          .toString("latin1")
          .split("\n")
          .map(({ length }) => length);
        const longest = lineLengths.reduce((most, length) => Math.max(most, length));
        expect(longest).toBeLessThan(MAX_TEXT_BYTES);
      }
    },
  );

  it("has the lines of a text whose lines end in carriage returns alone, at any length", async () => {
    const text = textOf(3 * MIB).replaceAll("\n", "\r");
    expect((await spool(text)).spooled).toEqual({ ...READ, lines: linesOf(3 * MIB) });
    expect((await spool(gzipSync(text))).spooled).toEqual({ ...READ, lines: linesOf(3 * MIB) });
  });

  it("keeps every byte of a line of the greatest length, wherever it begins", async () => {
    const agent = `${"x".repeat(MAX_LINE_BYTES - LINE.length)}y`;
    for (const before of [0, 1, MAX_LINE_BYTES - 1]) {
      const { text } = await spool(
        `${"#".repeat(before)}\n${albLine({ user_agent: `"${agent}"` })}\n${LINE}`,
      );
      expect(text.includes(agent)).toBe(true);
    }
  });

  it("keeps the beginning of a long line that is not parsed, so that thousands of them fit into memory", async () => {
    const line = "x".repeat(100 << 10);
    writeFileSync(path("log"), `${line}\n`.repeat(50));
    const parquet = await typedFile(FORMATS.alb, folder, ["log"]);
    const engine = await openDuckdb();
    try {
      expect(await engine.rows(`SELECT unparsed, count(*) FROM '${parquet}' GROUP BY ALL`)).toEqual([
        [line.slice(0, 16 << 10), 50n],
      ]);
    } finally {
      engine.close();
    }
  });
});
