import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FILE_FORMATS } from "../../lake/save-rows";
import { type TestLake, testLake } from "../helpers/lake";
import { runProgram } from "../helpers/run-program";
import { canMount, mount, unmount } from "../helpers/small-disk";

let lake: TestLake;
let folder: string;
let disk: string;
beforeAll(async () => {
  lake = testLake();
  await lake.ingest();
  folder = join(lake.lake, "..");
  disk = join(folder, "disk");
  mkdirSync(disk);
});
afterEach(() => unmount(disk));
afterAll(() => lake.delete());

const SQL = "SELECT hash(range) AS number FROM range(300000)";
const save = (name: string) => runProgram(["query", SQL, "--lake", lake.lake, "-o", name], { cwd: folder });

(canMount() ? describe : describe.skip)("a file of rows (skipped where nothing can be mounted)", () => {
  it.each(FILE_FORMATS)("that does not fit on the disk is named, and nothing is left: %s", async (format) => {
    mount(disk, "size=400k");
    const { status, stderr } = await save(`disk/x.${format}`);
    expect([status, stderr]).toEqual([
      1,
      `error: disk/x.${format}: the disk is full; choose another name or folder\n`,
    ]);
    expect(readdirSync(disk)).toEqual([]);
  });

  it.each(["csv", "xlsx"])("on a disk that is read-only is named: %s", async (format) => {
    mount(disk, "ro");
    expect((await save(`disk/x.${format}`)).stderr).toBe(
      `error: disk/x.${format}: the disk is read-only; choose another name or folder\n`,
    );
  });
});
