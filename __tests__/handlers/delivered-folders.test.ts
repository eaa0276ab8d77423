import { FORMATS } from "../../formats";
import { addHours, hoursFrom, parseHour, partitionValuesOf } from "../../formats/hour";
import { dayPages } from "../../handlers/core/delivered-folders";
import type { PagedListing } from "../../handlers/core/ports";
import { memoryObjectStore } from "../../testing/memory-object-store";

const DAY = parseHour("2026-11-23T00") ?? parseHour("1970-01-01T00");
const BUCKET = "logs";

it("lists the folders that can hold files of a day, of a delivery with folders for each hour", async () => {
  if (DAY === undefined) throw new Error("no hour");
  const store = memoryObjectStore(() => new Date());
  const listed: string[] = [];
  const listing: PagedListing = {
    prefixPages: store.prefixPages,
    objectPages: (bucket, prefix, after) => {
      listed.push(prefix);
      return store.objectPages(bucket, prefix, after);
    },
  };
  const { delivered, lateByHours } = FORMATS.cloudfront;
  // Thirty days around it, the files of each hour in its folder.
  for (const hour of hoursFrom(addHours(DAY, -24 * 20), addHours(DAY, 24 * 10))) {
    const { dt, hour: hh } = partitionValuesOf(hour);
    const key = `cf/E2EXAMPLE/${dt.replaceAll("-", "/")}/${hh}/E2EXAMPLE.${dt}-${hh}.0a1b2c3d.gz`;
    await store.put({ bucket: BUCKET, key }, "lines");
  }
  // One of the day that was delivered a day late, and one in no such folder.
  const late = "cf/E2EXAMPLE/2026/11/24/21/E2EXAMPLE.2026-11-23-22.ffffffff.gz";
  const flat = "cf/E2OTHER.2026-11-23-05.0a1b2c3d.gz";
  for (const key of [late, flat]) await store.put({ bucket: BUCKET, key }, "lines");
  const found: string[] = [];
  if (!delivered.groups) throw new Error("no groups");
  for await (const page of dayPages(listing, BUCKET, "cf/", delivered.groups, DAY, lateByHours))
    found.push(...page.map(({ key }) => key));
  const ofDay = found.filter((key) => key.includes(".2026-11-23-"));
  expect(ofDay).toHaveLength(24 + 2);
  expect(ofDay).toEqual(expect.arrayContaining([late, flat]));
  // Not one request for each of 720 hours.
  expect(listed.length).toBeLessThanOrEqual(24 + lateByHours + 2);
});
