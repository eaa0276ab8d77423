import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES } from "../handlers/core/errors";
import { generatedFiles } from "../scripts/generated-files";
import { parseSettings } from "../settings/load";

const ROOT = join(__dirname, "..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const scripts = Object.keys(JSON.parse(read("package.json")).scripts);

describe("documentation", () => {
  it.each([...generatedFiles()])("%s equals the generated text; npm run docs writes it", (path, text) => {
    expect(read(path)).toBe(text);
  });

  it("has a row for every error code, and no other rows", () => {
    const rows = [...read("docs/errors.md").matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
    expect(rows).toEqual([...ERROR_CODES]);
  });

  it("names exactly the npm scripts in `help`", () => {
    const named = [...read("help").matchAll(/^ {2}npm (?:run )?([a-z:-]+)/gm)].map(([, name]) => name);
    expect(named.filter((name) => name !== "ci").sort()).toEqual(
      scripts.filter((name) => name !== "prepare").sort(),
    );
  });

  it("links only to files that exist", () => {
    const pages = [
      "README.md",
      "CONTRIBUTING.md",
      ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".md"))
        .map((name) => `docs/${name}`),
    ];
    for (const page of pages) {
      const prose = read(page).replaceAll(/```[\s\S]*?```/g, "");
      for (const [, target = ""] of prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        expect([page, target, existsSync(join(ROOT, page, "..", target))]).toEqual([page, target, true]);
      }
    }
  });

  it.each(["docs/workflows.md", "docs/aws-accounts.md", "docs/privacy.md"])(
    "shows in %s only valid settings",
    (page) => {
      const blocks = [...read(page).matchAll(/^```json\n(\{[\s\S]*?)^```/gm)].map(([, text = ""]) =>
        JSON.parse(text),
      );
      expect(blocks.length).toBeGreaterThan(0);
      const defaults = JSON.parse(read("access-logs.json"));
      for (const block of blocks) expect(() => parseSettings(page, { ...defaults, ...block })).not.toThrow();
    },
  );

  it("uses only existing scripts in the README", () => {
    for (const [, name = ""] of read("README.md").matchAll(/npm run (?:--silent )?([a-z:-]+)/g)) {
      expect(scripts).toContain(name);
    }
  });
});
