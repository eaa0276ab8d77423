import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultLake, newLake } from "../../cli/default-lake";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "default lake "));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the lake of a command that names none", () => {
  it("is ./lake if that is a lake", () => {
    expect(defaultLake({}, folder)).toBeUndefined();
    mkdirSync(join(folder, "lake"));
    expect(defaultLake({}, folder)).toBeUndefined();
    mkdirSync(join(folder, "lake", "typed"));
    expect(defaultLake({}, folder)).toBe(join(folder, "lake"));
  });

  it("is that of the environment, if it is set", () => {
    expect(defaultLake({ ACCESS_LOGS_LAKE: folder }, folder)).toBe(folder);
    expect(() => defaultLake({ ACCESS_LOGS_LAKE: join(folder, "none") }, folder)).toThrow(
      /^ACCESS_LOGS_LAKE=.*none: the folder does not exist/,
    );
  });

  it("need not exist for an ingest", () => {
    expect(newLake({})).toBe("lake");
    expect(newLake({ ACCESS_LOGS_LAKE: "elsewhere" })).toBe("elsewhere");
  });
});
