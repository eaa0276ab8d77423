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

/** Names of formats that other things have, too: they are looked for only in comparisons. */
const AMBIGUOUS: readonly string[] = ["s3", "waf"];
const idsOf = (ids: readonly string[]) => `(?:${ids.join("|")})`;
const quoted = (id: string) => `\\\\?["'\`]${id}\\\\?["'\`]`;
const [ANY_ID, ID] = [idsOf(FORMAT_IDS), idsOf(FORMAT_IDS.filter((id) => !AMBIGUOUS.includes(id)))];
const [ANY_QUOTED, QUOTED] = [quoted(ANY_ID), quoted(ID)];
const ASKS_WHICH = [
  new RegExp(`[!=]==?\\s*(?:${ANY_QUOTED}|(?:FORMATS\\.)?${ANY_ID}\\b)`),
  new RegExp(`${ANY_QUOTED}\\s*[!=]==?`),
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
