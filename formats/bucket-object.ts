import type { NameGroups } from "./delivered-layout";
import { hourOf, parseHour, partitionValuesOf } from "./hour";
import { accessLog, fileNameOf, type ObjectKind, skip } from "./object-kind";

/**
 * `<rest of the prefix>YYYY-MM-DD-hh-mm-ss-<unique>`, where a prefix without a slash at its end is the start of the name.
 * The time is that of the delivery; if keys are partitioned by the date of the requests, it is the start of their day.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html#server-log-keyname-format
 */
const ACCESS_LOG =
  /^[A-Za-z0-9_.-]*?(?<date>[12]\d{3}-\d{2}-\d{2})-(?<hour>[01]\d|2[0-3])-[0-5]\d-[0-5]\d-[A-Za-z0-9]+$/;

/** Distinguishes a bucket's server access logs from other objects, by name only. */
export function classifyBucketObject(key: string): ObjectKind {
  const name = fileNameOf(key);
  if (name === "") return skip("folder-marker");
  const groups = ACCESS_LOG.exec(name)?.groups;
  const hour = groups && parseHour(`${groups.date}T${groups.hour}`);
  return hour === undefined ? skip("unmatched-key") : accessLog(hour);
}

/** The names of all buckets are ordered by time. Keys that are partitioned by date are not found by it. */
export const bucketGroups: NameGroups = {
  start: () => "",
  stampOf: (instant) => {
    const { dt, hour } = partitionValuesOf(hourOf(instant));
    return `${dt}-${hour}`;
  },
};
