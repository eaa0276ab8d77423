import { tableVersions } from "../../testing/glue/table-versions";

const NAME = { database: "logs", table: "t" };
const TABLE = { DatabaseName: "logs", TableName: "t" };

function withVersions(count: number) {
  const versions = tableVersions();
  for (let index = 0; index < count; index++) versions.add(NAME);
  const { GetTableVersions: get, BatchDeleteTableVersion: remove } = versions.operations;
  if (!get || !remove) throw new Error("the operations are missing");
  return { versions, get, remove };
}

describe("versions of tables in the Glue catalog", () => {
  it("are listed page by page, the newest first", async () => {
    const { get } = withVersions(150);
    const first = await get(TABLE);
    expect(first).toMatchObject({ NextToken: "100", TableVersions: expect.any(Array) });
    expect(await get({ ...TABLE, NextToken: "100" })).toMatchObject({
      TableVersions: Array.from({ length: 50 }, (_, index) => ({ VersionId: String(49 - index) })),
    });
    expect(await get({ ...TABLE, NextToken: "100" })).not.toHaveProperty("NextToken");
    expect(await get({ ...TABLE, MaxResults: 2 })).toMatchObject({
      TableVersions: [{ VersionId: "149" }, { VersionId: "148" }],
    });
  });

  it("are deleted, except the current one", async () => {
    const { versions, remove } = withVersions(3);
    expect(await remove({ ...TABLE, VersionIds: ["0", "2", "7"] })).toEqual({
      Errors: [
        expect.objectContaining({ VersionId: "2" }),
        expect.objectContaining({
          VersionId: "7",
          ErrorDetail: expect.objectContaining({ ErrorCode: "EntityNotFoundException" }),
        }),
      ],
    });
    expect(versions.of(NAME)).toEqual([2, 1]);
  });

  it("are deleted in batches of at most a hundred", async () => {
    const { remove } = withVersions(1);
    const ids = Array.from({ length: 101 }, (_, index) => String(index));
    await expect(remove({ ...TABLE, VersionIds: ids })).rejects.toMatchObject({
      code: "InvalidInputException",
      message: expect.stringContaining("Member must have length less than or equal to 100"),
    });
  });

  it("exist only for existing tables", async () => {
    const { get } = withVersions(0);
    await expect(get(TABLE)).rejects.toMatchObject({ code: "EntityNotFoundException" });
  });
});
