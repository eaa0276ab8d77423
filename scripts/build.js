// Builds dist/: the programs as one file each, and the zips of the Lambda functions.
const { existsSync, mkdirSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { buildSync } = require("esbuild");

const root = join(__dirname, "..");
const dist = join(root, "dist");

/** Program in dist/ -> its source. */
const PROGRAMS = {
  main: "main.ts",
  index: "index.ts",
  "access-logs": "local/access-logs.ts",
  demo: "local/demo.ts",
  docs: "scripts/generate-docs.ts",
  bench: "bench/index.ts",
  "handler-code": "modules/handler-code.ts",
};

const entryPoints = Object.fromEntries(
  Object.entries(PROGRAMS).filter(([, source]) => existsSync(join(root, source))),
);
rmSync(dist, { recursive: true, force: true });
buildSync({
  absWorkingDir: root,
  entryPoints,
  outdir: dist,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  packages: "external",
  // Published as ES modules only, which CommonJS can require from Node 20.19 on, not before.
  alias: Object.fromEntries(
    ["p-limit", "yocto-queue"].map((name) => [name, join(root, "node_modules", name, "index.js")]),
  ),
  sourcemap: "linked",
  logLevel: "error",
});

const { HANDLER_NAMES, bundleHandler, zipHandler } = require(join(dist, "handler-code.js"));
mkdirSync(join(dist, "handlers"));
for (const name of HANDLER_NAMES) {
  writeFileSync(join(dist, "handlers", `${name}.zip`), zipHandler(bundleHandler(name, root)));
}
