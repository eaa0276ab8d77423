import { BatchDeleteTableVersionCommand, GetTableVersionsCommand } from "@aws-sdk/client-glue";
import { glueTableVersions, KEPT_VERSIONS } from "../../handlers/adapters/glue-table-versions";

/** A catalog with the versions 0 to `count` - 1 of one table, in pages of a hundred. */
function catalogOf(count: number, refuses?: string) {
  const versions = new Set(Array.from({ length: count }, (_, index) => String(index)));
  const deletes: number[] = [];
  const send = async (command: unknown) => {
    if (command instanceof GetTableVersionsCommand) {
      const all = [...versions].reverse();
      const from = Number(command.input.NextToken ?? 0);
      return {
        TableVersions: all.slice(from, from + 100).map((VersionId) => ({ VersionId })),
        ...(from + 100 < all.length ? { NextToken: String(from + 100) } : {}),
      };
    }
    if (!(command instanceof BatchDeleteTableVersionCommand)) throw new Error("no such command");
    const ids = command.input.VersionIds ?? [];
    deletes.push(ids.length);
    for (const id of ids) if (id !== refuses) versions.delete(id);
    const ErrorDetail = { ErrorCode: "ConcurrentModificationException", ErrorMessage: "try again" };
    return refuses !== undefined && ids.includes(refuses)
      ? { Errors: [{ VersionId: refuses, ErrorDetail }] }
      : {};
  };
  return { versions, deletes, catalog: glueTableVersions({ client: { send } as never, database: "logs" }) };
}

describe("glueTableVersions", () => {
  it("deletes all but the newest versions, at most a hundred at once", async () => {
    const { catalog, versions, deletes } = catalogOf(350);
    expect(await catalog.deleteOld("alb_access_logs")).toBe(350 - KEPT_VERSIONS);
    expect([...versions].map(Number)).toEqual(
      Array.from({ length: KEPT_VERSIONS }, (_, index) => 340 + index),
    );
    expect(Math.max(...deletes)).toBe(100);
  });

  it("deletes no version of a table that has few", async () => {
    const { catalog, deletes } = catalogOf(KEPT_VERSIONS);
    expect(await catalog.deleteOld("alb_access_logs")).toBe(0);
    expect(deletes).toEqual([]);
  });

  it("names the version that it could not delete, and the reason", async () => {
    const { catalog } = catalogOf(50, "7");
    await expect(catalog.deleteOld("alb_access_logs")).rejects.toThrow(
      "logs.alb_access_logs: version 7 was not deleted: ConcurrentModificationException: try again",
    );
  });
});
