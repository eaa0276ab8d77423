import type { Partition } from "../formats/partition-layout";
import { count, counted, sum } from "../terminal/quantities";
import type { HourFacts, StreamFacts } from "./facts";
import type { Details, Finding } from "./finding";
import { ends, hoursText } from "./hours-text";
import { MAX_UNPARSED_SHARE } from "./thresholds";

/** Findings about the way of the files that hold for a lake anywhere; what to do about them differs. */
type StreamCode = "files-waiting" | "files-forgotten" | "note-left" | "unparsed-lines";
type Find = (code: StreamCode, where: string, details: Details) => Finding;

/**
 * Judges how far the files of each stream came.
 *
 * @param patienceMs how long a file may wait for its commit, and a mark for being taken away
 */
export function judgeStreams(
  streams: readonly StreamFacts[],
  at: Date,
  patienceMs: number,
  find: Find,
): Finding[] {
  // A file system's clock can be a little ahead of ours.
  const isOverdue = (since: Date | undefined) =>
    since === undefined || patienceMs === 0 || at.getTime() - since.getTime() >= patienceMs;
  return streams.flatMap((stream) => {
    const late = stream.hours.filter(
      ({ waiting = 0, waitingSince }) => waiting > 0 && isOverdue(waitingSince),
    );
    const left = stream.hours.filter(
      ({ waiting, notedAt }) => waiting === 0 && notedAt !== undefined && isOverdue(notedAt),
    );
    return [
      ...ofHours(
        "files-waiting",
        late.filter(({ notedAt }) => notedAt !== undefined),
      ),
      ...ofHours(
        "files-forgotten",
        late.filter(({ notedAt }) => notedAt === undefined),
      ),
      ...ofHours("note-left", left),
      ...unparsedOf(stream),
    ];

    function ofHours(code: StreamCode, hours: readonly HourFacts[]): Finding[] {
      if (hours.length === 0) return [];
      const partitions = hours.map(({ partition }) => partition);
      const files = waitingOf({ hours });
      return [
        find(code, nameOf(stream), {
          files: counted(files, "file"),
          hours: hoursText(partitions),
          ...ends(partitions),
        }),
      ];
    }

    function unparsedOf({ table, rows = 0, unparsed = 0 }: StreamFacts): Finding[] {
      const lines = rows + unparsed;
      if (unparsed === 0 || unparsed / lines <= MAX_UNPARSED_SHARE) return [];
      return [
        find("unparsed-lines", nameOf(stream), {
          table,
          unparsed: count(unparsed),
          lines: count(lines),
          percent: ((100 * unparsed) / lines).toFixed(1),
        }),
      ];
    }
  });
}

/** `alb_access_logs`, or `alb_access_logs/shop` of a table that is partitioned by source. */
export const nameOf = ({ table, source }: StreamFacts): string =>
  source === undefined ? table : `${table}/${source}`;

/** How long the first file that no commit holds has been waiting; 0 if there is none. */
export function lagOf({ hours }: StreamFacts, at: Date): number {
  const since = hours.flatMap(({ waitingSince }) => (waitingSince ? [waitingSince.getTime()] : []));
  return since.length === 0 ? 0 : Math.max(0, at.getTime() - Math.min(...since));
}

/** Files of all hours that were looked at. */
export const filesOf = (streams: readonly StreamFacts[]): number =>
  sum(streams.flatMap(({ hours }) => hours).map(({ files }) => files));

export const waitingOf = ({ hours }: Pick<StreamFacts, "hours">): number =>
  sum(hours.map(({ waiting = 0 }) => waiting));

/** Hours whose objects, partition and rows are not all there. */
export const gapsOf = ({ hours }: StreamFacts): readonly Partition[] =>
  hours
    .filter(({ waiting = 0, isInCatalog }) => waiting > 0 || isInCatalog === false)
    .map(({ partition }) => partition);
