const util = require("node:util");

/** Node's util with what CDKTF calls of it: `util.isArray` is deprecated, with a warning at every synth since Node 22. */
module.exports = { ...util, isArray: Array.isArray };
