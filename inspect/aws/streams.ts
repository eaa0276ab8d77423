import { FORMATS } from "../../formats";
import { tablesOfSources } from "../../formats/configured-source";
import { hoursFrom, partitionValuesOf } from "../../formats/hour";
import {
  ARRIVALS_PREFIX,
  parsePartitionPath,
  partitionPath,
  RAW_PREFIX,
  SOURCE_KEY,
} from "../../formats/partition-layout";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { allNotes, type Noted, notedPartitions } from "../../handlers/core/arrival-notes";
import { planMove } from "../../handlers/core/move-plan";
import type { StoredObject } from "../../handlers/core/ports";
import { foundValue } from "../../operations/inspector";
import type { DeployedStream } from "../../pipeline/deployed-parts";
import { sum } from "../../terminal/quantities";
import { dated, earliest, latest } from "../dates";
import type { HourFacts, LandingFacts, StreamFacts } from "../facts";
import type { Inspection } from "./inspection";
import { type Listing, listObjects } from "./objects";
import { type TableRows, tableOf, waitingFiles } from "./tables";

/**
 * Listed pages per prefix, with a thousand objects each. Of the remaining objects, only their existence is
 * known.
 */
const LANDING_PAGES = 10;

/** Everything of one stream in the bucket and in the tables. */
export async function awsStream(
  inspection: Inspection,
  bucket: string,
  stream: DeployedStream,
  noted: ReadonlyMap<string, Noted>,
  { known, committed: ofTable, lastCommit }: TableRows,
): Promise<StreamFacts> {
  const table = tableOf(inspection, bucket, stream);
  const raw = await rawOf(inspection, bucket, stream);
  const committed = ofTable && new Map([...ofTable].filter(([path]) => isOf(stream, path)));
  const landing = await landingOf(inspection, stream, raw ?? []);
  const withNotes = [...noted.keys()].filter((path) => isOf(stream, path));
  const inRange = withNotes.filter((path) => isInRange(inspection, path));
  const byHour = groupedByHour(raw ?? [], inRange);
  // Without typed tables nothing waits for a commit.
  const waiting = inspection.parts.columnar
    ? raw && committed && (await waitingFiles(inspection, bucket, table, byHour, committed))
    : new Set<string>();
  return {
    table: table.format.table,
    ...(stream.source === undefined ? {} : { source: stream.source }),
    sources: stream.sources.map(({ name }) => name),
    hours: hoursOf(byHour, noted, known, waiting),
    ...(raw ? {} : { isUnseen: true as const }),
    notedElsewhere: withNotes.flatMap((path) =>
      isInRange(inspection, path) ? [] : (parsePartitionPath(path) ?? []),
    ),
    ...dated("lastDelivery", latest((raw ?? []).map(({ writtenAt }) => writtenAt))),
    ...dated("lastCommit", lastCommit),
    ...(committed ? { rows: sum([...committed.values()].map(({ rows }) => rows)) } : {}),
    ...(landing ? { landing } : {}),
  };
}

const isOf = ({ format, source }: DeployedStream, path: string): boolean => {
  const partition = parsePartitionPath(path);
  return partition?.table === FORMATS[format].table && partition.source === source;
};

const isInRange = ({ range }: Inspection, path: string): boolean => {
  const hour = parsePartitionPath(path)?.hour;
  return hour !== undefined && hour >= range.from && hour <= range.to;
};

/**
 * Groups by the path of the partition. Partitions with noted files are included even if they hold no file.
 */
function groupedByHour(
  raw: readonly StoredObject[],
  withNotes: readonly string[],
): ReadonlyMap<string, readonly StoredObject[]> {
  const hours = new Map<string, StoredObject[]>(withNotes.map((path) => [path, []]));
  for (const object of raw) {
    const path = pathOf(object.key);
    const ofHour = hours.get(path);
    if (ofHour) ofHour.push(object);
    else hours.set(path, [object]);
  }
  return hours;
}

const pathOf = (key: string): string => key.slice(RAW_PREFIX.length, key.lastIndexOf("/"));

