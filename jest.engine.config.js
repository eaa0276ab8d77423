const base = require("./jest.config.js");

/**
 * The functions' zips on a real engine, which `globalSetup` starts unless it runs already.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  ...base,
  testMatch: ["<rootDir>/__tests__/engine/**/*.test.ts"],
  testPathIgnorePatterns: [],
  globalSetup: "<rootDir>/__tests__/engine/start-engine.ts",
  globalTeardown: "<rootDir>/__tests__/engine/stop-engine.ts",
  testTimeout: 240_000,
  maxWorkers: 2,
};
