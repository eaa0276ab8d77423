const { engines } = require("../package.json");

/** The oldest Node that the package accepts, as esbuild names it: whose JavaScript the programs are written in. */
exports.OLDEST_NODE = `node${Number.parseInt(engines.node, 10)}`;
