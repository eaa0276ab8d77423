import { FORMAT_IDS, FORMATS } from "../../formats";
import { deliveryFolderOf } from "../../formats/delivery";
import { hourOf } from "../../formats/hour";
import { rawPrefixOf } from "../../formats/partition-layout";
import { tableOfKey } from "../../lake/table-of-key";

describe.each(FORMAT_IDS)("a file of %s", (id) => {
  const { table, delivery, sampleKeys } = FORMATS[id];

  it("has the table that its name by AWS says, also in an archive", () => {
    const key = deliveryFolderOf(delivery) + sampleKeys[0];
    expect([tableOfKey(key), tableOfKey(`logs.tar/${key}`)]).toEqual([table, table]);
  });

  it("has the table of its folder in the lake, whatever its name", () => {
    const hour = hourOf(Date.UTC(2026, 10, 23, 7));
    expect(tableOfKey(`${rawPrefixOf({ table, hour })}renamed.log`)).toBe(table);
  });
});

it("has no table that its name does not say", () => {
  expect([tableOfKey("renamed.log"), tableOfKey("folder/access.log.gz"), tableOfKey("")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
