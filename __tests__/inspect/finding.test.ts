import { STATUS_FINDINGS } from "../../inspect/aws/aws-findings";
import { CHECK_FINDINGS } from "../../inspect/aws/check-findings";
import { finder, type Rule } from "../../inspect/finding";
import { LAKE_FINDINGS } from "../../inspect/lake-findings";

describe("the command of a finding", () => {
  const find = finder(LAKE_FINDINGS, { lake: "/my lake$(id)" });

  it("has each path as one word, in which a shell runs nothing", () => {
    expect(find("no-lake", "").run).toBe("access-logs ingest PATH --lake '/my lake$(id)'");
    const { run } = find("unreadable-parquet", "typed/it's;id.parquet", { hour: "2026-11-23T07" });
    expect(run).toContain("rm '/my lake$(id)'/'typed/it'\\''s;id.parquet'");
  });

  it.each<readonly [string, Rule]>(
    Object.entries({ ...LAKE_FINDINGS, ...STATUS_FINDINGS, ...CHECK_FINDINGS }),
  )("has no quotes of its own around a detail: %s", (_, { run = "" }) => {
    expect(run).not.toMatch(/["'][^ "']*\{\w+\}|\{\w+\}[^ "';]*["']/);
  });
});