/** The partitions with noted files, by their paths; `undefined` if they cannot be read. */
export async function awsNoted(
  inspection: Inspection,
  bucket: string,
): Promise<ReadonlyMap<string, Noted> | undefined> {
  const { inspector, clients } = inspection;
  const store = s3ObjectStore(clients.s3);
  const notes = await inspector.ask("s3:GetObject", `s3://${bucket}/${ARRIVALS_PREFIX}`, () =>
    allNotes(store, bucket, tablesOfSources(inspection.parts.sources)),
  );
  const found = foundValue(notes);
  return found && notedPartitions(found);
}

async function list({ inspector, clients }: Inspection, bucket: string, prefix: string, pages?: number) {
  return foundValue(
    await inspector.ask("s3:ListBucket", `s3://${bucket}/${prefix}`, () =>
      listObjects(clients.s3, bucket, prefix, pages),
    ),
  );
}

/** The moved files of the inspected hours: one listing for each day. */
async function rawOf(
  inspection: Inspection,
  bucket: string,
  { format, source }: DeployedStream,
): Promise<StoredObject[] | undefined> {
  const { from, to } = inspection.range;
  const days = new Set(hoursFrom(from, to).map((hour) => partitionValuesOf(hour).dt));
  const folder = `${RAW_PREFIX}${FORMATS[format].table}/${source === undefined ? "" : `${SOURCE_KEY.name}=${source}/`}`;
  const listings = await Promise.all([...days].map((dt) => list(inspection, bucket, `${folder}dt=${dt}/`)));
  if (listings.includes(undefined)) return undefined;
  return listings
    .flatMap((listing) => listing?.objects ?? [])
    .filter(({ key }) => isInRange(inspection, pathOf(key)));
}

/** Delivered log files that are not below `raw/` yet. */
async function landingOf(
  inspection: Inspection,
  { sources }: DeployedStream,
  raw: readonly StoredObject[],
): Promise<LandingFacts | undefined> {
  const { parts, landing, bucket } = inspection;
  if (landing === undefined) return undefined;
  const listings = await Promise.all(
    sources
      .filter(({ isAsDelivered }) => !isAsDelivered)
      .map(({ prefix }) => list(inspection, landing, prefix, LANDING_PAGES)),
  );
  const found = listings.filter((listing): listing is Listing => listing !== undefined);
  if (found.length < listings.length) return undefined;
  const moved = new Set(raw.map(({ key }) => key));
  const waiting = found
    .flatMap(({ objects }) => objects)
    .flatMap(({ key, size, writtenAt }) => {
      const plan = planMove(parts.sources, "time-first", { bucket: landing, key, size }, bucket ?? landing);
      if (plan.kind !== "move" || [plan.key, ...plan.earlierKeys].some((target) => moved.has(target)))
        return [];
      const { partition } = plan;
      // If originals are kept, those of other hours are not inspected.
      return parts.keepOriginals && !isInRange(inspection, partitionPath(partition))
        ? []
        : [{ writtenAt, partition }];
    });
  return {
    waiting: waiting.length,
    ...dated("waitingSince", earliest(waiting.map(({ writtenAt }) => writtenAt))),
    partitions: waiting.map(({ partition }) => partition),
    isCutShort: found.some(({ isCutShort }) => isCutShort),
  };
}

function hoursOf(
  raw: ReadonlyMap<string, readonly StoredObject[]>,
  noted: ReadonlyMap<string, Noted>,
  known: ReadonlySet<string> | undefined,
  waiting: ReadonlySet<string> | undefined,
): HourFacts[] {
  return [...raw].flatMap(([path, objects]): HourFacts[] => {
    const partition = parsePartitionPath(path);
    if (!partition) return [];
    const ofHour = waiting && objects.filter(({ key }) => waiting.has(key));
    return [
      {
        partition,
        files: objects.length,
        ...dated("newest", latest(objects.map(({ writtenAt }) => writtenAt))),
        ...(ofHour ? { waiting: ofHour.length } : {}),
        ...dated("waitingSince", ofHour && earliest(ofHour.map(({ writtenAt }) => writtenAt))),
        ...dated("notedAt", noted.get(path)?.notedAt),
        ...(known && objects.length > 0 ? { isInCatalog: known.has(path) } : {}),
      },
    ];
  });
}
