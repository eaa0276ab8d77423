import { FORMATS } from "../formats";
import { type Partition, partitionPath } from "../formats/partition-layout";
import { sum } from "../terminal/quantities";
import { dated, earliest, latest } from "./dates";
import type { HourFacts, StreamFacts } from "./facts";
import type { LakeFiles, PartitionFile } from "./lake-files";
import type { OpenedFiles } from "./open-files";
import type { ParquetFacts } from "./parquet-facts";

/** Input for the streams of a lake. */
export interface LakeContents extends Pick<LakeFiles, "raw" | "noted"> {
  /** Keys of the logs whose lines are in the typed tables. */
  readonly commits: ReadonlySet<string>;
  readonly opened: OpenedFiles;
  readonly parquet: readonly ParquetFacts[];
}

/** One stream for each table that has files or notes. */
export const lakeStreams = (contents: LakeContents): StreamFacts[] =>
  Object.values(FORMATS).flatMap(({ table }) => {
    const raw = contents.raw.filter(({ partition }) => partition.table === table);
    const parquet = contents.parquet.filter(({ partition }) => partition.table === table);
    const noted = [...contents.noted.values()].filter(({ partition }) => partition.table === table);
    if (raw.length + parquet.length + noted.length === 0) return [];
    const logs = parquet.flatMap(({ content }) => (content.kind === "read" ? content.logs : []));
    return [
      {
        table,
        sources: [],
        ...dated("lastDelivery", latest(raw.map(({ modified }) => modified))),
        ...dated("lastCommit", latest(parquet.map(({ modified }) => modified))),
        hours: hoursOf(
          raw,
          noted.map(({ partition }) => partition),
          contents,
        ),
        rows: sum(logs.map((log) => log.rows)),
        unparsed: sum(logs.map((log) => log.unparsed)),
      },
    ];
  });

function hoursOf(
  raw: readonly PartitionFile[],
  withNotes: readonly Partition[],
  { commits, opened, noted }: LakeContents,
): HourFacts[] {
  const broken = new Set(opened.broken.map(({ key }) => key));
  const hours = new Map(
    withNotes.map((partition) => [partitionPath(partition), { partition, files: [] as PartitionFile[] }]),
  );
  for (const file of raw) {
    const path = partitionPath(file.partition);
    const hour = hours.get(path);
    if (hour) hour.files.push(file);
    else hours.set(path, { partition: file.partition, files: [file] });
  }
  return [...hours].map(([path, { partition, files }]) => {
    const waiting = files.filter(
      ({ path: key }) => !commits.has(key) && !opened.empty.has(key) && !broken.has(key),
    );
    // The note of a corrupt file stays until a complete copy arrives: it is not a leftover.
    const isHeld = files.some(({ path: key }) => broken.has(key));
    return {
      partition,
      files: files.length,
      waiting: waiting.length,
      ...dated("waitingSince", earliest(waiting.map(({ changed }) => changed))),
      ...(isHeld ? {} : dated("notedAt", noted.get(path)?.notedAt)),
    };
  });
}
