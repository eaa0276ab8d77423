/** @type {import("jest").Config} */
module.exports = {
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  transform: { "\\.[jt]s$": "<rootDir>/scripts/jest-transform.js" },
  // p-limit and its queue are published as ES modules only.
  transformIgnorePatterns: ["/node_modules/(?!p-limit/|yocto-queue/)"],
  setupFilesAfterEnv: ["<rootDir>/setup.js"],
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/cdktf.out/"],
};
