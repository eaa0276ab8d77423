const { transformSync } = require("esbuild");

/** Jest transform: TypeScript (and ES modules of node_modules) to CommonJS; types are checked by tsc. */
module.exports = {
  process(source, filename) {
    const { code } = transformSync(source, {
      loader: filename.endsWith(".ts") ? "ts" : "js",
      format: "cjs",
      target: "node20",
      sourcemap: "inline",
      sourcefile: filename,
    });
    return { code };
  },
};
