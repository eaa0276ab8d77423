import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hourOf } from "../../formats/hour";
import { backfillFolder } from "../../lake/backfill";
import { ingest } from "../../lake/ingest";
import { lakeLayout } from "../../lake/layout";
import { lockState } from "../../lake/lock";
import { queryLake } from "../../lake/query";
import { SAMPLE_DEFAULTS, writeSample } from "../../sample/write-sample";
import { rowsOf } from "../helpers/lake";
import { canMount, mount, unmount } from "../helpers/small-disk";

const onProgress = () => undefined;

let root: string;
let disk: string;
let logs: string;
let rows: Readonly<Record<string, number>>;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "full-"));
  [disk, logs] = [join(root, "disk"), join(root, "logs")];
  mkdirSync(disk);
  ({ rows } = await writeSample(logs, { ...SAMPLE_DEFAULTS, files: 48, lines: 400 }, onProgress));
});
afterEach(() => unmount(disk));
afterAll(() => rmSync(root, { recursive: true }));

const add = (lake: string) => ingest({ inputs: [logs], lake, deleteOriginals: false, onProgress });
const DAY = {
  from: hourOf(Date.parse("2026-06-01T20:00:00Z")),
  to: hourOf(Date.parse("2026-06-02T20:00:00Z")),
};
const addHistory = (lake: string) =>
  backfillFolder({
    directory: logs,
    lake,
    deleteOriginals: false,
    range: DAY,
    isDryRun: false,
    rate: 1e9,
    onProgress,
  });
const countOf = (lake: string, table: string) =>
  queryLake(lake, `SELECT count(*) AS n FROM ${table}`, rowsOf).then(([row]) => row?.n);

(canMount() ? describe : describe.skip)("a disk that is full (skipped where nothing can be mounted)", () => {
  it.each([
    ["12k", "ingest", add],
    ["16k", "ingest", add],
    ["300k", "ingest", add],
    ["300k", "backfill", addHistory],
    ["1200k", "ingest", add],
    ["1400k", "backfill", addHistory],
  ])(
    "of %s ends %s with a clear message, and after there is room nothing is lost or doubled",
    async (size, _, run) => {
      mount(disk, `size=${size}`);
      const lake = join(disk, "lake");
      const message =
        /^lake .*: the disk is full or cannot be written \(.*no space left on device.*\); .*make room/i;
      for (let attempt = 1; attempt <= 2; attempt++) {
        await expect(run(lake)).rejects.toMatchObject({
          name: "UserError",
          message: expect.stringMatching(message),
        });
      }
      execFileSync("mount", ["-o", "remount,size=64m", disk]);
      expect(await lockState(lakeLayout(lake))).toMatchObject({ isHeld: false });
      await run(lake);
      expect(await lockState(lakeLayout(lake))).toBeUndefined();
      for (const [table, count] of Object.entries(rows)) expect(await countOf(lake, table)).toBe(count);
    },
  );
});
