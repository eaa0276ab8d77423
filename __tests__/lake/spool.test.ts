import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { FORMATS } from "../../formats";
import { spoolFile } from "../../lake/spool";
import { albLine } from "../helpers/lines";

const MIB = 1 << 20;
const LINE = `${albLine()}\n`;
const linesOf = (bytes: number) => Math.ceil(bytes / LINE.length);
const textOf = (bytes: number) => LINE.repeat(linesOf(bytes));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
async function spool(content: string | Buffer) {
  writeFileSync(path("log"), content);
  const spooled = await spoolFile(FORMATS.alb, path("log"), path("rows"));
  return { spooled, rows: readFileSync(path("rows")) };
}

describe("a file of log lines", () => {
  it("gives the same rows when it is read at once and as a stream", async () => {
    const text = textOf(5 * MIB);
    const whole = await spool(gzipSync(text));
    const streamed = await spool(text);
    expect(streamed.spooled).toEqual({ kind: "spooled", lines: linesOf(5 * MIB) });
    expect(whole.spooled).toEqual(streamed.spooled);
    expect(whole.rows.equals(streamed.rows)).toBe(true);
  });

  it("is streamed if it is small but its text is large", async () => {
    const { spooled, rows } = await spool(gzipSync(textOf(40 * MIB)));
    expect(spooled).toEqual({ kind: "spooled", lines: linesOf(40 * MIB) });
    const row = rows.subarray(0, rows.indexOf("\n") + 1);
    expect(rows.length).toBe(row.length * linesOf(40 * MIB));
  });

  it("leaves no bytes of a longer text that its rows overwrite", async () => {
    const { rows } = await spool(LINE);
    writeFileSync(path("rows"), "x".repeat(MIB));
    expect((await spool(LINE)).rows.equals(rows)).toBe(true);
  });

  it.each([2, 3, 10])("is corrupt if it has only its first %d bytes", async (length) => {
    const { spooled } = await spool(gzipSync(LINE).subarray(0, length));
    expect(spooled).toEqual({ kind: "corrupt", reason: "unexpected end of file" });
  });

  it("has no rows if it is empty", async () => {
    expect((await spool("")).spooled).toEqual({ kind: "spooled", lines: 0 });
  });

  it.each([1, 40])("is corrupt if its end is missing: %d MiB of text", async (size) => {
    const gzip = gzipSync(textOf(size * MIB));
    const { spooled } = await spool(gzip.subarray(0, -20));
    expect(spooled).toEqual({ kind: "corrupt", reason: "unexpected end of file" });
  });
});
