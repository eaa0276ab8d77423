import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultLake, newLake } from "../../cli/default-lake";
import { albKey, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { NO_CREDENTIALS, runProgram } from "../helpers/run-program";

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

  it("is also that of a backfill", async () => {
    const lake = testLake();
    try {
      lake.put(albKey(), `${albLine()}\n`);
      const days = ["--from", "2026-11-23", "--to", "2026-11-23"];
      const { status, stdout } = await runProgram(["backfill", "--dir", lake.logs, ...days], {
        environment: { ACCESS_LOGS_LAKE: lake.lake },
      });
      expect([status, stdout]).toEqual([0, expect.stringContaining("1 new in alb_access_logs")]);
      expect(await lake.query("SELECT count(*) AS n FROM alb_access_logs")).toEqual([{ n: 1 }]);
    } finally {
      lake.delete();
    }
  });

  it("is also that of status where there are no settings", async () => {
    const lake = testLake();
    try {
      lake.put(albKey(), `${albLine()}\n`);
      await lake.ingest();
      const run = (settings: string) =>
        runProgram(["status"], {
          environment: { ACCESS_LOGS_LAKE: lake.lake, ACCESS_LOGS_SETTINGS: join(folder, settings) },
        });
      expect(await run("none.json")).toMatchObject({
        status: 0,
        stdout: expect.stringContaining(`lake ${lake.lake}`),
      });
      writeFileSync(join(folder, "invalid.json"), "{");
      expect(await run("invalid.json")).toMatchObject({ status: 1, stdout: "" });
    } finally {
      lake.delete();
    }
  });

  it("is named if status goes to AWS, as there are settings, and finds no credentials", async () => {
    const settings = join(__dirname, "../../access-logs.json");
    const run = (lake: string | undefined) =>
      runProgram(["status"], {
        environment: { ...NO_CREDENTIALS, ACCESS_LOGS_SETTINGS: settings, ACCESS_LOGS_LAKE: lake },
      });
    expect(await run(folder)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^error: Could not load credentials .*; for the lake on this machine, use --lake\n$/,
      ),
    });
    expect((await run(undefined)).stderr).not.toContain("--lake");
  });
});
