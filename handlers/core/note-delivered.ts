import pLimit from "p-limit";
import type { ConfiguredSource } from "../../formats/configured-source";
import { type NotePorts, noteArrivals } from "./arrival-notes";
import { type ReadSource, readSourcesOf } from "./delivered-source";
import { messageOf, OperationError, RetryableError } from "./errors";
import { type FindConfig, type FoundFiles, findDelivered } from "./find-delivered";
import { readPosition, writePosition } from "./listed-position";
import type { PagedListing } from "./ports";

export interface NoteDeliveredPorts extends NotePorts {
  readonly listing: PagedListing;
}

export interface NoteDeliveredConfig {
  /** Bucket of the arrival notes and the positions. */
  readonly bucket: string;
  readonly sources: readonly ConfiguredSource[];
  /** When to stop. */
  readonly deadline: Date;
  readonly onSkipped: FindConfig["onSkipped"];
}

/** Result for one source. */
export interface NotedSource extends Pick<FoundFiles, "skipped" | "requests" | "isComplete"> {
  readonly source: string;
  /** New files, now noted. */
  readonly files: number;
  readonly bytes: number;
}

/** Part of the time that listings may take: the commits get the rest. */
export const LISTING_SHARE = 1 / 3;

/** Each listing sends many requests at once. */
const SOURCES_AT_ONCE = 4;

/**
 * Lists all sources that are read as delivered and notes their new files. The failure of a source does not affect the
 * others.
 *
 * The notes are written before the position. After a crash between them the next run notes the files again, which is
 * harmless.
 */
export async function noteDelivered(
  ports: NoteDeliveredPorts,
  config: NoteDeliveredConfig,
): Promise<{ readonly noted: readonly NotedSource[]; readonly failures: readonly OperationError[] }> {
  const results = await pLimit(SOURCES_AT_ONCE).map(readSourcesOf(config.sources), (source) =>
    noteSource(ports, config, source).catch((error: unknown) => operationError(source, error)),
  );
  return {
    noted: results.flatMap((result) => (result instanceof OperationError ? [] : [result])),
    failures: results.filter((result) => result instanceof OperationError),
  };
}

async function noteSource(
  ports: NoteDeliveredPorts,
  { bucket, sources, deadline, onSkipped }: NoteDeliveredConfig,
  { source, place }: ReadSource,
): Promise<NotedSource> {
  const before = await readPosition(ports.store, bucket, source.name);
  const { files, position, ...found } = await findDelivered(
    ports,
    { sources, source, place, deadline, onSkipped },
    before,
  );
  await noteArrivals(ports, bucket, files);
  await writePosition(ports.store, bucket, source.name, position);
  const bytes = files.reduce((total, { size = 0 }) => total + size, 0);
  const { skipped, requests, isComplete } = found;
  return { source: source.name, files: files.length, bytes, skipped, requests, isComplete };
}

const operationError = ({ place: { source, bucket, prefix } }: ReadSource, error: unknown): OperationError =>
  error instanceof OperationError
    ? error
    : new RetryableError(
        "STORE_FAILED",
        `${source}: the files below s3://${bucket}/${prefix} could not be listed and noted: ${messageOf(error)}`,
        { cause: error },
      );
