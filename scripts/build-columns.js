// Compiles lake/parquet/assembly to WebAssembly, unless nothing has changed.
const { execFileSync } = require("node:child_process");
const { existsSync, readdirSync, statSync } = require("node:fs");
const { join } = require("node:path");

const folder = join(__dirname, "../lake/parquet");
const sources = join(folder, "assembly");
const COLUMNS = join(folder, "columns.wasm");
const COMPILER = require.resolve("assemblyscript/bin/asc.js");
const OPTIONS = ["-O3", "--noAssert", "--runtime", "minimal", "--enable", "simd", "--use", "abort="];

function buildColumns() {
  const built = existsSync(COLUMNS) ? statSync(COLUMNS).mtimeMs : 0;
  const files = [__filename, ...readdirSync(sources).map((name) => join(sources, name))];
  if (files.every((file) => statSync(file).mtimeMs < built)) return;
  execFileSync(process.execPath, [COMPILER, join(sources, "index.ts"), "--outFile", COLUMNS, ...OPTIONS]);
}

module.exports = { buildColumns, COLUMNS };
