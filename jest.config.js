const { availableParallelism } = require("node:os");

const packages = "<rootDir>/cdktn/node_modules";

// The programs that tests of lakes and reports load; a build makes them, too.
require("./scripts/build-assembly").buildAssembly();

const MODULES = {
  // D3's default files are modules that Jest cannot load; next to them are the same as CommonJS.
  "^(d3-[a-z-]+)$": "<rootDir>/node_modules/$1/dist/$1.js",
  // Zod's messages in 60 languages take half of its time to load, in every file of tests; no code uses them.
  "^\\.\\./locales/index\\.cjs$": "<rootDir>/node_modules/zod/v4/locales/en.cjs",
};

/** Options of all projects. */
const common = {
  transform: { "\\.m?[jt]s$": "<rootDir>/scripts/jest-transform.js" },
  // p-limit, the SQL grammars and their dependencies are only published as ES modules.
  transformIgnorePatterns: [
    "/node_modules/(?!(?:p-limit|yocto-queue|hyparquet|hyparquet-compressors|dt-sql-parser|antlr4ng|antlr4-c3)/)",
  ],
  moduleNameMapper: MODULES,
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/cdktf.out/"],
  // In Jest's context each use of a global is a slow lookup, so modules get these, which hot loops use, as parameters.
  // Others, such as Promise, are declared again by modules that tests load.
  sandboxInjectedGlobals: ["Array", "JSON", "Map", "Math", "Object", "Reflect", "RegExp", "Set", "WeakMap"],
};

/**
 * `synth`: tests of synthesized text, which is the same on every Node: CI compares it instead of running them on each.
 * `others`: tests that need more than Node, or a long time.
 */
const FOLDERS = require("./__tests__/folders.json");

const IN_FOLDERS = [...FOLDERS.synth, ...FOLDERS.others].map((name) => `<rootDir>/__tests__/${name}/`);

/** @type {import("jest").Config} */
module.exports = {
  // Tests spend much of their time waiting for programs that they start.
  maxWorkers: availableParallelism() + 1,
  // No test waits for a clock; a busy machine must not fail one that works.
  testTimeout: 120_000,
  projects: [
    {
      // Needs no build, and takes less than a minute: run it after each change.
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: [...IN_FOLDERS, "\\.integration\\.test\\.ts$"],
      setupFilesAfterEnv: ["<rootDir>/__tests__/helpers/code-alone.ts"],
    },
    {
      // Starts processes, runs DuckDB, or uses the build, as a synthesized stack does.
      ...common,
      displayName: "integration",
      testMatch: ["<rootDir>/__tests__/**/*.integration.test.ts"],
      testPathIgnorePatterns: IN_FOLDERS,
    },
    {
      ...common,
      displayName: "synth",
      testMatch: [`<rootDir>/__tests__/{${FOLDERS.synth.join(",")}}/**/*.test.ts`],
    },
    {
      // Builds a checkout, kills programs, simulates days: not needed for each change, and the same on every Node.
      ...common,
      displayName: "long",
      testMatch: ["<rootDir>/__tests__/long/**/*.test.ts"],
    },
    {
      // The constructs and stacks on cdktn: the same tests and snapshots, with the new names of the packages.
      ...common,
      displayName: "cdktn",
      testMatch: ["<rootDir>/__tests__/{modules,stacks}/**/*.test.ts"],
      moduleNameMapper: {
        ...MODULES,
        "^cdktf$": `${packages}/cdktn`,
        "^cdktf/(.*)$": `${packages}/cdktn/$1`,
        "^@cdktf/provider-aws/(.*)$": `${packages}/@cdktn/provider-aws/$1`,
        // One copy, so that a construct of any package is recognized as a construct.
        "^constructs$": `${packages}/constructs`,
      },
    },
    {
      // The report's page in Chromium.
      ...common,
      displayName: "browser",
      testMatch: ["<rootDir>/__tests__/browser/**/*.test.ts"],
    },
    {
      // Checks of synthesized configurations that only Terraform can make.
      ...common,
      displayName: "terraform",
      testMatch: ["<rootDir>/__tests__/terraform/**/*.test.ts"],
      globalSetup: "<rootDir>/__tests__/terraform/require-terraform.ts",
    },
    {
      // The zips of the functions on a real engine, which is started unless it is already running.
      ...common,
      displayName: "engine",
      testMatch: ["<rootDir>/__tests__/engine/**/*.test.ts"],
      globalSetup: "<rootDir>/__tests__/engine/start-engine.ts",
      globalTeardown: "<rootDir>/__tests__/engine/stop-engine.ts",
      setupFilesAfterEnv: ["<rootDir>/__tests__/engine/allow-time.ts"],
    },
  ],
};
