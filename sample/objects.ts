import { alb } from "../formats/alb";
import { albConnection } from "../formats/alb-connection";
import { albHealthCheck } from "../formats/alb-health-check";
import { cloudfront } from "../formats/cloudfront";
import { elb } from "../formats/elb";
import { addHours, type Hour, hourOf } from "../formats/hour";
import { APPLICATION_LOG_TYPE } from "../formats/load-balancer-object";
import type { LogFormat } from "../formats/log-format";
import { nlb } from "../formats/nlb";
import type { SkipReason } from "../formats/object-kind";
import { s3 } from "../formats/s3";
import { DAY_MS, MINUTE_MS } from "../formats/time";
import { waf } from "../formats/waf";
import { albLine, type LoadBalancer, vendedAlbLine } from "./alb-lines";
import {
  type BalancerLine,
  classicLine,
  connectionLine,
  healthCheckLine,
  networkLine,
} from "./balancer-lines";
import { type Bucket, bucketLine } from "./bucket-lines";
import { cloudfrontLine, type Distribution } from "./cloudfront-lines";
import type { Random } from "./random";
import type { Request } from "./traffic";
import { wafLine } from "./waf-lines";

/** A log file to be written. */
export interface LogObject {
  readonly key: string;
  readonly table: string;
  readonly header: string;
  /** Its requests ended in this period, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly line: (random: Random, request: Request) => string;
}

/** An object in such a bucket that is not an access log. */
export interface OtherObject {
  readonly key: string;
  readonly body: string;
  readonly reason: SkipReason;
}

const INTERVAL_MS = 5 * MINUTE_MS;
const INTERVALS_PER_HOUR = 12;

const BALANCERS: readonly [LoadBalancer, ...LoadBalancer[]] = [
  {
    account: "111122223333",
    region: "eu-central-1",
    name: "shop",
    id: "50dc6c495c0c9188",
    nodes: ["172.31.4.10", "172.31.20.5"],
  },
  {
    account: "444455556666",
    region: "eu-central-1",
    name: "api",
    id: "7b1f0e2d3c4a5968",
    nodes: ["172.31.40.77"],
  },
];
const NODES = BALANCERS.flatMap((balancer) => balancer.nodes.map((node) => ({ balancer, node })));
const DISTRIBUTIONS: readonly [Distribution, ...Distribution[]] = [
  { id: "E2EXAMPLE1SHOP", domain: "d111111abcdef8.cloudfront.net" },
  { id: "E2EXAMPLE2BLOG", domain: "d222222abcdef8.cloudfront.net" },
];
const CLOUDFRONT_HEADER = `#Version: 1.0\n#Fields: ${cloudfront.fields
  .slice(0, 33)
  .map(({ name }) => name)
  .join(" ")}\n`;
/** Sometimes a load balancer delivers a day late, into that day's folder. */
const LATE_CHANCE = 0.03;

/** `count` load balancer files, distributed over the hours from `first` on. */
export function* albObjects(random: Random, count: number, first: Hour, hours: number): Generator<LogObject> {
  for (let index = 0; index < count; index++) {
    const from = intervalAt(index, count, first, hours);
    const to = from + INTERVAL_MS;
    const { balancer, node } = NODES[index % NODES.length] ?? { balancer: BALANCERS[0], node: "" };
    const folder = `alb/${albFolder(balancer, random.chance(LATE_CHANCE) ? to + DAY_MS : to)}`;
    yield {
      key: `${folder}/${albFileName(random, balancer, node, to)}`,
      table: alb.table,
      header: "",
      from,
      to,
      line: (lines, request) => albLine(lines, balancer, node, request),
    };
  }
}

/** The other logs of load balancers: their folder, and their names, from the name of an ALB access log. */
const BALANCER_LOGS: readonly {
  readonly format: LogFormat;
  readonly prefix: string;
  readonly nameOf: (albName: string) => string;
  readonly line: BalancerLine;
}[] = [
  {
    format: albConnection,
    prefix: "alb/",
    nameOf: (name) => `conn_log_${name}`,
    line: connectionLine,
  },
  {
    format: albHealthCheck,
    prefix: "alb/",
    nameOf: (name) => `health_check_log_${name}`,
    line: healthCheckLine,
  },
  {
    format: nlb,
    prefix: "nlb/",
    nameOf: (name) => name.replace("_app.", "_net.").replace(/_[0-9.]+(_[0-9a-f]+\.log)/, "$1"),
    line: networkLine,
  },
  {
    format: elb,
    prefix: "elb/",
    nameOf: (name) => name.replace(/_app\.(\w+)\.\w+?_/, "_$1-classic_").replace(/\.gz$/, ""),
    line: classicLine,
  },
];

/** `count` files of each other log of load balancers, distributed over the hours from `first` on. */
export function* balancerObjects(
  random: Random,
  count: number,
  first: Hour,
  hours: number,
): Generator<LogObject> {
  for (const { format, prefix, nameOf, line } of BALANCER_LOGS) {
    for (let index = 0; index < count; index++) {
      const { balancer, node } = NODES[index % NODES.length] ?? { balancer: BALANCERS[0], node: "" };
      const from = intervalAt(index, count, first, hours);
      const to = from + INTERVAL_MS;
      yield {
        key: `${prefix}${albFolder(balancer, to)}/${nameOf(albFileName(random, balancer, node, to))}`,
        table: format.table,
        header: "",
        from,
        to,
        line: (lines, request) => line(lines, balancer, node, request),
      };
    }
  }
}

/** The hour of a file, if `count` files are distributed over the hours. */
const hourAt = (index: number, count: number, first: Hour, hours: number): Hour =>
  addHours(first, Math.floor((index * hours) / count));

/** The start of the interval of a file, in the same way. */
const intervalAt = (index: number, count: number, first: Hour, hours: number): number =>
  first + Math.floor((index * hours * INTERVALS_PER_HOUR) / count) * INTERVAL_MS;

const BUCKETS: readonly [Bucket, ...Bucket[]] = [
  { account: "111122223333", region: "eu-central-1", name: "shop-media" },
  { account: "111122223333", region: "eu-central-1", name: "shop-reports" },
];
/** S3 delivers a file some time after its requests. */
const DELIVERED_AFTER_MS = 40 * MINUTE_MS;

/** `count` files of buckets, distributed over the hours: with flat keys, or with keys partitioned by date. */
export function* bucketObjects(
  random: Random,
  count: number,
  first: Hour,
  hours: number,
): Generator<LogObject> {
  for (let index = 0; index < count; index++) {
    const bucket = BUCKETS[index % BUCKETS.length] ?? BUCKETS[0];
    const hour = hourAt(index, count, first, hours);
    yield {
      key: `s3/${index % 2 === 0 ? flatName(random, hour) : partitionedKey(random, bucket, hour)}`,
      table: s3.table,
      header: "",
      from: hour,
      to: hour + DELIVERED_AFTER_MS,
      line: (lines, request) => bucketLine(lines, bucket, request),
    };
  }
}

/** With the time of the delivery. */
const flatName = (random: Random, hour: Hour): string => bucketFile(random, hour + DELIVERED_AFTER_MS);

/** With the day of the requests, and no time of day. */
const partitionedKey = (random: Random, { account, region, name }: Bucket, hour: Hour): string => {
  const day = hour - (hour % DAY_MS);
  const folder = new Date(day).toISOString().slice(0, 10).replaceAll("-", "/");
  return `${account}/${region}/${name}/${folder}/${bucketFile(random, day)}`;
};

const bucketFile = (random: Random, time: number): string =>
  `${new Date(time).toISOString().slice(0, 19).replaceAll(/[T:]/g, "-")}-${random.hex(16).toUpperCase()}`;

/** `count` files of the web ACLs of the load balancers, distributed over the hours. */
export function* webAclObjects(
  random: Random,
  count: number,
  first: Hour,
  hours: number,
): Generator<LogObject> {
  for (let index = 0; index < count; index++) {
    const { account, region, name, id } = BALANCERS[index % BALANCERS.length] ?? BALANCERS[0];
    const acl = { account, region, name, resource: `${account}-app/${name}/${id}` };
    const from = intervalAt(index, count, first, hours);
    const [day, hourAndMinute] = [
      new Date(from).toISOString().slice(0, 10),
      new Date(from).toISOString().slice(11, 16),
    ];
    const folder = `AWSLogs/${account}/WAFLogs/${region}/${name}/${day.replaceAll("-", "/")}/${hourAndMinute.replace(":", "/")}`;
    yield {
      key: `waf/${folder}/${account}_waflogs_${region}_${name}_${minuteStamp(from)}_${random.hex(8)}.log.gz`,
      table: waf.table,
      header: "",
      from,
      to: from + INTERVAL_MS,
      line: (lines, request) => wafLine(lines, acl, request),
    };
  }
}

/** `count` ALB files by CloudWatch Logs, distributed over the hours: AWS does not document their names. */
export function* vendedObjects(
  random: Random,
  count: number,
  first: Hour,
  hours: number,
): Generator<LogObject> {
  for (let index = 0; index < count; index++) {
    const { balancer, node } = NODES[index % NODES.length] ?? { balancer: BALANCERS[0], node: "" };
    const hour = hourAt(index, count, first, hours);
    const [day = "", time = ""] = new Date(hour).toISOString().split("T");
    const folder = `${APPLICATION_LOG_TYPE}/${day.replaceAll("-", "/")}/${time.slice(0, 2)}`;
    yield {
      key: `alb/AWSLogs/${folder}/${random.hex(16)}.log.gz`,
      table: alb.table,
      header: "",
      from: hour,
      to: addHours(hour, 1),
      line: (lines, request) => vendedAlbLine(lines, balancer, node, request),
    };
  }
}

/** Numbers of files with which the sample has one file of each other log. */
export const FILES_PER_OTHER_LOG = 24;
/** The logs of load balancers, those of buckets, those of web ACLs, and those by CloudWatch Logs. */
export const OTHER_LOG_KINDS = BALANCER_LOGS.length + 3;

/** The folder of the day of delivery. */
const albFolder = ({ account, region }: LoadBalancer, delivered: number): string =>
  `AWSLogs/${account}/elasticloadbalancing/${region}/${new Date(delivered).toISOString().slice(0, 10).replaceAll("-", "/")}`;

function albFileName(
  random: Random,
  { account, region, name, id }: LoadBalancer,
  node: string,
  end: number,
): string {
  return `${account}_elasticloadbalancing_${region}_app.${name}.${id}_${minuteStamp(end)}_${node}_${random.hex(8)}.log.gz`;
}

/** `20261123T0705Z` */
const minuteStamp = (time: number): string =>
  `${new Date(time).toISOString().slice(0, 16).replaceAll(/[-:]/g, "")}Z`;

/**
 * `count` distribution files, distributed over the hours; the second of each pair has the same name under
 * another prefix.
 */
export function* cloudfrontObjects(
  random: Random,
  count: number,
  first: Hour,
  hours: number,
): Generator<LogObject> {
  let name = "";
  for (let index = 0; index < count; index++) {
    const hour = hourAt(index, count, first, hours);
    const distribution = DISTRIBUTIONS[index % DISTRIBUTIONS.length] ?? DISTRIBUTIONS[0];
    const isNamesake = index === 1;
    if (!isNamesake) name = `${distribution.id}.${hourStamp(hour)}.${random.hex(8)}.gz`;
    yield {
      key: `${isNamesake ? "cloudfront-eu/" : "cloudfront/"}${name}`,
      table: cloudfront.table,
      header: CLOUDFRONT_HEADER,
      from: hour,
      to: addHours(hour, 1),
      line: (lines, request) => cloudfrontLine(lines, distribution, request),
    };
  }
}

const hourStamp = (hour: Hour): string => new Date(hour).toISOString().slice(0, 13).replace("T", "-");

/** One object of each kind that is not an access log. */
export function otherObjects(random: Random, first: Hour): OtherObject[] {
  const [balancer] = BALANCERS;
  const end = hourOf(first) + INTERVAL_MS;
  const folder = `alb/${albFolder(balancer, end)}`;
  return [
    {
      key: `${folder}/${albFileName(random, balancer, balancer.nodes[0], end)}`,
      body: "",
      reason: "empty-object",
    },
    {
      key: `alb/AWSLogs/${balancer.account}/ELBAccessLogTestFile`,
      body: `Enable AccessLog for ELB: app/${balancer.name}/${balancer.id}\n`,
      reason: "test-file",
    },
    { key: "notes/read-me.txt", body: "not a log\n", reason: "unmatched-key" },
  ];
}
