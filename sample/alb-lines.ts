import { alb } from "../formats/alb";
import type { Random } from "./random";
import type { Request } from "./traffic";

/** One load balancer of the sample. */
export interface LoadBalancer {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly id: string;
  /** Addresses of its nodes: each writes separate files. */
  readonly nodes: readonly [string, ...string[]];
}

const TARGETS = ["10.0.1.17:8080", "10.0.2.31:8080", "10.0.3.5:8080", "2001:db8:0:1::a5:8080"] as const;
const CERTIFICATE = "certificate/5f0f2c4e-7a2b-4a3e-9a53-1d2f3c4b5a69";

/** Number of fields by AWS's format versions: 29 (2020), 30 (2023), 33 (2025), 36 (today). */
const FIELD_COUNTS = [36, 36, 36, 36, 36, 36, 36, 33, 30, 29] as const;

/** A log line with the fields of one format version; sometimes an unusual one. */
export function albLine(random: Random, balancer: LoadBalancer, node: string, request: Request): string {
  const fields = albFields(random, balancer, node, request);
  const unusual = random.next();
  if (unusual < 0.0005) fields[12] = `"- http://${request.host}:80- -"`;
  else if (unusual < 0.001) fields[13] = `"${request.userAgent} \\x22quoted\\x22"`;
  else if (unusual < 0.0015) fields[12] = `"GET https://${request.host}:443/files/a b.txt HTTP/1.1"`;
  else if (unusual < 0.002) fields.push('"a field of tomorrow"', "-");
  const count = fields.length > 36 ? fields.length : random.pick(FIELD_COUNTS);
  return fields.slice(0, count).join(" ");
}

/** Fields that CloudWatch Logs delivers: all but the last two. */
const VENDED_FIELDS = 34;

/** The same line as CloudWatch Logs delivers it: JSON, without quotes in its texts. */
export function vendedAlbLine(
  random: Random,
  balancer: LoadBalancer,
  node: string,
  request: Request,
): string {
  const texts = albFields(random, balancer, node, request);
  const named = alb.fields
    .slice(0, VENDED_FIELDS)
    .map(({ name, otherName }, index) => [otherName ?? name, texts[index]?.replaceAll('"', "") ?? "-"]);
  return JSON.stringify(Object.fromEntries(named));
}

function albFields(
  random: Random,
  { account, region, name, id }: LoadBalancer,
  node: string,
  request: Request,
): string[] {
  const scheme = request.isTls ? "https" : "http";
  const port = request.isTls ? 443 : 80;
  const isBlocked = request.status === 403;
  const isRefused = request.status === 503;
  const target = isBlocked || isRefused ? "-" : random.pick(TARGETS);
  const targetStatus = target === "-" || request.status === 504 ? "-" : String(request.status);
  const times = target === "-" ? ["-1", "-1", "-1"] : ["0.001", request.seconds.toFixed(3), "0.000"];
  const query = request.query === "" ? "" : `?${request.query}`;
  const isHttp2 = request.isTls && random.chance(0.6);
  const tls = request.isTls ? ["TLS_AES_128_GCM_SHA256", "TLSv1.3"] : ["-", "-"];
  const elb = `arn:aws:elasticloadbalancing:${region}:${account}`;
  return [
    isHttp2 ? "h2" : scheme,
    microseconds(random, request.time),
    `app/${name}/${id}`,
    `${request.client}:${request.clientPort}`,
    target,
    ...times,
    String(request.status),
    targetStatus,
    String(request.receivedBytes),
    String(request.sentBytes),
    `"${request.method} ${scheme}://${request.host}:${port}${request.path}${query} HTTP/${isHttp2 ? "2.0" : "1.1"}"`,
    `"${request.userAgent}"`,
    ...tls,
    `${elb}:targetgroup/${name}/73e2d6bc24d8a067`,
    `"Root=1-${random.hex(8)}-${random.hex(24)}"`,
    request.isTls ? `"${request.host}"` : '"-"',
    request.isTls ? `"arn:aws:acm:${region}:${account}:${CERTIFICATE}"` : '"-"',
    String(random.integer(0, 5)),
    microseconds(random, request.time - Math.round(request.seconds * 1000)),
    request.status === 302 ? '"waf,redirect"' : isBlocked ? '"waf"' : '"waf,forward"',
    request.status === 302 ? `"https://${request.host}:443/login"` : '"-"',
    isRefused ? '"TargetUnavailable"' : '"-"',
    `"${target}"`,
    `"${targetStatus}"`,
    '"-"',
    '"-"',
    `TID_${random.hex(32)}`,
    '"-"',
    '"-"',
    '"-"',
    node,
    "-",
    "-",
  ];
}

const microseconds = (random: Random, time: number): string =>
  `${new Date(time).toISOString().slice(0, -1)}${String(random.integer(0, 999)).padStart(3, "0")}Z`;
