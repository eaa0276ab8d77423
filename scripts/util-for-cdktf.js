const util = require("node:util");

/** Node's util for CDKTF, which calls the deprecated `util.isArray`: since Node 22, it prints a warning at every synth. */
module.exports = { ...util, isArray: Array.isArray };
