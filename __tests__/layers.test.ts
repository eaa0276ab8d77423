import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const ROOT = join(__dirname, "..");

/**
 * Each folder, and the folders that its code may import from; it may always import from itself. A folder is below
 * all folders that may import from it, so that no two can import from each other.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  formats: [],
  terminal: [],
  questions: ["formats"],
  "handlers/core": ["formats"],
  "handlers/adapters": ["formats", "terminal", "handlers/core"],
  handlers: ["formats", "questions", "terminal", "handlers/core", "handlers/adapters", "report"],
  pipeline: ["formats"],
  sample: ["formats"],
  modules: ["formats", "questions", "pipeline"],
  settings: ["formats", "pipeline"],
  stacks: ["formats", "pipeline", "modules", "settings"],
  "terraform-module": ["formats", "pipeline", "modules", "settings", "stacks"],
  cost: ["formats", "terminal", "handlers/core", "pipeline"],
  lake: ["formats", "terminal", "handlers/core"],
  report: ["formats", "questions", "terminal", "lake"],
  operations: ["formats", "terminal", "handlers", "handlers/core", "handlers/adapters", "pipeline", "cost"],
  inspect: [
    "formats",
    "terminal",
    "handlers",
    "handlers/core",
    "handlers/adapters",
    "pipeline",
    "cost",
    "lake",
    "operations",
  ],
  cli: [
    "formats",
    "questions",
    "terminal",
    "handlers/core",
    "pipeline",
    "settings",
    "cost",
    "sample",
    "lake",
    "report",
    "operations",
    "inspect",
    "package.json",
  ],
  testing: ["formats", "handlers/core", "handlers/adapters"],
};
const INFRASTRUCTURE = /^(?:cdktf|constructs|@cdktf\/.*)$/;
const MADE_OF_INFRASTRUCTURE = ["modules", "stacks", "terraform-module"];
/** The types of the objects that the constructs write and the functions read: types only, which the compiler erases. */
const WRITTEN_FOR_FUNCTIONS = ["handlers/environment", "handlers/configuration"];

interface Import {
  readonly file: string;
  readonly from: string;
  readonly isType: boolean;
}

const roomOf = (path: string): string => {
  const [top = "", next = ""] = path.split("/");
  return `${top}/${next}` in MAY_IMPORT ? `${top}/${next}` : top;
};

const files = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name).split(sep).join("/"))
    .filter((file) => roomOf(file) === folder);

const imports = (folder: string): Import[] =>
  files(folder).flatMap((file) => {
    const text = readFileSync(join(ROOT, file), "utf8");
    const still = [...text.matchAll(/^(?:import|export)( type)? [^;]*?from "([^"]+)"/gm)];
    const later = [...text.matchAll(/()\bimport\("([^"]+)"\)/g)];
    return [...still, ...later].map(([, type, from = ""]) => ({ file, from, isType: type === " type" }));
  });

/** Path in this project that an import refers to; `undefined` for packages. */
const targetOf = ({ file, from }: Import): string | undefined =>
  from.startsWith(".")
    ? relative(ROOT, resolve(ROOT, dirname(file), from))
        .split(sep)
        .join("/")
    : undefined;

describe.each(Object.entries(MAY_IMPORT))("the folder %s", (folder, allowed) => {
  it("imports only from the folders below it", () => {
    const wrong = imports(folder).filter((item) => {
      const target = targetOf(item);
      if (target === undefined) return false;
      if (folder === "modules" && item.isType && WRITTEN_FOR_FUNCTIONS.includes(target)) return false;
      return roomOf(target) !== folder && !allowed.includes(roomOf(target));
    });
    expect(wrong).toEqual([]);
  });

  it("imports CDKTF only if it has constructs, and never all resources of the provider", () => {
    const wrong = imports(folder).filter(({ from }) => INFRASTRUCTURE.test(from));
    if (!MADE_OF_INFRASTRUCTURE.includes(folder)) expect(wrong).toEqual([]);
    else expect(wrong.filter(({ from }) => from === "@cdktf/provider-aws")).toEqual([]);
  });
});

it("the list has every folder of code", () => {
  const withCode = readdirSync(ROOT, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() && !/^\.|^(?:node_modules|dist|cdktn|cdktf\.out|examples|docs)$/.test(entry.name),
    )
    .map(({ name }) => name)
    .filter((name) => readdirSync(join(ROOT, name)).some((file) => file.endsWith(".ts")));
  const measuring = ["bench", "scripts", "simulation"];
  const listed = new Set(Object.keys(MAY_IMPORT).map((room) => room.split("/")[0]));
  expect(
    withCode.filter((name) => !listed.has(name) && !measuring.includes(name) && name !== "__tests__"),
  ).toEqual([]);
});

it("only terminal/ writes to the terminal, so that nothing of others is obeyed there", () => {
  const withOutput = ["cli", "lake", "inspect", "operations", "report", "questions", "sample", "settings"];
  const writing = [...withOutput.flatMap(files), "main.ts"].filter((file) =>
    /\bconsole\.|process\.std(?:out|err)\.write/.test(readFileSync(join(ROOT, file), "utf8")),
  );
  // Where the errors of the command line end.
  expect(writing).toEqual(["cli/access-logs.ts"]);
});

it("the test finds imports", () => {
  expect(imports("handlers/core").length).toBeGreaterThan(20);
});
