import { join, relative } from "node:path";

/**
 * Keeps unit tests quick, and independent of a build: the project `unit` refuses processes, DuckDB, and CDKTF, whose
 * stacks contain the zips of the functions.
 */
const refuse = (action: string) => (): never => {
  const { testPath = "" } = expect.getState();
  const file = relative(join(__dirname, "../.."), testPath);
  throw new Error(
    `${file}: a unit test cannot ${action}; rename the file to ${file.replace(".test.ts", ".integration.test.ts")}, or test the code in another way`,
  );
};

jest.mock("@duckdb/node-api", refuse("load DuckDB"));
jest.mock("cdktf", refuse("load CDKTF"));
jest.mock("node:child_process", () => {
  const real = jest.requireActual<object>("node:child_process");
  const starts = Object.keys(real).filter((name) => /^(?:exec|fork|spawn)/.test(name));
  return { ...real, ...Object.fromEntries(starts.map((name) => [name, refuse("start a process")])) };
});
