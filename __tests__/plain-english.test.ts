import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** The list of words in CONTRIBUTING.md, and its glossary, whose last column names words only to forbid them. */
const LIST = /<!-- words not to use -->(?<words>[^<]*)<!-- end -->/;
const GLOSSARY = /### Glossary\n\n(?:\|.*\n)+/;
const WORDS = (LIST.exec(read("CONTRIBUTING.md"))?.groups?.words ?? "").split(",").map((word) => word.trim());
const FORBIDDEN = new RegExp(`(?<![\\w-])(?:${WORDS.join("|").replaceAll(/\s+/g, "\\s+")})(?![\\w-])`, "gi");

/** A line that is only a comment: users of the program do not see it. */
const COMMENT = /^[ \t]*(?:\/\/|\/?\*).*$/gm;

/** Folders without texts for users, and folders that are not part of the source. */
const SKIPPED_FOLDERS = new Set([
  "__tests__",
  "node_modules",
  "dist",
  "cdktf.out",
  "cdktn",
  "testing",
  "demo",
]);

/** `file:line: word` for each forbidden word of a text. */
const findings = (path: string, text: string): string[] =>
  [...text.matchAll(FORBIDDEN)].map(
    ({ 0: word, index }) => `${path}:${text.slice(0, index).split("\n").length}: ${word}`,
  );

/** Line numbers stay as they are. */
const blanked = (text: string): string => text.replaceAll(/[^\n]/g, " ");
const withoutLists = (page: string): string => page.replace(LIST, blanked).replace(GLOSSARY, blanked);
const withoutComments = (source: string): string => source.replaceAll(COMMENT, blanked);

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

const PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "help", ...filesIn("docs", ".md")];
const SOURCES = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !SKIPPED_FOLDERS.has(entry.name))
  .flatMap(({ name }) => filesIn(name, ".ts"));

describe("words that CONTRIBUTING.md forbids", () => {
  it("are found with their line number, also across a line break, but not in comments", () => {
    expect(WORDS).toEqual(expect.arrayContaining(["anew", "whoever", "tells of"]));
    const source =
      'const text =\n  "it is made Anew";\n// whoever\n/**\n * anew\n */\nconst other = `tells\nof`;';
    expect(findings("file.ts", withoutComments(source))).toEqual(["file.ts:2: Anew", "file.ts:7: tells\nof"]);
  });

  it("are not in any page", () => {
    expect(PAGES.flatMap((path) => findings(path, withoutLists(read(path))))).toEqual([]);
  });

  it("are not in any text of the sources", () => {
    expect(SOURCES.length).toBeGreaterThan(200);
    expect(SOURCES.flatMap((path) => findings(path, withoutComments(read(path))))).toEqual([]);
  });
});
