// Installs the released package (`npm run release`) with the commands of the README: alone, for its command; then in a
// project, where it type-checks a consumer and synthesizes with it. It needs only Node and npm, on any platform.
const { execSync } = require("node:child_process");
const {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require("node:fs");
const { tmpdir } = require("node:os");
const { delimiter, join } = require("node:path");
const { isDeepStrictEqual } = require("node:util");
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
/** What a TypeScript project has anyway. */
const PACKAGES = ["typescript", "@types/node"].map((name) => `${name}@${devDependencies[name]}`).join(" ");
/** The most that the package and all that it needs may take up, without CDKTF. */
const MAX_MEGABYTES = 150;

/** Runs a command in a shell, which finds npm on every platform. Returns its output. */
const run = (command, cwd = work) =>
  execSync(command, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
/** The commands of the README's section about installing. */
const [, section] = readFileSync(join(root, "README.md"), "utf8").split(/^## (?=Install$)/m);
const commands = [...section.split(/^## /m)[0].matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block]) =>
  block.trim().split("\n"),
);
/** The only command of the README that begins like this. */
function fromReadme(beginning) {
  const found = commands.filter((line) => line.startsWith(beginning));
  if (found.length !== 1)
    throw new Error(`README: expected one command "${beginning}", found ${found.length}`);
  return found[0];
}

function bytesOf(folder) {
  const entries = readdirSync(folder, { recursive: true }).map((name) => lstatSync(join(folder, name)));
  return entries.reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}
function expectSame(what, got, expected) {
  if (isDeepStrictEqual(got, expected)) return;
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
}

try {
  cpSync(join(root, "dist", "release"), work, { recursive: true });

  // Alone: this is npm's folder for global packages from here on.
  process.env.npm_config_prefix = join(work, "global");
  mkdirSync(join(work, "global", "lib"), { recursive: true });
  run(`${fromReadme("npm install --global")} --silent --no-audit --no-fund`);
  const megabytes = bytesOf(join(work, "global")) / 1e6;
  if (megabytes > MAX_MEGABYTES)
    throw new Error(`installed: ${megabytes} MB, at most ${MAX_MEGABYTES} are expected`);
  const path = process.env.PATH;
  process.env.PATH = [join(work, "global", "bin"), join(work, "global"), path].join(delimiter);
  const command = (...args) => JSON.parse(run(`access-logs ${args.join(" ")} --json`));
  // On Windows, npm installs no manual pages.
  if (process.platform !== "win32" && !existsSync(join(work, "global/share/man/man1/access-logs.1")))
    throw new Error("no manual page");
  if (!run(fromReadme("access-logs")).includes("Usage: access-logs")) throw new Error("no help");
  expectSame("version", run("access-logs --version").trim(), version);
  const written = command("sample", "logs", "--files 6", "--lines 20");
  const { rows } = command("ingest", "logs", "--lake lake");
  expectSame("rows", rows, written.rows);
  const [{ n }] = command("query", '"SELECT count(*) AS n FROM alb_access_logs"', "--lake lake");
  expectSame("rows of a query", n, written.rows.alb_access_logs);
  const { tables } = command("report", "--lake lake");
  expectSame("tables of a report", tables.toSorted(), Object.keys(written.rows).toSorted());
  process.env.PATH = path;
  if (!run(fromReadme("npx")).includes("Usage: access-logs")) throw new Error("no help by npx");

  // In a project with CDKTF.
  writeFileSync(join(work, "package.json"), JSON.stringify({ name: "consumer", private: true }));
  writeFileSync(join(work, "main.ts"), MAIN);
  writeFileSync(join(work, "tsconfig.json"), JSON.stringify(TYPESCRIPT));
  run(`${fromReadme("npm install ./")} ${PACKAGES} --silent --no-audit --no-fund`);
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
  console.log(
    `installed (${Math.round(megabytes)} MB), run, type-checked and synthesized on Node ${process.versions.node}`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
