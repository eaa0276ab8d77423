const { availableParallelism } = require("node:os");
const { LONG_TESTS } = require("./scripts/long-tests");

/** @type {import("jest").Config} */
module.exports = {
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  // Tests that need more than Node, or long, have configurations of their own.
  testPathIgnorePatterns: [
    "<rootDir>/__tests__/terraform/",
    "<rootDir>/__tests__/engine/",
    `/(?:${LONG_TESTS.join("|")})\\.test\\.ts$`,
  ],
  transform: { "\\.m?[jt]s$": "<rootDir>/scripts/jest-transform.js" },
  // p-limit, the SQL grammars and what they need are published as ES modules only.
  transformIgnorePatterns: ["/node_modules/(?!(?:p-limit|yocto-queue|dt-sql-parser|antlr4ng|antlr4-c3)/)"],
  // No test waits for a clock; a busy machine must not fail one that works.
  testTimeout: 60_000,
  // Much of the time goes into programs that tests start, and into waiting for them.
  maxWorkers: availableParallelism() + 1,
  // In Jest's context each use of a global is a slow lookup, for these in hot loops most of all; modules are given them.
  // Others, such as Promise, are declared again by modules that tests load.
  sandboxInjectedGlobals: ["Array", "JSON", "Map", "Math", "Object", "Reflect", "RegExp", "Set", "WeakMap"],
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/cdktf.out/"],
};
