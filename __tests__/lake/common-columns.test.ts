import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FORMATS } from "../../formats";
import { parseHour } from "../../formats/hour";
import { commonColumns, noteCommonColumns } from "../../lake/common-columns";
import { type LakeLayout, lakeLayout } from "../../lake/layout";

let lake: LakeLayout;
beforeEach(() => {
  lake = lakeLayout(mkdtempSync(join(tmpdir(), "columns-")));
});
afterEach(() => rmSync(lake.root, { recursive: true }));

/** Puts a file where a commit of load balancers' rows would have put it. */
function addFile(): void {
  const hour = parseHour("2026-11-23T07");
  if (hour === undefined) throw new Error("not an hour");
  const file = join(lake.typedPartition({ table: FORMATS.alb.table, hour }), "0123456789abcdef.parquet");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
}
const note = (): Record<string, string[]> => JSON.parse(readFileSync(lake.columnsFile, "utf8"));

describe("the note of the columns that all files of a table have", () => {
  it("is made before a table has files, and stays true with them", async () => {
    await noteCommonColumns(lake);
    addFile();
    await noteCommonColumns(lake);
    const haveAllColumns = await commonColumns(lake);
    expect(Object.values(FORMATS).every(haveAllColumns)).toBe(true);
  });

  it("is not made for a table that has files already, which may lack a column", async () => {
    addFile();
    await noteCommonColumns(lake);
    const haveAllColumns = await commonColumns(lake);
    expect(haveAllColumns(FORMATS.alb)).toBe(false);
    expect(haveAllColumns(FORMATS.nlb)).toBe(true);
  });

  it("lacks a column, or its type, that a later version adds", async () => {
    addFile();
    await noteCommonColumns(lake);
    const { nlb_access_logs = [], waf_logs = [], ...others } = { ...note(), waf_logs: ["time TIMESTAMP"] };
    const earlier = { ...others, waf_logs, nlb_access_logs: nlb_access_logs.slice(1) };
    writeFileSync(lake.columnsFile, JSON.stringify(earlier));
    await noteCommonColumns(lake);
    const haveAllColumns = await commonColumns(lake);
    expect([FORMATS.nlb, FORMATS.waf, FORMATS.elb].map(haveAllColumns)).toEqual([false, false, true]);
  });

  it("loses a column that a later version does not write", async () => {
    await noteCommonColumns(lake);
    addFile();
    writeFileSync(
      lake.columnsFile,
      JSON.stringify({ ...note(), alb_access_logs: ["gone VARCHAR", "time TIMESTAMP"] }),
    );
    await noteCommonColumns(lake);
    expect(note().alb_access_logs).toEqual(["time TIMESTAMP"]);
  });

  it("counts as missing if it cannot be read", async () => {
    await noteCommonColumns(lake);
    addFile();
    writeFileSync(lake.columnsFile, '{"alb_access_logs":');
    expect((await commonColumns(lake))(FORMATS.alb)).toBe(false);
    await noteCommonColumns(lake);
    expect(note()).not.toHaveProperty("alb_access_logs");
  });
});
