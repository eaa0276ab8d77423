import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { type TestLake, testLake } from "../helpers/lake";
import { PROGRAM } from "../helpers/run-program";

const WATCH = join(__dirname, "../helpers/watch-open-files.cjs");

let lake: TestLake;
beforeEach(() => {
  lake = testLake();
});
afterEach(() => lake.delete());

const watched = (...args: readonly string[]) => {
  const { status, stderr } = spawnSync(process.execPath, ["--require", WATCH, ...args], { encoding: "utf8" });
  return { status, stderr };
};

// Windows does not rename or delete open files, so no code may depend on that. Only Linux can list the open files.
(process.platform === "linux" ? describe : describe.skip)(
  "no file is renamed or deleted while it is open",
  () => {
    it("by ingest, also when it overwrites its own files, and when it runs again after new logs arrive", () => {
      for (const seed of ["1", "2"]) {
        expect(
          watched(PROGRAM, "sample", lake.logs, "--seed", seed, "--files", "40", "--lines", "50").status,
        ).toBe(0);
        expect(watched(PROGRAM, "ingest", lake.logs, "--lake", lake.lake, "--move")).toEqual({
          status: 0,
          stderr: "skipped notes/read-me.txt: its lines have no known format\n",
        });
      }
    });

    it("and the check detects a violation", () => {
      const file = join(lake.logs, "open");
      const program = `const fs = require("node:fs"); fs.openSync(process.argv[1], "w"); fs.unlinkSync(process.argv[1])`;
      closeSync(openSync(file, "w"));
      expect(watched("-e", program, file)).toEqual({
        status: 70,
        stderr: `unlinkSync of ${file} while ${file} is open\n`,
      });
    });
  },
);
