import type { FolderLayout, NameGroups } from "./delivered-layout";
import { type Hour, hourOf, parseHour, partitionValuesOf } from "./hour";
import { accessLog, fileNameOf, type ObjectKind, type SkipReason, skip } from "./object-kind";
import { MINUTE_MS } from "./time";

/** The logs of load balancers. Their files differ by name only: they can have the same prefix. */
type LoadBalancerLog = "access" | "connection" | "health-check" | "network" | "classic";

/** A kind of log in the names of its files: `<start><account>_elasticloadbalancing_<region>_<balancer>_<end>Z_<rest>`. */
interface LogNames {
  /** Text before the account. */
  readonly start: string;
  /** Start of the part that identifies the load balancer. */
  readonly balancerStart: string;
  /** Regular expression of the load balancer after this start. */
  readonly balancer: string;
  /** Regular expression of the name after the end of the interval. */
  readonly rest: string;
  /** Folder of the files by CloudWatch Logs: its log type. */
  readonly vendedFolder?: string;
}

/** CloudWatch Logs' name of the access logs of Application Load Balancers. */
export const APPLICATION_LOG_TYPE = "ALB_ACCESS_LOGS";

/** Name and id of a load balancer. */
const NAME_AND_ID = "[A-Za-z0-9.-]+";
const NODE_AND_RANDOM = "[0-9a-fA-F.:]+_[A-Za-z0-9]+";
const application = (start: string): LogNames => ({
  start,
  balancerStart: "app.",
  balancer: NAME_AND_ID,
  rest: NODE_AND_RANDOM,
});

/**
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-file-format
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html#connection-log-file-format
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html#access-log-file-format
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html#access-log-file-format
 */
const NAMES: Readonly<Record<LoadBalancerLog, LogNames>> = {
  access: { ...application(""), vendedFolder: APPLICATION_LOG_TYPE },
  connection: application("conn_log_"),
  "health-check": application("health_check_log_"),
  network: { start: "", balancerStart: "net.", balancer: NAME_AND_ID, rest: "[A-Za-z0-9]+" },
  classic: { start: "", balancerStart: "", balancer: "[A-Za-z0-9-]+", rest: NODE_AND_RANDOM },
};

/** The name of a file, with the end of its interval as the only group. AWS's pages write a dot after `conn_log`, too. */
function patternOf({ start, balancerStart, balancer, rest }: LogNames): string {
  return `${start.replace(/_$/, "[_.]")}\\d{12}_elasticloadbalancing_[a-z0-9-]+_${balancerStart.replace(".", "\\.")}${balancer}_([1-9]\\d{7}T\\d{4})Z_${rest}\\.log(?:\\.gz)?$`;
}

const TEST_FILE = /^(?:ELB\w*LogTestFile|aws-programmatic-access-test-object)$/;
const otherName = (balancer: string): RegExp =>
  new RegExp(
    `^\\d{12}_elasticloadbalancing_[a-z0-9-]+_${balancer}[^/]+_\\d{8}T\\d{4}Z_[^/]+\\.log(?:\\.gz)?$`,
  );
/** Why a log is skipped where no source has its format. */
const OTHER_LOGS: readonly (readonly [LoadBalancerLog, RegExp, SkipReason])[] = [
  ["connection", /^conn_log[_.]/, "connection-log"],
  ["health-check", /^health_check_log[_.]/, "health-check-log"],
  ["access", otherName("app\\."), "access-log"],
  ["network", otherName("net\\."), "other-load-balancer"],
  ["classic", otherName("(?!(?:app|net)\\.)"), "other-load-balancer"],
];

/**
 * Makes the function that distinguishes one kind of log from other objects that load balancers write. Of their own files, only
 * the name matters: the `yyyy/mm/dd` folders are the day of delivery.
 */
export function loadBalancerClassifier(log: LoadBalancerLog): (key: string) => ObjectKind {
  const pattern = new RegExp(`^${patternOf(NAMES[log])}`);
  const vended = vendedClassifier(NAMES[log]);
  return (key) => {
    const name = fileNameOf(key);
    if (name === "") return skip("folder-marker");
    if (TEST_FILE.test(name)) return skip("test-file");
    const hour = vended(key);
    if (hour !== undefined) return accessLog(hour);
    const end = pattern.exec(name)?.[1];
    if (end === undefined) {
      const other = OTHER_LOGS.find(([kind, form]) => kind !== log && form.test(name));
      return skip(other?.[2] ?? "unmatched-key");
    }
    const instant = endOfInterval(end);
    // The stamp is the END of an interval: T0000Z contains the last minutes of the day before.
    return instant === undefined ? skip("unmatched-key") : accessLog(hourOf(instant - MINUTE_MS));
  };
}

/**
 * Makes a function that gives the hour of a file by CloudWatch Logs. AWS does not document the names of these files, so that
 * the folders, which the delivery's owner chooses, say what they are: `<log type>/{yyyy}/{MM}/{dd}/{HH}`.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
 */
function vendedClassifier({ vendedFolder }: LogNames): (key: string) => Hour | undefined {
  if (vendedFolder === undefined) return () => undefined;
  const pattern = new RegExp(
    `(?:^|/)${vendedFolder}/(?:year=)?(\\d{4})/(?:month=)?(\\d{2})/(?:day=)?(\\d{2})/(?:hour=)?(\\d{2})/[A-Za-z0-9][A-Za-z0-9_.-]*$`,
  );
  return (key) => {
    const [found, year, month, day, hour] = pattern.exec(key) ?? [];
    return found === undefined ? undefined : parseHour(`${year}-${month}-${day}T${hour}`);
  };
}

/** Makes a function that is true for files by CloudWatch Logs: the owner of the delivery chooses their form. */
export function vendedKeys(log: LoadBalancerLog): (key: string) => boolean {
  const vended = vendedClassifier(NAMES[log]);
  return (key) => vended(key) !== undefined;
}

/** `20261123T0705` as milliseconds since 1970; `undefined` if this minute does not exist. */
function endOfInterval(stamp: string): number | undefined {
  const [, year, month, day, hour, minute] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})$/.exec(stamp) ?? [];
  const start = parseHour(`${year}-${month}-${day}T${hour}`);
  return start === undefined || Number(minute) > 59 ? undefined : start + Number(minute) * MINUTE_MS;
}

/** In a folder, the names of one load balancer are ordered by the end of their intervals. */
export const loadBalancerGroups = (log: LoadBalancerLog): NameGroups => ({
  start: (levels) => `${NAMES[log].start}${levels.join("_")}_${NAMES[log].balancerStart}`,
  delimiter: "_",
  stampOf: (instant) => `${instant.toISOString().slice(0, "YYYY-MM-DDTHH:MM".length).replace(/[-:]/g, "")}Z`,
});

/** `<account>/elasticloadbalancing/<region>/yyyy/mm/dd/` */
export const loadBalancerLayoutOf = (log: LoadBalancerLog): FolderLayout => ({
  kind: "folders",
  per: "day",
  levels: [/^\d{12}$/, /^elasticloadbalancing$/, /^[a-z0-9-]+$/],
  timeFolder: (hour) => partitionValuesOf(hour).dt.replaceAll("-", "/"),
  groups: loadBalancerGroups(log),
  stamp: { pattern: `/${patternOf(NAMES[log])}`, form: "%Y%m%dT%H%i", isEnd: true },
});
