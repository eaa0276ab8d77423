import { randomFrom } from "../../sample/random";
import { albLine, cloudfrontLine, LINES } from "./lines";

/** One logged request, independent of the formats: the answer to a question can be computed from it. */
export interface LoggedRequest {
  readonly dt: string;
  readonly hour: string;
  /** ISO 8601 with microseconds. */
  readonly time: string;
  readonly client: string;
  readonly status: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: string | null;
  readonly userAgent: string | null;
  readonly referrer: string | null;
  readonly received: number;
  readonly sent: number;
  /** Undefined if there was no response. */
  readonly seconds: number | null;
  readonly tls: readonly [protocol: string, cipher: string] | null;
  readonly target: { readonly group: string; readonly ip: string; readonly status: string } | null;
  readonly actions: string;
  readonly id: string;
  readonly edge: string;
  readonly result: string;
  readonly cause: string;
  readonly contentType: string | null;
}

const DAYS = ["2026-11-16", "2026-11-22", "2026-11-23", "2026-11-24"] as const;
const HOURS = ["00", "07", "08", "23"] as const;
const STATUSES = [
  "200",
  "200",
  "200",
  "204",
  "302",
  "400",
  "403",
  "404",
  "404",
  "500",
  "502",
  "000",
] as const;
const PATHS = [
  "/",
  "/login",
  "/products/42",
  "/products/7/reviews/2026-11-01",
  "/api/v1/orders",
  "/api/v2/orders/f47ac10b-58cc",
  "/static/app.3f29c.js",
  "/files/",
  "/.env",
  "/wp-login.php",
] as const;
const GPTBOT = "Mozilla/5.0 AppleWebKit/537.36; compatible; GPTBot/1.2; +https://openai.com/gptbot";
const AGENTS = [
  "Mozilla/5.0",
  "curl/8.10.1",
  "curl/7.88.1",
  GPTBOT,
  "ExampleBot/2.1",
  "Opera/9.80 (X11; Linux)",
  null,
] as const;
const RESULTS = ["Hit", "RefreshHit", "OriginShieldHit", "Miss", "Miss", "Redirect"] as const;

/** Some hundred requests of four days, the same in every run. */
export function loggedRequests(seed: number): LoggedRequest[] {
  const random = randomFrom(seed);
  return Array.from({ length: 600 }, () => {
    const [dt, hour] = [random.pick(DAYS), random.pick(HOURS)];
    // Only a few minutes, so that bursts occur.
    const minute = random.pick(["00", "01", "29", "30", "59"]);
    const micros = String(random.integer(0, 59_999_999)).padStart(8, "0");
    const status = random.pick(STATUSES);
    const isError = status >= "400" || status === "000";
    const isTls = random.chance(0.8);
    const hasTarget = status !== "403" && random.chance(0.9);
    return {
      dt,
      hour,
      time: `${dt}T${hour}:${minute}:${micros.slice(0, 2)}.${micros.slice(2)}Z`,
      client: `198.51.100.${random.skewed(30)}`,
      status,
      method: random.pick(["GET", "GET", "HEAD", "POST"]),
      host: random.pick(["shop.example.com", "api.example.com"]),
      path: random.pick(PATHS),
      query: random.chance(0.3) ? `q=${random.integer(1, 5)}` : null,
      userAgent: random.pick(AGENTS),
      referrer: random.pick(["https://shop.example.com/", "https://search.example/?q=a", null]),
      received: random.integer(100, 2000),
      sent: random.integer(0, 100_000),
      seconds: random.chance(0.9) ? random.integer(1, 20_000) / 1000 : null,
      tls: isTls
        ? random.pick([
            ["TLSv1.3", "TLS_AES_128_GCM_SHA256"],
            ["TLSv1.2", "ECDHE-RSA-AES128-SHA"],
          ])
        : null,
      target: hasTarget
        ? {
            group: random.pick(["shop/73e2d6bc24d8a067", "api/0123456789abcdef"]),
            ip: `10.0.0.${random.integer(1, 4)}`,
            status: random.chance(0.9) ? status : "500",
          }
        : null,
      actions:
        status === "403"
          ? "waf"
          : random.pick(["forward", "waf,forward", "waf-failed,forward", "authenticate,waf"]),
      id: random.hex(24),
      edge: random.pick(["FRA56-P4", "IAD89-C1", "NRT57-C2"]),
      result: isError ? "Error" : random.pick(RESULTS),
      cause: isError ? random.pick(["Error", "OriginDnsError", "ClientGeoBlocked"]) : "-",
      contentType: random.pick(["text/html", "image/png", null]),
    };
  });
}

