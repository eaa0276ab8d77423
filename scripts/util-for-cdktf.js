const util = require("node:util");

/** Node's util for CDKTF, whose calls of the deprecated `util.isArray` print a warning at every synth since Node 22. */
module.exports = { ...util, isArray: Array.isArray };
