import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { generatedFiles } from "./generated-files";

/** Writes every generated file (`--write`), or names outdated files and fails. */
const stale = [...generatedFiles()].filter(
  ([path, text]) => !existsSync(path) || readFileSync(path, "utf8") !== text,
);
if (process.argv.includes("--write")) {
  for (const [path, text] of stale) writeFileSync(path, text);
  console.log(stale.length === 0 ? "nothing to write" : `wrote ${stale.map(([path]) => path).join(", ")}`);
} else if (stale.length > 0) {
  console.error(`out of date: ${stale.map(([path]) => path).join(", ")}; run "npm run docs"`);
  process.exitCode = 1;
}
