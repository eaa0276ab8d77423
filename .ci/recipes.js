// Runs the recipes in docs/workflows.md and examples/ with real Terraform, on a copy of the project.
// Environment: the variables for Terraform to find the provider offline.
const { execFileSync, spawnSync } = require("node:child_process");
const {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} = require("node:fs");
const { tmpdir } = require("node:os");
const { dirname, join } = require("node:path");
const { parse } = require("yaml");

const root = join(__dirname, "..");
const read = (path) => readFileSync(join(root, path), "utf8");

const github = parse(read("examples/github-actions/access-logs.yml"));
const atlantis = parse(read("examples/atlantis/atlantis.yaml")).workflows["access-logs"];
const recipes = {
  "GitHub Actions": github.jobs.terraform.steps.flatMap(({ run }) => run ?? []),
  Atlantis: [...atlantis.plan.steps, ...atlantis.apply.steps].map(({ run }) => run),
};

const SYNTH = "npm run synth";
const LOCK_PROVIDERS = [
  SYNTH,
  "terraform -chdir=cdktf.out/stacks/access-logs init",
  "cp cdktf.out/stacks/access-logs/.terraform.lock.hcl .",
];

// Files that docs/workflows.md puts next to the JSON: each begins with its path.
const adopted = [...read("docs/workflows.md").matchAll(/^```hcl\n# (cdktf\.out\S+)\n([\s\S]*?)^```/gm)];
if (adopted.length !== 3) throw new Error("docs/workflows.md: expected three files to adopt what exists");

// Made by the first synth. The copies are of the same code, so that the others only need the second half of the script.
const built = join(mkdtempSync(join(tmpdir(), "recipes-")), "dist");
function synth(copy, run) {
  if (existsSync(built)) {
    cpSync(built, join(copy, "dist"), { recursive: true });
    return run("node dist/main.js");
  }
  const output = run(SYNTH);
  cpSync(join(copy, "dist"), built, { recursive: true });
  return output;
}

function inCopy(name, use) {
  const copy = mkdtempSync(join(tmpdir(), "recipe-"));
  try {
    for (const file of execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
      .split("\n")
      .filter(Boolean)) {
      cpSync(join(root, file), join(copy, file));
    }
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    const shell = (command) => {
      const env = { ...process.env, PLANFILE: join(copy, "access-logs.tfplan") };
      const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
        cwd: copy,
        env,
        encoding: "utf8",
      });
      if (status !== 0)
        throw new Error(
          `${name}: ${command}: exit code ${status}\n${stdout.slice(-2000)}${stderr.slice(-4000)}`,
        );
      return stdout;
    };
    use(copy, (command) => {
      // The copy already has its packages.
      if (command === "npm ci") return;
      return command === SYNTH ? synth(copy, shell) : shell(command);
    });
    console.log(`${name}: done`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

for (const [name, commands] of Object.entries(recipes)) {
  inCopy(name, (_, run) => {
    // The lock file that docs/workflows.md says to commit once.
    if (commands.some((command) => command.startsWith("cp .terraform.lock.hcl"))) LOCK_PROVIDERS.map(run);
    const output = commands.map(run).join("\n");
    if (!/Apply complete! Resources: \d{2,} added/.test(output))
      throw new Error(`${name}: nothing was applied`);
  });
}

inCopy("Adopting what exists", (copy, run) => {
  const stack = "cdktf.out/stacks/access-logs";
  const adopt = (name) => {
    for (const [, path, text] of adopted.filter(([, path]) => path.includes(name))) {
      writeFileSync(join(copy, path), text);
    }
    // Files next to the JSON must survive another synth.
    run(SYNTH);
  };
  run(SYNTH);
  adopt("adopt.tf");
  run(`terraform -chdir=${stack} init`);
  const plan = run(`terraform -chdir=${stack} plan -no-color`);
  if (!/Plan: 2 to import, \d+ to add/.test(plan))
    throw new Error(`expected two imports:\n${plan.slice(-2000)}`);
  // Only AWS knows the ARN of an imported bucket: without AWS, the check ends here.
  adopt("adopt_bucket");
  run(`terraform -chdir=${stack} validate`);
});

rmSync(dirname(built), { recursive: true });
