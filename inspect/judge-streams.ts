import type { Partition } from "../formats/partition-layout";
import { count, counted, sum } from "../terminal/quantities";
import type { HourFacts, StreamFacts } from "./facts";
import type { Details, Finding } from "./finding";
import { ends, hoursText } from "./hours-text";
import { MAX_UNPARSED_SHARE } from "./thresholds";

/** Findings about the progress of files, which apply to local lakes and to AWS with different fixes. */
type StreamCode = "files-waiting" | "files-forgotten" | "note-left" | "unparsed-lines";
type Find = (code: StreamCode, where: string, details: Details) => Finding;

/**
 * Checks the progress of each stream's files.
 *
 * @param patienceMs how long a file may wait for its commit, and a note for its deletion
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

/** How long the oldest uncommitted file has been waiting; 0 if there is none. */
export function lagOf({ hours }: StreamFacts, at: Date): number {
  const since = hours.flatMap(({ waitingSince }) => (waitingSince ? [waitingSince.getTime()] : []));
  return since.length === 0 ? 0 : Math.max(0, at.getTime() - Math.min(...since));
}

/** Number of files in all inspected hours. */
export const filesOf = (streams: readonly StreamFacts[]): number =>
  sum(streams.flatMap(({ hours }) => hours).map(({ files }) => files));

export const waitingOf = ({ hours }: Pick<StreamFacts, "hours">): number =>
  sum(hours.map(({ waiting = 0 }) => waiting));

/** Hours with uncommitted files, or without a partition in the catalog. */
export const gapsOf = ({ hours }: StreamFacts): readonly Partition[] =>
  hours
    .filter(({ waiting = 0, isInCatalog }) => waiting > 0 || isInCatalog === false)
    .map(({ partition }) => partition);
