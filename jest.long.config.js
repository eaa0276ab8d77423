const base = require("./jest.config.js");
const { LONG_TESTS } = require("./scripts/long-tests");

/**
 * What no single change needs, and what is the same on every Node.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  ...base,
  testMatch: [`<rootDir>/__tests__/**/{${LONG_TESTS.join(",")}}.test.ts`],
  testPathIgnorePatterns: [],
};
