// Builds dist/: the library and the programs, each as one file, and the zips of the Lambda functions.
const { copyFileSync, mkdirSync, rmSync, writeFileSync } = require("node:fs");
const { basename, join } = require("node:path");
const { buildSync } = require("esbuild");
const { buildAssembly, PROGRAMS } = require("./build-assembly");
const { OLDEST_NODE } = require("./oldest-node");

const root = join(__dirname, "..");
const dist = join(root, "dist");

const common = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  platform: "node",
  target: OLDEST_NODE,
  format: "cjs",
  sourcemap: "linked",
  logLevel: "error",
};

/** Halves the bytes to read and compile at every start; names and lines stay, for stack traces. */
const compact = { minifyWhitespace: true, minifySyntax: true, lineLimit: 200 };

rmSync(dist, { recursive: true, force: true });

// The library does not bundle packages: its consumer installs them.
buildSync({
  ...common,
  entryPoints: { index: "index.ts", formats: "formats/index.ts" },
  packages: "external",
  sourcemap: false,
});

/** Packages that are native, that share classes with other packages, or that only the build needs. */
const PACKAGES_OUTSIDE = ["cdktf", "constructs", "esbuild", "@duckdb/node-api", "playwright-core"];

// The programs bundle their packages: one file loads much faster than hundreds.
buildSync({
  ...common,
  entryPoints: {
    docs: "scripts/generate-docs.ts",
    release: "scripts/release.ts",
    bench: "bench/index.ts",
    // A benchmark starts these as separate processes.
    "bench/lambda": "bench/children/lambda.ts",
    "bench/sql": "bench/children/sql.ts",
    "bench/parse": "bench/children/parse.ts",
    "bench/chdb": "bench/children/chdb.ts",
    // Runs the zips of the functions in the tests on a real engine.
    "testing/lambda-runtime": "testing/lambda/runtime.ts",
    simulate: "simulation/index.ts",
    "handler-code": "modules/handler-code.ts",
  },
  external: PACKAGES_OUTSIDE,
  ...compact,
});

// Frequent commands load only the chunks that they need, and only ES modules can be split into chunks.
buildSync({
  ...common,
  outdir: join(dist, "cli"),
  entryPoints: {
    "access-logs": "cli/access-logs.ts",
    demo: "cli/demo.ts",
  },
  format: "esm",
  splitting: true,
  mainFields: ["module", "main"],
  outExtension: { ".js": ".mjs" },
  // Variables that CommonJS modules expect. A bundled package may import `createRequire`, too.
  banner: {
    js: [
      'import { createRequire as requireFrom } from "node:module";',
      'import { fileURLToPath } from "node:url";',
      "const require = requireFrom(import.meta.url);",
      'const __dirname = fileURLToPath(new URL(".", import.meta.url));',
    ].join(" "),
  },
  // The file that is built next.
  alias: { "@duckdb/node-api": "./duckdb-api.cjs" },
  external: [...PACKAGES_OUTSIDE, "./duckdb-api.cjs"],
  ...compact,
});

// DuckDB's JavaScript is hundreds of files. It is not in a chunk: commands that do not need DuckDB would load it, too.
buildSync({
  ...common,
  outdir: join(dist, "cli"),
  entryPoints: { "duckdb-api": "@duckdb/node-api" },
  outExtension: { ".js": ".cjs" },
  alias: { "@duckdb/node-bindings": "./scripts/duckdb-bindings.js" },
  sourcemap: false,
  ...compact,
});

// The program of a thread, which starts faster without modules that are loaded one by one.
buildSync({
  ...common,
  outdir: join(dist, "cli"),
  entryPoints: { "spool-worker": "lake/spool-worker.ts" },
  outExtension: { ".js": ".cjs" },
  mainFields: ["module", "main"],
  ...compact,
});

// The script and the style of the report's page, which `access-logs report` puts into the page.
buildSync({
  ...common,
  outdir: join(dist, "cli"),
  entryPoints: { "report-page": "report/browser/main.ts", "report-page-style": "report/page/style.css" },
  platform: "browser",
  target: "es2022",
  format: "iife",
  sourcemap: false,
  minify: true,
  charset: "utf8",
});

// These also bundle CDKTF: loading its hundreds of files takes longer than the work itself. Half of the files are for
// zipping folders, and no asset of this project is a folder.
buildSync({
  ...common,
  entryPoints: { main: "main.ts", "build-terraform-module": "scripts/build-terraform-module.ts" },
  external: ["esbuild"],
  alias: { archiver: "./scripts/no-archiver.js", util: "./scripts/util-for-cdktf.js" },
  ...compact,
});

// For comparison with the bundles: its packages stay folders of modules.
buildSync({
  ...common,
  entryPoints: { "bench/obvious-handler": "bench/children/obvious-handler.ts" },
  packages: "external",
});

// The programs in WebAssembly, next to those that load them.
buildAssembly();
const zstd = join(root, "node_modules/@bokuweb/zstd-wasm/dist/common/zstd.wasm");
for (const folder of [dist, join(dist, "cli")]) {
  for (const program of [...PROGRAMS, zstd]) copyFileSync(program, join(folder, basename(program)));
}

const { bundleHandlers, zipHandler } = require(join(dist, "handler-code.js"));
mkdirSync(join(dist, "handlers"));
for (const [name, files] of bundleHandlers(root)) {
  writeFileSync(join(dist, "handlers", `${name}.zip`), zipHandler(files));
}
