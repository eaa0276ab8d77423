const base = require("./jest.config.js");

const packages = "<rootDir>/cdktn/node_modules";

/**
 * The constructs and stacks on cdktn: the same tests and the same snapshots, with the packages' new names.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  ...base,
  testMatch: ["<rootDir>/__tests__/{modules,stacks}/**/*.test.ts"],
  moduleNameMapper: {
    "^cdktf$": `${packages}/cdktn`,
    "^cdktf/(.*)$": `${packages}/cdktn/$1`,
    "^@cdktf/provider-aws/(.*)$": `${packages}/@cdktn/provider-aws/$1`,
    // One copy: a construct must be known as one wherever it comes from.
    "^constructs$": `${packages}/constructs`,
  },
};
