import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import NODES from "../.ci/nodes.json";
import { engines } from "../package.json";
import { RUNTIME_NODES, RUNTIMES } from "../pipeline/runtime";

const ROOT = join(__dirname, "..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const workflow = parse(read(".github/workflows/ci.yml"));
const example = parse(read("examples/github-actions/access-logs.yml"));

/** Major versions that are supported, in their order. */
const SUPPORTED = NODES.map((version) => Number.parseInt(version, 10));
/** Past its end of life, but still in use: see the README. */
const TOLERATED = 20;
const inWords = `Node ${SUPPORTED.slice(0, -1).join(", ")} or ${SUPPORTED.at(-1)}`;

describe("the supported Node versions", () => {
  it("are those that the package accepts, except the tolerated version", () => {
    const [oldest, ...others] = SUPPORTED;
    const newest = others.pop();
    expect(engines.node).toBe([TOLERATED, oldest, ...others, `>=${newest}`].join(" || "));
  });

  it.each(["README.md", "CONTRIBUTING.md", "examples/atlantis/atlantis.yaml"])("are named in %s", (page) => {
    expect(read(page)).toContain(inWords);
  });

  it("are those that the public workflow uses on every platform", () => {
    const { runner, node } = workflow.jobs.commands.strategy.matrix;
    expect(node).toEqual(SUPPORTED);
    expect(runner).toHaveLength(6);
  });

  it("include the version in the example of a workflow", () => {
    const [setup] = example.jobs.terraform.steps.filter(({ uses = "" }) =>
      uses.startsWith("actions/setup-node@"),
    );
    expect(SUPPORTED).toContain(setup.with["node-version"]);
  });

  it("include the versions that the functions run on", () => {
    expect(SUPPORTED).toEqual(expect.arrayContaining([...RUNTIME_NODES]));
    expect(RUNTIME_NODES.map((node) => `nodejs${node}.x`)).toEqual([...RUNTIMES]);
  });
});

// CI checks the same for the generator of the Terraform module, which takes longer.
it("dist/main.js says where it wrote the stack, and prints nothing to standard error", () => {
  const folder = mkdtempSync(join(tmpdir(), "synth-"));
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/main.js"], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, CDKTF_OUTDIR: folder },
    });
    expect([status, stdout, stderr]).toEqual([0, `wrote ${join(folder, "stacks", "access-logs")}\n`, ""]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("only one source file names a runtime, so that an update changes one word", () => {
  const sources = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const naming = sources
    .trim()
    .split("\n")
    .filter((path) => existsSync(join(ROOT, path)))
    .filter((path) => RUNTIMES.some((runtime) => withoutComments(read(path)).includes(runtime)));
  expect(naming).toEqual(["pipeline/runtime.ts"]);
});

/** An example in a doc comment may name a runtime. */
const withoutComments = (code: string): string => code.replaceAll(/^ *\*.*$/gm, "");
