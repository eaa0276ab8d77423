// Compiles the programs in AssemblyScript to WebAssembly, unless nothing has changed.
const { execFileSync } = require("node:child_process");
const { existsSync, readdirSync, statSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const COMPILER = require.resolve("assemblyscript/bin/asc.js");
const OPTIONS = ["-O3", "--noAssert", "--runtime", "minimal", "--enable", "simd", "--use", "abort="];

/** The programs, next to the folders of their sources. */
const PROGRAMS = ["lake/parquet/columns.wasm", "report/tally.wasm"].map((program) => join(root, program));

function buildAssembly() {
  for (const program of PROGRAMS) {
    const sources = join(program, "../assembly");
    const built = existsSync(program) ? statSync(program).mtimeMs : 0;
    const files = [__filename, ...readdirSync(sources).map((name) => join(sources, name))];
    if (files.every((file) => statSync(file).mtimeMs < built)) continue;
    execFileSync(process.execPath, [COMPILER, join(sources, "index.ts"), "--outFile", program, ...OPTIONS]);
  }
}

module.exports = { buildAssembly, PROGRAMS };
