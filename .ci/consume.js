// Packs the package, installs it into a separate project, type-checks a consumer, synthesizes with it, and runs its
// command. It needs only Node and npm, on any platform.
const { execSync } = require("node:child_process");
const { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { devDependencies, version } = require("../package.json");

const root = join(__dirname, "..");
const work = mkdtempSync(join(tmpdir(), "consumer "));

const MAIN = `import { App, TerraformStack } from "cdktf";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { AccessLogPipeline, type AccessLogPipelineProps } from "cdktf-access-logs";
import { FORMATS } from "cdktf-access-logs/formats";

const props: AccessLogPipelineProps = {
  name: "logs",
  sources: [{ name: "web", format: "alb", prefix: "alb/" }],
};
const app = new App();
const stack = new TerraformStack(app, "mine");
new AwsProvider(stack, "aws", { region: "eu-central-1" });
const pipeline = new AccessLogPipeline(stack, "logs", props);
const bucket: string = pipeline.bucket.bucket.bucket;
if (bucket === "" || FORMATS.alb.table !== "alb_access_logs") throw new Error("not what was expected");
app.synth();
`;
const TYPESCRIPT = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    types: ["node"],
    outDir: "out",
  },
  include: ["main.ts"],
};
/** A consumer's packages in addition to this one. */
const PACKAGES = ["cdktf", "constructs", "@cdktf/provider-aws", "typescript", "@types/node"];

/** Runs a command in a shell, which finds npm on every platform. Returns its output. */
const run = (command, cwd = work) =>
  execSync(command, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
const command = (...args) => JSON.parse(run(`npx access-logs ${args.join(" ")} --json`));
function expectSame(what, got, expected) {
  if (JSON.stringify(got) === JSON.stringify(expected)) return;
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
}

try {
  const tarball = run(`npm pack --silent --pack-destination "${work}"`, root).trim().split("\n").at(-1);
  writeFileSync(join(work, "package.json"), JSON.stringify({ name: "consumer", private: true }));
  writeFileSync(join(work, "main.ts"), MAIN);
  writeFileSync(join(work, "tsconfig.json"), JSON.stringify(TYPESCRIPT));
  const packages = PACKAGES.map((name) => `${name}@${devDependencies[name]}`);
  run(`npm install --silent --no-audit --no-fund ./${tarball} ${packages.join(" ")}`);
  expectSame(
    "packages of the build that are installed",
    readdirSync(join(work, "node_modules")).includes("esbuild"),
    false,
  );

  run("npx tsc");
  run("node out/main.js");
  const stack = join(work, "cdktf.out", "stacks", "mine");
  const { resource } = JSON.parse(readFileSync(join(stack, "cdk.tf.json"), "utf8"));
  const zips = readdirSync(stack, { recursive: true }).filter((name) => name.endsWith(".zip"));
  expectSame("zips", zips.length, Object.keys(resource.aws_lambda_function).length);

  expectSame("version", run("npx access-logs --version").trim(), version);
  const written = command("sample", "logs", "--files 6", "--lines 20");
  const { rows } = command("ingest", "logs", "--lake lake");
  expectSame("rows", rows, written.rows);
  const [{ n }] = command("query", '"SELECT count(*) AS n FROM alb_access_logs"', "--lake lake");
  expectSame("rows of a query", n, written.rows.alb_access_logs);
  const { tables } = command("report", "--lake lake");
  expectSame("tables of a report", tables, Object.keys(written.rows));
  console.log(`installed, type-checked, synthesized and run on Node ${process.versions.node}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
