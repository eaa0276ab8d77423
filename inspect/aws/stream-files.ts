import { FORMATS } from "../../formats";
import { hoursFrom, partitionValuesOf } from "../../formats/hour";
import { parsePartitionPath, partitionPath, RAW_PREFIX, SOURCE_KEY } from "../../formats/partition-layout";
import { s3PagedListing } from "../../handlers/adapters/s3-listing";
import { folderHoursOf, foldersIn, listFolders } from "../../handlers/core/delivered-folders";
import { type ReadSource, readSourcesOf } from "../../handlers/core/delivered-source";
import { planDelivered } from "../../handlers/core/move-plan";
import type { ObjectLocation, StoredObject } from "../../handlers/core/ports";
import { foundValue } from "../../operations/inspector";
import type { DeployedStream } from "../../pipeline/deployed-parts";
import type { Inspection } from "./inspection";
import { listObjects } from "./objects";

/** A file of a stream: moved, or where it was delivered. */
export interface StreamFile extends StoredObject, ObjectLocation {
  /** Path of the partition of its rows. */
  readonly path: string;
  readonly isMoved: boolean;
}

/** The files of the inspected hours; `undefined` if they cannot be listed. */
export async function streamFiles(
  inspection: Inspection,
  bucket: string,
  stream: DeployedStream,
): Promise<readonly StreamFile[] | undefined> {
  const names = new Set(stream.sources.map(({ name }) => name));
  const read = readSourcesOf(inspection.parts.sources).filter(
    ({ source }) => source.format === stream.format && names.has(source.name),
  );
  const found = await Promise.all([
    movedFiles(inspection, bucket, stream),
    ...read.map((source) => deliveredFiles(inspection, source)),
  ]);
  if (found.includes(undefined)) return undefined;
  return found.flatMap((files) => files ?? []).filter(({ path }) => isInRange(inspection, path));
}

/** True for the path of a partition whose hour is inspected. */
export const isInRange = ({ range }: Inspection, path: string): boolean => {
  const hour = parsePartitionPath(path)?.hour;
  return hour !== undefined && hour >= range.from && hour <= range.to;
};

/** One listing for each day. */
async function movedFiles(
  { clients, inspector, range }: Inspection,
  bucket: string,
  { format, source }: DeployedStream,
): Promise<StreamFile[] | undefined> {
  const days = new Set(hoursFrom(range.from, range.to).map((hour) => partitionValuesOf(hour).dt));
  const folder = `${RAW_PREFIX}${FORMATS[format].table}/${source === undefined ? "" : `${SOURCE_KEY.name}=${source}/`}`;
  const listings = await Promise.all(
    [...days].map(async (dt) => {
      const prefix = `${folder}dt=${dt}/`;
      const ask = () => listObjects(clients.s3, bucket, prefix);
      return foundValue(await inspector.ask("s3:ListBucket", `s3://${bucket}/${prefix}`, ask));
    }),
  );
  if (listings.includes(undefined)) return undefined;
  return listings
    .flatMap((listing) => listing?.objects ?? [])
    .map((object) => ({ ...object, bucket, path: pathOf(object.key), isMoved: true }));
}

const pathOf = (key: string): string => key.slice(RAW_PREFIX.length, key.lastIndexOf("/"));

/** The files of a source that are read as delivered. */
async function deliveredFiles(
  { clients, inspector, parts, range }: Inspection,
  { source, place }: ReadSource,
): Promise<StreamFile[] | undefined> {
  const { bucket, prefix, layout } = place;
  const listing = s3PagedListing(clients.s3);
  const files: StreamFile[] = [];
  const list = async () => {
    const folders = await foldersIn(listing, place, folderHoursOf(source.format, range));
    await listFolders(listing, layout, folders, new Date(range.from), (_, objects) => {
      for (const object of objects) {
        const plan = planDelivered(parts.sources, source, { bucket, key: object.key, size: object.size });
        if (plan.kind === "read")
          files.push({ ...object, bucket, path: partitionPath(plan.partition), isMoved: false });
      }
    });
    return files;
  };
  return foundValue(await inspector.ask("s3:ListBucket", `s3://${bucket}/${prefix}`, list));
}
