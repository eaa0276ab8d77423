import { FORMATS } from "../../formats";
import { tablesOfSources } from "../../formats/configured-source";
import { ARRIVALS_PREFIX, parsePartitionPath, partitionPath } from "../../formats/partition-layout";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { allNotes, type Noted, notedPartitions } from "../../handlers/core/arrival-notes";
import { planMove } from "../../handlers/core/move-plan";
import { foundValue } from "../../operations/inspector";
import type { DeployedStream } from "../../pipeline/deployed-parts";
import { sum } from "../../terminal/quantities";
import { dated, earliest, latest } from "../dates";
import type { HourFacts, LandingFacts, StreamFacts } from "../facts";
import type { Inspection } from "./inspection";
import { type Listing, listObjects } from "./objects";
import { isInRange, type StreamFile, streamFiles } from "./stream-files";
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
  const files = await streamFiles(inspection, bucket, stream);
  const committed = ofTable && new Map([...ofTable].filter(([path]) => isOf(stream, path)));
  const landing = await landingOf(inspection, stream, files ?? []);
  const withNotes = [...noted.keys()].filter((path) => isOf(stream, path));
  const inRange = withNotes.filter((path) => isInRange(inspection, path));
  const byHour = groupedByHour(files ?? [], inRange);
  // Without typed tables nothing waits for a commit.
  const waiting = inspection.parts.columnar
    ? files && committed && (await waitingFiles(inspection, bucket, table, byHour, committed))
    : new Set<StreamFile>();
  return {
    table: table.format.table,
    ...(stream.source === undefined ? {} : { source: stream.source }),
    sources: stream.sources.map(({ name }) => name),
    hours: hoursOf(byHour, noted, known, waiting),
    ...(files ? {} : { isUnseen: true as const }),
    notedElsewhere: withNotes.flatMap((path) =>
      isInRange(inspection, path) ? [] : (parsePartitionPath(path) ?? []),
    ),
    ...dated("lastDelivery", latest((files ?? []).map(({ writtenAt }) => writtenAt))),
    ...dated("lastCommit", lastCommit),
    ...(committed ? { rows: sum([...committed.values()].map(({ rows }) => rows)) } : {}),
    ...(landing ? { landing } : {}),
  };
}

const isOf = ({ format, source }: DeployedStream, path: string): boolean => {
  const partition = parsePartitionPath(path);
  return partition?.table === FORMATS[format].table && partition.source === source;
};

/**
 * Groups by the path of the partition. Partitions with noted files are included even if they hold no file.
 */
function groupedByHour(
  files: readonly StreamFile[],
  withNotes: readonly string[],
): ReadonlyMap<string, readonly StreamFile[]> {
  const hours = new Map<string, StreamFile[]>(withNotes.map((path) => [path, []]));
  for (const file of files) {
    const ofHour = hours.get(file.path);
    if (ofHour) ofHour.push(file);
    else hours.set(file.path, [file]);
  }
  return hours;
}

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

/** Delivered log files that are not below `raw/` yet; files of other formats can have the same prefix. */
async function landingOf(
  inspection: Inspection,
  stream: DeployedStream,
  files: readonly StreamFile[],
): Promise<LandingFacts | undefined> {
  const { parts, landing, bucket } = inspection;
  if (landing === undefined) return undefined;
  const listings = await Promise.all(
    stream.sources
      .filter(({ isAsDelivered }) => !isAsDelivered)
      .map(({ prefix }) => list(inspection, landing, prefix, LANDING_PAGES)),
  );
  const found = listings.filter((listing): listing is Listing => listing !== undefined);
  if (found.length < listings.length) return undefined;
  const moved = new Set(files.map(({ key }) => key));
  const waiting = found
    .flatMap(({ objects }) => objects)
    .flatMap(({ key, size, writtenAt }) => {
      const plan = planMove(parts.sources, "time-first", { bucket: landing, key, size }, bucket ?? landing);
      if (plan.kind !== "move" || [plan.key, ...plan.earlierKeys].some((target) => moved.has(target)))
        return [];
      const { partition } = plan;
      if (!isOf(stream, partitionPath(partition))) return [];
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
  byHour: ReadonlyMap<string, readonly StreamFile[]>,
  noted: ReadonlyMap<string, Noted>,
  known: ReadonlySet<string> | undefined,
  waiting: ReadonlySet<StreamFile> | undefined,
): HourFacts[] {
  return [...byHour].flatMap(([path, files]): HourFacts[] => {
    const partition = parsePartitionPath(path);
    if (!partition) return [];
    const ofHour = waiting && files.filter((file) => waiting.has(file));
    // Files that are read as delivered are in partitions of other tables.
    const isMoved = files.some((file) => file.isMoved);
    return [
      {
        partition,
        files: files.length,
        ...dated("newest", latest(files.map(({ writtenAt }) => writtenAt))),
        ...(ofHour ? { waiting: ofHour.length } : {}),
        ...dated("waitingSince", ofHour && earliest(ofHour.map(({ writtenAt }) => writtenAt))),
        ...dated("notedAt", noted.get(path)?.notedAt),
        ...(known && isMoved ? { isInCatalog: known.has(path) } : {}),
      },
    ];
  });
}
