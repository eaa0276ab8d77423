// Builds dist/: the library and the programs as one file each, and the zips of the Lambda functions.
const { mkdirSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { buildSync } = require("esbuild");

const root = join(__dirname, "..");
const dist = join(root, "dist");

const common = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  sourcemap: "linked",
  logLevel: "error",
};

/** Half as many bytes to read and to compile at every start; names stay, for the traces of mistakes. */
const compact = { minifyWhitespace: true, minifySyntax: true };

rmSync(dist, { recursive: true, force: true });

// The library leaves every package to its consumer.
buildSync({
  ...common,
  entryPoints: { index: "index.ts", formats: "formats/index.ts" },
  packages: "external",
  sourcemap: false,
});

// The programs hold what they use: one file loads much faster than hundreds. What stays outside is native, shares
// its classes with other packages, or is only needed to build.
buildSync({
  ...common,
  entryPoints: {
    "access-logs": "local/access-logs.ts",
    "spool-worker": "local/spool-worker.ts",
    demo: "local/demo.ts",
    docs: "scripts/generate-docs.ts",
    "build-terraform-module": "scripts/build-terraform-module.ts",
    bench: "bench/index.ts",
    // What a benchmark starts as processes of their own.
    "bench/lambda": "bench/children/lambda.ts",
    "bench/sql": "bench/children/sql.ts",
    "bench/parse": "bench/children/parse.ts",
    "bench/chdb": "bench/children/chdb.ts",
    simulate: "simulation/index.ts",
    "handler-code": "modules/handler-code.ts",
  },
  external: ["cdktf", "constructs", "esbuild", "@duckdb/node-api"],
  ...compact,
});

// Only this holds CDKTF, too: loading its hundreds of files takes longer than what they do. Half of them zip folders,
// and no asset of ours is a folder.
buildSync({
  ...common,
  entryPoints: { main: "main.ts" },
  external: ["esbuild"],
  alias: { archiver: "./scripts/no-archiver.js" },
  ...compact,
});

// Compared with the bundles: its packages stay what they are, folders of modules.
buildSync({
  ...common,
  entryPoints: { "bench/obvious-handler": "bench/children/obvious-handler.ts" },
  packages: "external",
});

const { HANDLER_NAMES, bundleHandler, zipHandler } = require(join(dist, "handler-code.js"));
mkdirSync(join(dist, "handlers"));
for (const name of HANDLER_NAMES) {
  writeFileSync(join(dist, "handlers", `${name}.zip`), zipHandler(bundleHandler(name, root)));
}
