const { availableParallelism } = require("node:os");

const packages = "<rootDir>/cdktn/node_modules";

/** What all projects have in common. */
const common = {
  transform: { "\\.m?[jt]s$": "<rootDir>/scripts/jest-transform.js" },
  // p-limit, the SQL grammars and what they need are published as ES modules only.
  transformIgnorePatterns: ["/node_modules/(?!(?:p-limit|yocto-queue|dt-sql-parser|antlr4ng|antlr4-c3)/)"],
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/cdktf.out/"],
  // In Jest's context each use of a global is a slow lookup, for these in hot loops most of all; modules are given them.
  // Others, such as Promise, are declared again by modules that tests load.
  sandboxInjectedGlobals: ["Array", "JSON", "Map", "Math", "Object", "Reflect", "RegExp", "Set", "WeakMap"],
};

/** Folders whose tests need more than Node, or long: each is a project of its own. */
const OTHERS = ["engine", "long", "terraform"].map((name) => `<rootDir>/__tests__/${name}/`);

/** @type {import("jest").Config} */
module.exports = {
  // Much of the time goes into programs that tests start, and into waiting for them.
  maxWorkers: availableParallelism() + 1,
  // No test waits for a clock; a busy machine must not fail one that works.
  testTimeout: 60_000,
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: OTHERS,
    },
    {
      // Builds a checkout, kills programs, lets days go by: what no single change needs, and is the same on every Node.
      ...common,
      displayName: "long",
      testMatch: ["<rootDir>/__tests__/long/**/*.test.ts"],
    },
    {
      // The constructs and stacks on cdktn: the same tests and the same snapshots, with the packages' new names.
      ...common,
      displayName: "cdktn",
      testMatch: ["<rootDir>/__tests__/{modules,pipeline,stacks,terraform-module}/**/*.test.ts"],
      moduleNameMapper: {
        "^cdktf$": `${packages}/cdktn`,
        "^cdktf/(.*)$": `${packages}/cdktn/$1`,
        "^@cdktf/provider-aws/(.*)$": `${packages}/@cdktn/provider-aws/$1`,
        // One copy: a construct must be known as one wherever it comes from.
        "^constructs$": `${packages}/constructs`,
      },
    },
    {
      // What only Terraform itself can tell of what is synthesized.
      ...common,
      displayName: "terraform",
      testMatch: ["<rootDir>/__tests__/terraform/**/*.test.ts"],
      globalSetup: "<rootDir>/__tests__/terraform/require-terraform.ts",
    },
    {
      // The functions' zips on a real engine, which is started unless it runs already.
      ...common,
      displayName: "engine",
      testMatch: ["<rootDir>/__tests__/engine/**/*.test.ts"],
      globalSetup: "<rootDir>/__tests__/engine/start-engine.ts",
      globalTeardown: "<rootDir>/__tests__/engine/stop-engine.ts",
      setupFilesAfterEnv: ["<rootDir>/__tests__/engine/allow-time.ts"],
    },
  ],
};
