import type { Random } from "./random";
import type { Request } from "./traffic";

/** One bucket of the sample. */
export interface Bucket {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

const OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
const SESSIONS = [
  "shop/web-1",
  "shop/web-2",
  "reports/nightly",
  "AWSReservedSSO_Admin_0a1b2c3d/jane",
] as const;
const ERRORS: Readonly<Record<number, string>> = { 403: "AccessDenied", 404: "NoSuchKey", 503: "SlowDown" };
const ID_LENGTH = 16;

/** Number of fields by the time of AWS's format: 18 (2018), 24 (2019), 25, 26, 27 today. */
const FIELD_COUNTS = [27, 27, 27, 27, 26, 26, 25, 24, 18] as const;

/** A line of a bucket's log: some requests are denied, some delete objects, and lifecycle rules delete others. */
export function bucketLine(random: Random, bucket: Bucket, request: Request): string {
  const key = `media${request.path.replaceAll("..", "")}`;
  const fields = random.chance(0.01)
    ? expirationFields(random, bucket, request, key)
    : requestFields(random, bucket, request, key);
  return fields.slice(0, random.pick(FIELD_COUNTS)).join(" ");
}

function requestFields(random: Random, bucket: Bucket, request: Request, key: string): string[] {
  const isDelete = random.chance(0.03);
  const method = isDelete ? "DELETE" : request.method === "POST" ? "PUT" : request.method;
  const status = random.chance(0.02) ? 403 : statusOf(request.status, isDelete);
  const isRead = method === "GET" && status < 400;
  const isAnonymous = request.status === 404 || random.chance(0.1);
  const query = request.query === "" ? "" : `?${request.query}`;
  // Some clients send quotes, which S3 does not escape.
  const agent = random.chance(0.01) ? `${request.userAgent}"` : request.userAgent;
  return [
    ...start(random, bucket, request, request.client, isAnonymous ? "-" : arnOf(random, bucket)),
    `REST.${method}.OBJECT`,
    key,
    `"${method} /${key}${query} HTTP/1.1"`,
    String(status),
    ERRORS[status] ?? "-",
    isRead ? String(request.sentBytes) : "-",
    isRead || method === "PUT" ? String(request.sentBytes) : "-",
    String(Math.round(request.seconds * 1000) + 2),
    isRead ? String(Math.round(request.seconds * 500) + 1) : "-",
    `"${request.referrer || "-"}"`,
    `"${agent}"`,
    random.chance(0.2) ? random.base64(32) : "-",
    `${random.base64(75)}=`,
    isAnonymous ? "-" : "SigV4",
    ...(request.isTls ? ["TLS_AES_128_GCM_SHA256"] : ["-"]),
    isAnonymous ? "-" : random.chance(0.1) ? "QueryString" : "AuthHeader",
    `${bucket.name}.s3.${bucket.region}.amazonaws.com`,
    request.isTls ? "TLSv1.3" : "-",
    "-",
    random.chance(0.02) ? "Yes" : "-",
    isAnonymous ? "-" : bucket.region,
  ];
}

const expirationFields = (random: Random, bucket: Bucket, request: Request, key: string): string[] => [
  ...start(random, bucket, request, "-", "AmazonS3"),
  "S3.EXPIRE.OBJECT",
  key,
  ...['"-"', "-", "-", "-", String(request.sentBytes), "-", "-", '"-"', '"-"'],
  "-",
  `${random.base64(75)}=`,
  ...Array<string>(8).fill("-"),
];

const start = (
  random: Random,
  { name }: Bucket,
  { time }: Request,
  client: string,
  requester: string,
): string[] => [OWNER, name, bracketed(time), client, requester, random.hex(ID_LENGTH).toUpperCase()];

const arnOf = (random: Random, { account }: Bucket): string =>
  `arn:aws:sts::${account}:assumed-role/${random.pick(SESSIONS)}`;

const statusOf = (status: number, isDelete: boolean): number => {
  if (status === 403 || status === 404 || status === 304) return status;
  if (status >= 500) return 503;
  return isDelete ? 204 : 200;
};

/** `[23/Nov/2026:07:05:12 +0000]` */
function bracketed(time: number): string {
  const [, day, month, year, clock] =
    /^\w+, (\d+) (\w+) (\d+) (.{8})/.exec(new Date(time).toUTCString()) ?? [];
  return `[${day}/${month}/${year}:${clock} +0000]`;
}
