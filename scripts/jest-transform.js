const { transformSync } = require("esbuild");
const { OLDEST_NODE } = require("./oldest-node");

/** Jest transform: TypeScript (and ES modules of node_modules) to CommonJS; tsc checks the types. */
module.exports = {
  process(source, filename) {
    const { code } = transformSync(source, {
      loader: filename.endsWith(".ts") ? "ts" : "js",
      format: "cjs",
      target: OLDEST_NODE,
      sourcemap: "inline",
      sourcefile: filename,
    });
    return { code };
  },
};
