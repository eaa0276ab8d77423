import { type DeliveredFolder, deliveredPairs, type FolderLayout } from "../delivered-layout";
import { type Partition, partitionPairs } from "../partition-layout";
import { sqlIdentifier, sqlString } from "./sql-text";

/** Files of one table that a statement commits. */
export type CommittedFiles = CommittedMoved | CommittedDelivered;

interface FilesOfTable {
  /** Their partitions, by the hours of their names; at least one. */
  readonly partitions: readonly Partition[];
  /** Their keys; at least one range. */
  readonly ranges: readonly KeyRange[];
}

/** Files below `raw/`: either all of their names begin with a time, or none. */
export interface CommittedMoved extends FilesOfTable {
  readonly kind: "moved";
}

/** Files of one source where AWS delivered them. */
export interface CommittedDelivered extends FilesOfTable {
  readonly kind: "delivered";
  readonly folders: readonly [DeliveredFolder, ...DeliveredFolder[]];
}

/** Keys from the first to the last, both included, in the order of character codes. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/** SQL of the value of a partition key, in a row of a text table. */
export type KeyValue = (name: string) => string;

/** `"dt" = '...' AND "hour" IN (...)` for each day, with the source before it if there is one. */
export const partitionCondition = (partitions: readonly Partition[], keyValue: KeyValue): string =>
  pairsCondition(partitions.map(partitionPairs), keyValue);

/** Partitions of the tables over files as delivered. */
export const folderCondition = (layout: FolderLayout, folders: readonly DeliveredFolder[]): string =>
  pairsCondition(
    folders.map((folder) => deliveredPairs(layout, folder)),
    sqlIdentifier,
  );

/** Names the values of the innermost key in one list for each combination of the others. */
function pairsCondition(
  partitions: readonly (readonly (readonly [key: string, value: string])[])[],
  keyValue: KeyValue,
): string {
  const byOthers = new Map<string, string[]>();
  let innermost = "";
  for (const pairs of partitions) {
    const [key = "", value = ""] = pairs.at(-1) ?? [];
    const others = pairs.slice(0, -1).map(([name, text]) => `${keyValue(name)} = ${sqlString(text)}`);
    innermost = keyValue(key);
    byOthers.set(others.join(" AND "), [...(byOthers.get(others.join(" AND ")) ?? []), sqlString(value)]);
  }
  return anyOf(
    [...byOthers].map(([others, values]) => `${others} AND ${innermost} IN (${values.join(", ")})`),
  );
}

/** Conditions for the paths of files: together, they name these keys of a bucket. */
export function rangeConditions(bucket: string, path: string, ranges: readonly KeyRange[]): string[] {
  const pathOf = (key: string) => sqlString(`s3://${bucket}/${key}`);
  const single = ranges.filter(({ from, to }) => from === to).map(({ from }) => pathOf(from));
  const others = ranges.filter(({ from, to }) => from !== to);
  return [
    ...(single.length > 0 ? [`${path} IN (${single.join(", ")})`] : []),
    ...others.map(({ from, to }) => `${path} BETWEEN ${pathOf(from)} AND ${pathOf(to)}`),
  ];
}

/** Conditions for the paths that begin with none of some texts. Comparisons, so that the engine can prune by them. */
export function outside(path: string, starts: readonly string[]): string[] {
  const sorted = [...starts].sort();
  return [
    `${path} < ${sqlString(sorted[0] ?? "")}`,
    ...sorted.map((start, index) => {
      const next = sorted[index + 1];
      const isAfter = `${path} >= ${sqlString(firstAfter(start))}`;
      return next === undefined ? isAfter : `${isAfter} AND ${path} < ${sqlString(next)}`;
    }),
  ];
}

/** The first text after all texts that begin with this one. */
const firstAfter = (start: string): string =>
  start.slice(0, -1) + String.fromCharCode(start.charCodeAt(start.length - 1) + 1);

export const anyOf = (conditions: readonly string[]): string => `(${conditions.join(" OR ")})`;
