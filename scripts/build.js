// Builds dist/: the library and the programs as one file each, and the zips of the Lambda functions.
const { mkdirSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { buildSync } = require("esbuild");
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

/** Half as many bytes to read and to compile at every start; names and lines stay, for the traces of mistakes. */
const compact = { minifyWhitespace: true, minifySyntax: true, lineLimit: 200 };

rmSync(dist, { recursive: true, force: true });

// The library leaves every package to its consumer.
buildSync({
  ...common,
  entryPoints: { index: "index.ts", formats: "formats/index.ts" },
  packages: "external",
  sourcemap: false,
});

/** Native, with classes that other packages share, or only needed to build. */
const PACKAGES_OUTSIDE = ["cdktf", "constructs", "esbuild", "@duckdb/node-api"];

// The programs hold what they use: one file loads much faster than hundreds.
buildSync({
  ...common,
  entryPoints: {
    docs: "scripts/generate-docs.ts",
    bench: "bench/index.ts",
    // What a benchmark starts as processes of their own.
    "bench/lambda": "bench/children/lambda.ts",
    "bench/sql": "bench/children/sql.ts",
    "bench/parse": "bench/children/parse.ts",
    "bench/chdb": "bench/children/chdb.ts",
    // Runs the functions' zips for the tests on a real engine.
    "testing/lambda-runtime": "testing/lambda/runtime.ts",
    simulate: "simulation/index.ts",
    "handler-code": "modules/handler-code.ts",
  },
  external: PACKAGES_OUTSIDE,
  ...compact,
});

// What people start again and again reads only the chunks that its command needs, and those only ES modules can have.
buildSync({
  ...common,
  outdir: join(dist, "cli"),
  entryPoints: {
    "access-logs": "cli/access-logs.ts",
    demo: "cli/demo.ts",
    "spool-worker": "lake/spool-worker.ts",
  },
  format: "esm",
  splitting: true,
  mainFields: ["module", "main"],
  outExtension: { ".js": ".mjs" },
  // What modules in CommonJS take for granted.
  banner: {
    js: [
      'import { createRequire } from "node:module";',
      'import { fileURLToPath } from "node:url";',
      "const require = createRequire(import.meta.url);",
      'const __dirname = fileURLToPath(new URL(".", import.meta.url));',
    ].join(" "),
  },
  external: PACKAGES_OUTSIDE,
  ...compact,
});

// These hold CDKTF, too: loading its hundreds of files takes longer than what they do. Half of them zip folders, and no
// asset of ours is a folder.
buildSync({
  ...common,
  entryPoints: { main: "main.ts", "build-terraform-module": "scripts/build-terraform-module.ts" },
  external: ["esbuild"],
  alias: { archiver: "./scripts/no-archiver.js", util: "./scripts/util-for-cdktf.js" },
  ...compact,
});

// Compared with the bundles: its packages stay what they are, folders of modules.
buildSync({
  ...common,
  entryPoints: { "bench/obvious-handler": "bench/children/obvious-handler.ts" },
  packages: "external",
});

const { bundleHandlers, zipHandler } = require(join(dist, "handler-code.js"));
mkdirSync(join(dist, "handlers"));
for (const [name, code] of bundleHandlers(root)) {
  writeFileSync(join(dist, "handlers", `${name}.zip`), zipHandler(code));
}
