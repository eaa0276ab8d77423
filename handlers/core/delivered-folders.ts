import pLimit from "p-limit";
import { FORMATS, type FormatId } from "../../formats";
import {
  type DeliveredFolder,
  deliveredPrefixOf,
  type FolderLayout,
  type NameGroups,
} from "../../formats/delivered-layout";
import { addHours, type Hour, hourOf, hoursFrom, parseHour } from "../../formats/hour";
import { DAY_MS } from "../../formats/time";
import type { HourRange } from "./add-partitions";
import type { DeliveredPlace } from "./delivered-source";
import type { PagedListing, StoredObject } from "./ports";

/** Requests sent at once: the latency of S3 is the limit. */
const LISTINGS_AT_ONCE = 16;
const HOURS_PER_DAY = 24;

/** The folders of a source for a range of hours: each account, Region or the like that exists, with each day or hour. */
export async function foldersIn(
  listing: PagedListing,
  place: DeliveredPlace,
  range: HourRange,
): Promise<DeliveredFolder[]> {
  const { layout, ...folder } = place;
  const times = timesIn(layout, range);
  return (await levelsOf(listing, place)).flatMap((names) =>
    times.map((time) => ({ ...folder, folder: names.join("/"), time })),
  );
}

/** Hours of the folders with the files of a range of hours: a late file is in a later folder than its name says. */
export const folderHoursOf = (format: FormatId, { from, to }: HourRange): HourRange => ({
  from,
  to: addHours(to, FORMATS[format].lateByHours),
});

/** Names of the folders between the prefix and the time, found level by level. Other folders are not opened. */
async function levelsOf(
  listing: PagedListing,
  { bucket, prefix, layout }: DeliveredPlace,
): Promise<readonly (readonly string[])[]> {
  let folders: readonly (readonly string[])[] = [[]];
  for (const level of layout.levels) {
    const below = await pLimit(LISTINGS_AT_ONCE).map(folders, async (names) => {
      const start = prefix + names.map((name) => `${name}/`).join("");
      const found: string[][] = [];
      for await (const page of listing.prefixPages(bucket, start, "/"))
        for (const path of page) {
          const name = path.slice(start.length, -1);
          if (level.test(name)) found.push([...names, name]);
        }
      return found;
    });
    folders = below.flat();
  }
  return folders;
}

/** The first hours of days, or the hours. */
function timesIn({ per }: FolderLayout, { from, to }: HourRange): Hour[] {
  const hours = hoursFrom(from, to);
  return per === "hour" ? hours : [...new Set(hours.map((hour) => hourOf(hour - (hour % DAY_MS))))];
}

/**
 * The objects in some folders. If names are ordered by time, without those before `since`.
 *
 * @param onPage called with each page of the listings, in no order
 */
export async function listFolders(
  listing: PagedListing,
  layout: FolderLayout,
  folders: readonly DeliveredFolder[],
  since: Date,
  onPage: (folder: DeliveredFolder, objects: readonly StoredObject[]) => void,
): Promise<void> {
  const limit = pLimit(LISTINGS_AT_ONCE);
  const listings = await limit.map(folders, async (folder) => listingsOf(listing, layout, folder, since));
  await limit.map(listings.flat(), async ({ folder, prefix, after }) => {
    for await (const page of listing.objectPages(folder.bucket, prefix, after)) onPage(folder, page);
  });
}

interface FolderListing {
  readonly folder: DeliveredFolder;
  readonly prefix: string;
  readonly after?: string;
}

/** The listings of a folder: one for each group of names, or one. */
async function listingsOf(
  listing: PagedListing,
  layout: FolderLayout,
  folder: DeliveredFolder,
  since: Date,
): Promise<FolderListing[]> {
  const prefix = deliveredPrefixOf(layout, folder);
  const { groups } = layout;
  if (!groups) return [{ folder, prefix }];
  const found = await groupsIn(
    listing,
    folder.bucket,
    prefix + groups.start(folder.folder.split("/")),
    groups,
  );
  return found.map((group) => ({ folder, prefix: group, after: group + groups.stampOf(since) }));
}

/** Starts of the keys of all groups of names. */
async function groupsIn(
  listing: PagedListing,
  bucket: string,
  start: string,
  { delimiter }: NameGroups,
): Promise<string[]> {
  if (delimiter === undefined) return [start];
  const found: string[] = [];
  for await (const page of listing.prefixPages(bucket, start, delimiter)) found.push(...page);
  return found;
}

/** The end of a path with folders for an hour, as deliveries by CloudWatch Logs have. */
const HOUR_FOLDERS = /\/(?:year=)?(\d{4})\/(?:month=)?(\d{2})\/(?:day=)?(\d{2})\/(?:hour=)?(\d{2})\/[^/]*$/;

/** True unless the folders of a group are those of an hour outside of the range: there is one for each hour ever kept. */
function mayBeIn(group: string, { from, to }: HourRange): boolean {
  const [, year, month, day, hourOfDay] = HOUR_FOLDERS.exec(group) ?? [];
  const hour = parseHour(`${year}-${month}-${day}T${hourOfDay}`);
  return hour === undefined || (hour >= from && hour <= to);
}

/**
 * The objects of a day in one folder for all days, or in folders of their hours.
 *
 * @param prefix start of the keys
 * @param day start of the day
 * @param lateByHours maximum delay: AWS does not say if the hour of a folder is that of the requests or of the delivery
 */
export async function* dayPages(
  listing: PagedListing,
  bucket: string,
  prefix: string,
  groups: NameGroups,
  day: Hour,
  lateByHours: number,
): AsyncGenerator<readonly StoredObject[]> {
  const [first, next] = [day, addHours(day, HOURS_PER_DAY)].map((hour) => groups.stampOf(new Date(hour)));
  const found = await groupsIn(listing, bucket, prefix + groups.start([]), groups);
  const range = { from: day, to: addHours(day, HOURS_PER_DAY + lateByHours) };
  for (const group of found.filter((one) => mayBeIn(one, range)))
    for await (const page of listing.objectPages(bucket, group, `${group}${first}`)) {
      yield page;
      if (page.some(({ key }) => key >= `${group}${next}`)) break;
    }
}
