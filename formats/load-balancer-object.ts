import type { FolderLayout, NameGroups } from "./delivered-layout";
import { hourOf, parseHour, partitionValuesOf } from "./hour";
import { accessLog, fileNameOf, type ObjectKind, skip } from "./object-kind";
import { MINUTE_MS } from "./time";

/**
 * `<account>_elasticloadbalancing_<region>_app.<load balancer>_<end of interval>_<node ip>_<random>.log.gz`.
 * Only the name matters: the `yyyy/mm/dd` folders are the day of delivery.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-file-format
 */
const NAME =
  "\\d{12}_elasticloadbalancing_[a-z0-9-]+_app\\.[A-Za-z0-9.-]+_([1-9]\\d{7}T\\d{4})Z_[0-9a-fA-F.:]+_[A-Za-z0-9]+\\.log(?:\\.gz)?$";
const ACCESS_LOG = new RegExp(`^${NAME}`);
const OTHER_LOAD_BALANCER =
  /^\d{12}_elasticloadbalancing_[a-z0-9-]+_(?!app\.)[^/]+_\d{8}T\d{4}Z_[^/]+\.log(?:\.gz)?$/;
const TEST_FILE = /^(?:ELB\w*LogTestFile|aws-programmatic-access-test-object)$/;
/** Newer kinds of logs of the same load balancer, with the same prefix. */
const NAMED_KINDS = [
  [/^conn_log[_.]/, "connection-log"],
  [/^health_check_log[_.]/, "health-check-log"],
] as const;

/** Distinguishes an ALB's access logs from other objects that a load balancer writes to the same bucket. */
export function classifyLoadBalancerObject(key: string): ObjectKind {
  const name = fileNameOf(key);
  if (name === "") return skip("folder-marker");
  if (TEST_FILE.test(name)) return skip("test-file");
  const named = NAMED_KINDS.find(([pattern]) => pattern.test(name));
  if (named) return skip(named[1]);
  const end = ACCESS_LOG.exec(name)?.[1];
  if (end === undefined)
    return skip(OTHER_LOAD_BALANCER.test(name) ? "other-load-balancer" : "unmatched-key");
  const instant = endOfInterval(end);
  // The timestamp is the END of a five-minute interval: T0000Z contains the last minutes of the day before.
  return instant === undefined ? skip("unmatched-key") : accessLog(hourOf(instant - MINUTE_MS));
}

/** `20261123T0705` as milliseconds since 1970; `undefined` if this minute does not exist. */
function endOfInterval(stamp: string): number | undefined {
  const [, year, month, day, hour, minute] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})$/.exec(stamp) ?? [];
  const start = parseHour(`${year}-${month}-${day}T${hour}`);
  return start === undefined || Number(minute) > 59 ? undefined : start + Number(minute) * MINUTE_MS;
}

/** In a folder, the names of one load balancer are ordered by the end of their intervals. */
export const loadBalancerGroups: NameGroups = {
  start: (levels) => `${levels.join("_")}_app.`,
  delimiter: "_",
  stampOf: (instant) => `${instant.toISOString().slice(0, "YYYY-MM-DDTHH:MM".length).replace(/[-:]/g, "")}Z`,
};

/**
 * `<account>/elasticloadbalancing/<region>/yyyy/mm/dd/`. In a folder, the names of one load balancer are ordered by the
 * end of their intervals.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-file-format
 */
export const loadBalancerLayout: FolderLayout = {
  kind: "folders",
  per: "day",
  levels: [/^\d{12}$/, /^elasticloadbalancing$/, /^[a-z0-9-]+$/],
  timeFolder: (hour) => partitionValuesOf(hour).dt.replaceAll("-", "/"),
  groups: loadBalancerGroups,
  stamp: { pattern: `/${NAME}`, form: "%Y%m%dT%H%i", isEnd: true },
};
