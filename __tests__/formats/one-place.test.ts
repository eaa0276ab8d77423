import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { FORMAT_IDS } from "../../formats";

const ROOT = join(__dirname, "../..");
/** Places that may name a format: the formats, the code of their sample logs, and tests. */
const MAY_KNOW = ["formats", "sample", "__tests__"];
const NO_CODE = ["node_modules", "dist", "cdktn", "cdktf.out", "docs", "examples"];

const sources = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => !entry.name.startsWith(".") && ![...MAY_KNOW, ...NO_CODE].includes(entry.name))
  .flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(ROOT, entry.name), { recursive: true, encoding: "utf8" }).map((name) =>
          join(entry.name, name).split(sep).join("/"),
        )
      : [entry.name],
  )
  .filter((file) => /\.[jt]s$/.test(file));

const ID = `(?:${FORMAT_IDS.join("|")})`;
const QUOTED = `\\\\?["'\`]${ID}\\\\?["'\`]`;
const ASKS_WHICH = [
  new RegExp(`[!=]==?\\s*(?:${QUOTED}|(?:FORMATS\\.)?${ID}\\b)`),
  new RegExp(`${QUOTED}\\s*[!=]==?`),
  new RegExp(`\\bcase\\s+${QUOTED}`),
  // A property of an object whose keys are formats.
  new RegExp(`(?:^|[{,(\\s])(?:${ID}|${QUOTED}|\\[\\w*(?:${ID}|${ID.toUpperCase()})\\w*(?:\\.id)?\\]):`, "m"),
];
const asksWhich = (text: string): string[] =>
  text.split("\n").filter((line) => ASKS_WHICH.some((pattern) => pattern.test(line)));

describe("code outside of the formats", () => {
  it("does not depend on the name of a format", () => {
    const found = sources.flatMap((file) =>
      asksWhich(readFileSync(join(ROOT, file), "utf8")).map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  it("includes at least one file", () => {
    expect(sources.length).toBeGreaterThan(200);
  });

  it.each([
    'if (format === "alb") return;',
    "sources.some(({ format }) => format !== 'cloudfront')",
    'if ("alb" === format) return;',
    'none(`[for source in sources : source if source.format == "cloudfront"]`)',
    'text: "if source.format == \\"alb\\""',
    '    case "alb":',
    "return format === FORMATS.alb;",
    "ASKED.filter(({ format }) => format === alb.id)",
    "const TABLES = { alb: 1 };",
    '  "cloudfront": 1,',
    "  [alb.id]: 1,",
    "  alb: {",
  ])("is reported if it contains: %s", (line) => {
    expect(asksWhich(line)).toEqual([line]);
  });

  it.each([
    '{ name: "web", format: "alb", prefix: "alb/" }',
    'import { alb } from "../formats/alb";',
    "FORMATS.alb.table",
    "format === albFormat",
  ])("may contain: %s", (line) => {
    expect(asksWhich(line)).toEqual([]);
  });
});
