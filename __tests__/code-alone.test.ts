import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { openDuckdb } from "../lake/duckdb-engine";
import { others, synth } from "./folders.json";

/** Paths of the unit tests, below this folder. */
const unitTests = readdirSync(__dirname, { recursive: true, encoding: "utf8" })
  .map((path) => path.split(sep).join("/"))
  .filter((path) => path.endsWith(".test.ts") && !path.endsWith(".integration.test.ts"))
  .filter((path) => ![...synth, ...others].some((folder) => path.startsWith(`${folder}/`)));

describe("a unit test", () => {
  const file = join("__tests__", "code-alone.test.ts");
  const renamed = join("__tests__", "code-alone.integration.test.ts");
  const whatToDo = `rename the file to ${renamed}, or test the code in another way`;

  it("cannot start a process, and the error says what to do", () => {
    for (const start of [spawn, spawnSync])
      expect(() => start(process.execPath)).toThrow(
        `${file}: a unit test cannot start a process; ${whatToDo}`,
      );
  });

  it("cannot load DuckDB, and the error says what to do", async () => {
    await expect(openDuckdb()).rejects.toThrow(`${file}: a unit test cannot load DuckDB; ${whatToDo}`);
  });

  it("cannot load CDKTF, and the error says what to do", () => {
    expect(() => require("./helpers/synth")).toThrow(`${file}: a unit test cannot load CDKTF; ${whatToDo}`);
  });

  it("reads no file that only a build writes", () => {
    expect(unitTests.length).toBeGreaterThan(50);
    const reading = unitTests.filter((path) => /\bdist\//.test(readFileSync(join(__dirname, path), "utf8")));
    expect(reading).toEqual([]);
  });
});