/** The requests as files of log lines, one for each hour. */
export function logFiles(
  format: RequestFormat,
  requests: readonly LoggedRequest[],
): ReadonlyMap<string, string> {
  const line = LINE_OF[format];
  const files = new Map<string, string>();
  for (const request of requests) {
    const hour = `${request.dt}T${request.hour}`;
    files.set(hour, `${files.get(hour) ?? ""}${line(request)}\n`);
  }
  return files;
}

const albLineOf = (request: LoggedRequest): string =>
  albLine({
    time: request.time,
    "client:port": `${request.client}:2817`,
    "target:port": request.target ? `${request.target.ip}:8080` : "-",
    target_processing_time: request.seconds === null ? "-1" : String(request.seconds),
    elb_status_code: request.status,
    target_status_code: request.target?.status ?? "-",
    received_bytes: String(request.received),
    sent_bytes: String(request.sent),
    request_line: `"${request.method} ${albUrl(request)} HTTP/1.1"`,
    user_agent: `"${request.userAgent ?? "-"}"`,
    ssl_cipher: request.tls?.[1] ?? "-",
    ssl_protocol: request.tls?.[0] ?? "-",
    target_group_arn: request.target
      ? `arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/${request.target.group}`
      : "-",
    trace_id: `"${request.id}"`,
    actions_executed: `"${request.actions}"`,
  });

export const albUrl = ({ host, path, query }: LoggedRequest): string =>
  `https://${host}:443${path}${query === null ? "" : `?${query}`}`;

const cloudfrontLineOf = (request: LoggedRequest): string =>
  cloudfrontLine({
    date: request.time.slice(0, 10),
    time: request.time.slice(11, 19),
    "x-edge-location": request.edge,
    "sc-bytes": String(request.sent),
    "c-ip": request.client,
    "cs-method": request.method,
    "cs-uri-stem": request.path,
    "sc-status": request.status,
    "cs(Referer)": request.referrer ?? "-",
    "cs(User-Agent)": request.userAgent?.replaceAll(" ", "%20") ?? "-",
    "cs-uri-query": request.query ?? "-",
    "x-edge-result-type": request.result,
    "x-host-header": request.host,
    "cs-bytes": String(request.received),
    "time-taken": request.seconds === null ? "-" : String(request.seconds),
    "ssl-protocol": request.tls?.[0] ?? "-",
    "ssl-cipher": request.tls?.[1] ?? "-",
    "time-to-first-byte": "0.001",
    "x-edge-detailed-result-type": request.cause,
    "sc-content-type": request.contentType ?? "-",
  });

const elbLineOf = (request: LoggedRequest): string =>
  LINES.elb({
    timestamp: request.time,
    "client:port": `${request.client}:2817`,
    "backend:port": request.target ? `${request.target.ip}:8080` : "-",
    backend_processing_time: request.seconds === null ? "-1" : String(request.seconds),
    elb_status_code: request.status,
    backend_status_code: request.target?.status ?? "-",
    received_bytes: String(request.received),
    sent_bytes: String(request.sent),
    request: `"${request.method} ${albUrl(request)} HTTP/1.1"`,
    user_agent: `"${request.userAgent ?? "-"}"`,
    ssl_cipher: request.tls?.[1] ?? "-",
    ssl_protocol: request.tls?.[0] ?? "-",
  });

const LINE_OF = { alb: albLineOf, cloudfront: cloudfrontLineOf, elb: elbLineOf };
/** Formats with a line for each HTTP request. */
export type RequestFormat = keyof typeof LINE_OF;
export const REQUEST_FORMATS = Object.keys(LINE_OF) as RequestFormat[];
