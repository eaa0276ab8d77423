import type { LoadBalancer } from "./alb-lines";
import type { Random } from "./random";
import type { Request } from "./traffic";

/** A line of another log of load balancers than ALB access logs. */
export type BalancerLine = (random: Random, balancer: LoadBalancer, node: string, request: Request) => string;

const FAILURES = [
  "ClientCertExpired",
  "ClientCertUntrusted",
  "ClientCertUntrusted",
  "UnmappedConnectionError",
] as const;
type Certificate = readonly [subject: string, lastDay: string];
/** Certificates of clients with their last day; the sample is of June 2026. */
const CERTIFICATES: readonly [Certificate, ...Certificate[]] = [
  ["CN=till 7,OU=Stores,O=Example Shop,C=DE", "2026-06-14"],
  ["CN=till 12,OU=Stores,O=Example Shop,C=DE", "2026-07-30"],
  ["CN=warehouse,O=Example Shop,C=DE", "2027-03-01"],
  ["CN=partner.example.net,O=Example Partner,C=FR", "2028-01-15"],
];

/** A connection log line: some clients have a certificate, some handshakes fail. */
export const connectionLine: BalancerLine = (random, balancer, node, request) => {
  const hasFailed = request.isTls && random.chance(0.03);
  const isOpen = request.isTls && !hasFailed;
  const [subject, lastDay] = random.pick(CERTIFICATES);
  const certificate =
    isOpen && random.chance(0.3)
      ? [
          `"${subject}"`,
          `NotBefore=2025-06-01T00:00:00Z;NotAfter=${lastDay}T23:59:59Z`,
          random.hex(16).toUpperCase(),
        ]
      : ['"-"', "-", "-"];
  return [
    iso(request.time, random),
    request.client,
    request.clientPort,
    request.isTls ? 443 : 80,
    ...(isOpen
      ? ["TLSv1.3", "TLS_AES_128_GCM_SHA256", (random.integer(1, 40) / 1000).toFixed(3)]
      : ["-", "-", "-"]),
    ...certificate,
    hasFailed ? `Failed:${random.pick(FAILURES)}` : isOpen ? "Success" : "-",
    `TID_${random.hex(32)}`,
    isOpen ? random.pick(["X25519MLKEM768", "x25519"]) : "-",
    `app/${balancer.name}/${balancer.id}`,
    node,
  ].join(" ");
};

const CHECKED = ["10.0.1.17:8080", "10.0.2.31:8080", "10.0.3.5:8080", "2001:db8:0:1::a5:8080"] as const;
const FLAPPING = CHECKED[2];

/** A health check log line: one target fails often, sometimes a Lambda function is checked. */
export const healthCheckLine: BalancerLine = (random, balancer, node, { time }) => {
  const isLambda = random.chance(0.1);
  const target = isLambda
    ? `arn:aws:lambda:${balancer.region}:${balancer.account}:function:checkout`
    : random.pick(CHECKED);
  const hasFailed = random.chance(target === FLAPPING ? 0.4 : 0.01);
  const hasTimedOut = hasFailed && random.chance(0.5);
  return [
    isLambda ? "lambda" : "http",
    iso(time, random),
    hasTimedOut ? "5.000912345" : (0.005 + random.next() / 10).toFixed(9),
    target,
    isLambda ? "checkout" : balancer.name,
    hasFailed ? "FAIL" : "PASS",
    hasTimedOut ? "-" : hasFailed ? "503" : "200",
    hasTimedOut ? "TimedOut" : hasFailed ? "ResponseCodeMismatch" : "-",
    `app/${balancer.name}/${balancer.id}`,
    node,
  ].join(" ");
};

/** A Network Load Balancer's line: some handshakes fail, with or without an alert of the client. */
export const networkLine: BalancerLine = (random, { account, region, name, id }, _, request) => {
  const hasFailed = random.chance(0.03);
  const duration = Math.round(request.seconds * 1000) + random.integer(20, 90_000);
  return [
    "tls 2.0",
    seconds(request.time),
    `net/${name}/${id}`,
    "g3d4b5e8bb8464cd",
    `${request.client}:${request.clientPort}`,
    "10.0.0.185:443",
    duration,
    hasFailed ? "-" : random.integer(2, 60),
    hasFailed ? 0 : request.receivedBytes,
    hasFailed ? 0 : request.sentBytes,
    hasFailed && random.chance(0.5) ? random.pick([42, 46, 48, 70]) : "-",
    `arn:aws:acm:${region}:${account}:certificate/5f0f2c4e-7a2b-4a3e-9a53-1d2f3c4b5a69`,
    "-",
    ...(hasFailed ? ["-", "-", "-"] : ["TLS_AES_128_GCM_SHA256", "TLSv1.3", "X25519MLKEM768"]),
    request.host,
    ...(hasFailed ? ["-", "-", "-"] : ["h2", "h2", '"h2","http/1.1"']),
    seconds(request.time - duration),
  ].join(" ");
};

/** A Classic Load Balancer's line; sometimes of a TCP listener, sometimes with quotes in the user agent. */
export const classicLine: BalancerLine = (random, { name }, _, request) => {
  const unusual = random.next();
  const isTcp = unusual < 0.01;
  const url = `${request.isTls ? "https" : "http"}://${request.host}:${request.isTls ? 443 : 80}${request.path}${request.query && `?${request.query}`}`;
  const hasFailed = request.status === 503;
  const agent = unusual > 0.99 ? `\\"${request.userAgent}\\"` : request.userAgent;
  return [
    iso(request.time, random),
    name,
    `${request.client}:${request.clientPort}`,
    ...(hasFailed
      ? ["-", "-1", "-1", "-1"]
      : ["10.0.1.17:8080", "0.000086", request.seconds.toFixed(6), "0.000057"]),
    ...(isTcp ? ["-", "-"] : [request.status, hasFailed ? 0 : request.status]),
    request.receivedBytes,
    request.sentBytes,
    isTcp ? '"- - - "' : `"${request.method} ${url} HTTP/1.1"`,
    isTcp ? '"-"' : `"${agent}"`,
    ...(request.isTls && !isTcp ? ["ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.2"] : ["-", "-"]),
  ].join(" ");
};

const iso = (time: number, random: Random): string =>
  `${new Date(time).toISOString().slice(0, -1)}${String(random.integer(0, 999)).padStart(3, "0")}Z`;

const seconds = (time: number): string => new Date(time).toISOString().slice(0, "YYYY-MM-DDTHH:MM:SS".length);
