const { spawnSync } = require("node:child_process");
const base = require("./jest.config.js");

if (spawnSync("terraform", ["version"]).status !== 0) {
  throw new Error("these tests run Terraform, which is not on the PATH: install it, then try again");
}

/**
 * What only Terraform itself can tell of what is synthesized.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  ...base,
  testMatch: ["<rootDir>/__tests__/terraform/**/*.test.ts"],
  testPathIgnorePatterns: [],
};
