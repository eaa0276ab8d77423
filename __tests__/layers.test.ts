import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const ROOT = join(__dirname, "..");
/** What the code of a folder may import from this project; it may always import from itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  formats: [],
  handlers: ["formats"],
  questions: ["formats"],
  modules: ["questions", "formats", "sizing"],
  local: ["handlers", "questions", "formats", "settings", "deployed-parts", "sizing", "package.json"],
  simulation: ["handlers", "formats", "local", "sizing"],
  stacks: ["modules", "formats", "settings"],
  settings: ["modules", "formats"],
  testing: [],
};
const INFRASTRUCTURE = /^(?:cdktf|constructs|@cdktf\/.*)$/;
const INFRASTRUCTURE_FOLDERS = ["modules", "stacks"];

interface Import {
  readonly file: string;
  readonly from: string;
  readonly isType: boolean;
}

const imports = (folder: string): Import[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => {
      const file = join(folder, name);
      const text = readFileSync(join(ROOT, file), "utf8");
      return [...text.matchAll(/^(?:import|export)( type)? [^;]*?from "([^"]+)"/gm)].map(
        ([, type, from = ""]) => ({
          file,
          from,
          isType: type !== undefined,
        }),
      );
    });

/** Top folder, or file, of this project that an import leads to; `undefined` for packages. */
const targetOf = ({ file, from }: Import): string | undefined =>
  from.startsWith(".") ? relative(ROOT, resolve(ROOT, dirname(file), from)).split(sep)[0] : undefined;

describe.each(Object.entries(MAY_IMPORT))("the folder %s", (folder, allowed) => {
  it("imports only what stands below it", () => {
    const wrong = imports(folder).filter((item) => {
      const target = targetOf(item);
      // The one bridge: what the functions read that the constructs write, erased when compiled.
      const isBridge =
        folder === "modules" && item.isType && /handlers\/(?:environment|configuration)$/.test(item.from);
      return target !== undefined && target !== folder && !allowed.includes(target) && !isBridge;
    });
    expect(wrong).toEqual([]);
  });

  it("knows of infrastructure only if it is made of it", () => {
    const wrong = imports(folder).filter(({ from }) => INFRASTRUCTURE.test(from));
    if (!INFRASTRUCTURE_FOLDERS.includes(folder)) expect(wrong).toEqual([]);
    else expect(wrong.filter(({ from }) => from === "@cdktf/provider-aws")).toEqual([]);
  });
});

it("lets the command know of settings without loading what constructs are made of", () => {
  const programs = join(ROOT, "dist/cli");
  const chunks = readdirSync(programs).filter((name) => name.endsWith(".mjs"));
  const loads = chunks.flatMap((name) => [
    ...readFileSync(join(programs, name), "utf8").matchAll(/(?:from|import|require)[ (]*"([^"]+)"/g),
  ]);
  expect(loads.map(([, from]) => from)).toContain("@duckdb/node-api");
  expect(loads.filter(([, from = ""]) => INFRASTRUCTURE.test(from))).toEqual([]);
});

it("finds imports at all", () => {
  expect(imports("handlers").length).toBeGreaterThan(20);
});
