import type { NameGroups } from "./delivered-layout";
import { hourOf, parseHour, partitionValuesOf } from "./hour";
import { accessLog, fileNameOf, type ObjectKind, skip } from "./object-kind";

/**
 * `<distribution id>.YYYY-MM-DD-HH.<unique>.gz`, or with another ending: the UTC hour in which the requests occurred, even if the file
 * arrives a day later.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 */
const ACCESS_LOG =
  /^[A-Z0-9]+\.(?<date>\d{4}-\d{2}-\d{2})-(?<hour>\d{2})\.[A-Za-z0-9_-]+(?:\.log)?(?:\.gz|(?:\.(?:gz|snappy|zstd))?\.parquet)?$/;

/** Distinguishes a distribution's standard logs from other objects. */
export function classifyDistributionObject(key: string): ObjectKind {
  const name = fileNameOf(key);
  if (name === "") return skip("folder-marker");
  const groups = ACCESS_LOG.exec(name)?.groups;
  const hour = groups && parseHour(`${groups.date}T${groups.hour}`);
  return hour === undefined ? skip("unmatched-key") : accessLog(hour);
}

/** The names of one distribution are ordered by hour. */
export const distributionGroups: NameGroups = {
  start: () => "",
  delimiter: ".",
  stampOf: (instant) => {
    const { dt, hour } = partitionValuesOf(hourOf(instant));
    return `${dt}-${hour}`;
  },
};
