const { engines } = require("../package.json");

/** The oldest Node that the package supports, with esbuild's name: the build target of the programs. */
exports.OLDEST_NODE = `node${Number.parseInt(engines.node, 10)}`;
