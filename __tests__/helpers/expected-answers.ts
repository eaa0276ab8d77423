import type { FormatId } from "../../formats";
import type { Json } from "../../terminal/rows";
import { albUrl, type LoggedRequest } from "./requests";

/** Answers to the questions, computed from the requests without SQL. */

type Answer = Record<string, Json>[];
interface Asked {
  readonly format: FormatId;
  /** Requests of the range. */
  readonly requests: readonly LoggedRequest[];
  /** Requests of the range seven days before. */
  readonly before: readonly LoggedRequest[];
  readonly values: Readonly<Record<string, string>>;
}
type Compute = (asked: Asked) => Answer;

/** Name and kind of the bot with a User-Agent header. */
function botOf(userAgent: string | null): [name: string | null, kind: string] {
  if (userAgent?.includes("GPTBot")) return ["gptbot", "ai"];
  return userAgent?.startsWith("curl/") ? ["curl", "tool"] : [userAgent, "other"];
}
const dayOf = ({ time }: LoggedRequest): string => time.slice(0, 10);

/** By the question's name without its format. */
export const EXPECTED: Readonly<Record<string, Compute>> = {
  top_clients: ({ requests }) =>
    sorted(
      groups(requests, ({ client }) => [client]).map(([[client = null], group]) => ({
        client,
        requests: group.length,
        percent_of_requests: percent(group.length, requests.length),
        bytes_received: sum(group, ({ received }) => received),
        bytes_sent: sum(group, ({ sent }) => sent),
        errors: group.filter(({ status }) => status >= "400").length,
      })),
      "-requests",
      "client",
    ),
  top_urls: ({ requests }) =>
    sorted(
      groups(requests, ({ path }) => [path]).map(([[path = null], group]) => ({
        path,
        requests: group.length,
        clients: distinct(group, ({ client }) => client),
        bytes_sent: sum(group, ({ sent }) => sent),
        client_errors: group.filter(isClass("4")).length,
        server_errors: group.filter(isClass("5")).length,
      })),
      "-requests",
      "path",
    ),
  top_user_agents: ({ requests }) => agents(requests, "error_percent", ({ status }) => status >= "400"),
  bots: ({ requests }) =>
    sorted(
      groups(
        requests.filter(({ userAgent }) => userAgent === null || /bot|curl/i.test(userAgent)),
        ({ userAgent }) => botOf(userAgent),
      ).map(([[bot = null, kind = null], group]) => ({
        bot,
        bot_kind: kind,
        requests: group.length,
        clients: distinct(group, ({ client }) => client),
        user_agents: bot === null ? 0 : distinct(group, ({ userAgent }) => String(userAgent)),
        bytes_sent: sum(group, ({ sent }) => sent),
        refused_percent: percent(group.filter(isClass("4")).length, group.length),
      })),
      "-requests",
      "bot",
    ),
  status_over_time: ({ requests }) =>
    sorted(
      groups(requests, ({ time }) => [`${time.slice(0, 13)}:00:00.000000Z`]).map(
        ([[hour = null], group]) => ({
          hour,
          requests: group.length,
          ...Object.fromEntries(
            ["2", "3", "4", "5"].map((digit) => [`${digit}xx`, group.filter(isClass(digit)).length]),
          ),
          other: group.filter(({ status }) => status === "000").length,
          "5xx_percent": percent(group.filter(isClass("5")).length, group.length),
        }),
      ),
      "hour",
    ),
  hour_of_week: ({ requests }) =>
    sorted(
      groups(requests, ({ time }) => [String(new Date(time).getUTCDay() || 7), time.slice(11, 13)]).map(
        ([[weekday, hour], group]) => {
          const days = distinct(group, dayOf);
          return {
            weekday: Number(weekday),
            hour: Number(hour),
            days,
            requests_per_day: round(group.length / days, 1),
            bytes_per_day: round(sum(group, ({ sent }) => sent) / days, 0),
          };
        },
      ),
      "weekday",
      "hour",
    ),
  compare_week: ({ requests, before }) =>
    sorted(
      groups([...requests, ...before], ({ time }) => [time.slice(11, 13)]).map(([[hour = ""]]) => {
        const [now, then] = [requests, before].map((all) =>
          all.filter(({ time }) => time.slice(11, 13) === hour),
        );
        const [here = [], there = []] = [now, then];
        return {
          hour: Number(hour),
          requests: here.length,
          requests_before: there.length,
          change_percent: there.length === 0 ? null : round((100 * here.length) / there.length - 100, 1),
          server_errors: here.filter(isClass("5")).length,
          server_errors_before: there.filter(isClass("5")).length,
          p90: quantile(here, 0.9),
          p90_before: quantile(there, 0.9),
        };
      }),
      "hour",
    ),
  latency_by_url: ({ requests, values }) =>
    sorted(
      groups(requests.filter(isAnswered), ({ path }) => [patternOf(path)])
        .filter(([, group]) => group.length >= Number(values.min_requests))
        .map(([[pattern = null], group]) => ({ pattern, ...latency(group) })),
      "-average",
      "pattern",
    ),
  latency_by_target_group: ({ requests }) =>
    sorted(
      groups(requests.filter(isAnswered), ({ target }) => [target?.group ?? null]).map(
        ([[group = null], members]) => ({ target_group: group, ...latency(members) }),
      ),
      "-average",
      "target_group",
    ),
  slowest_requests: ({ format, requests }) =>
    sorted(
      requests.filter(isAnswered).map((request) => ({
        time: timeOf(format, request),
        seconds: request.seconds,
        status: request.status,
        method: request.method,
        url: urlOf(format, request),
        client: request.client,
        ...detailsOf(format, request),
      })),
      "-seconds",
      "time",
      "url",
    ),
  client_session: ({ format, requests, values }) =>
    sorted(
      requests
        .filter(({ client }) => client === values.client)
        .map((request) => ({
          time: timeOf(format, request),
          method: request.method,
          url: urlOf(format, request),
          status: request.status,
          seconds: format === "cloudfront" ? request.seconds : (request.seconds ?? -1),
          bytes_sent: request.sent,
          user_agent: request.userAgent,
        })),
      "time",
      "url",
    ),
  first_last_seen: ({ format, requests }) =>
    sorted(
      groups(requests, ({ client }) => [client]).map(([[client = null], group]) => ({
        client,
        ...seen(format, group),
        requests: group.length,
        days: distinct(group, dayOf),
      })),
      "-first_seen",
      "client",
    ),
  scanners: ({ format, requests, values }) =>
    sorted(
      groups(requests, ({ client }) => [client])
        .map(([[client = null], group]) => {
          const refused = group.filter(isClass("4"));
          return {
            client,
            paths_refused: distinct(refused, ({ path }) => path),
            refused: refused.length,
            requests: group.length,
            ...seen(format, group),
          };
        })
        .filter((row) => row.paths_refused >= Number(values.min_paths) && 2 * row.refused >= row.requests),
      "-paths_refused",
      "-refused",
      "client",
    ),
  error_bursts: ({ requests, values }) =>
    sorted(
      groups(requests.filter(isClass("4")), ({ time, client }) => [time.slice(0, 16), client])
        .filter(([, group]) => group.length >= Number(values.min_refused))
        .map(([[minute, client = null], group]) => ({
          minute: `${minute}:00.000000Z`,
          client,
          refused: group.length,
          paths: distinct(group, ({ path }) => path),
          statuses: distinct(group, ({ status }) => status),
        })),
      "-refused",
      "minute",
      "client",
    ),
  probed_paths: ({ format, requests }) =>
    sorted(
      groups(
        requests.filter(({ path }) => ["/.env", "/wp-login.php"].includes(path)),
        ({ path }) => [path],
      ).map(([[path = null], group]) => ({
        path,
        found: group.filter(isClass("2")).length,
        requests: group.length,
        clients: distinct(group, ({ client }) => client),
        last_seen: seen(format, group).last_seen,
      })),
      "-found",
      "-requests",
      "path",
    ),
  tls: ({ requests }) =>
    sorted(
      groups(requests, ({ tls }) => [tls?.[0] ?? null, tls?.[1] ?? null]).map(
        ([[protocol = null, cipher = null], group]) => ({
          ssl_protocol: protocol,
          ssl_cipher: cipher,
          requests: group.length,
          clients: distinct(group, ({ client }) => client),
          percent_of_requests: percent(group.length, requests.length),
        }),
      ),
      "-requests",
      "ssl_protocol",
      "ssl_cipher",
    ),
  errors_by_target: ({ requests }) =>
    sorted(
      groups(requests, ({ target }) => [target?.group ?? null, target?.ip ?? null]).map(
        ([[group = null, ip = null], members]) => {
          const errors = members.filter(isClass("5")).length;
          return {
            target_group: group,
            target_ip: ip,
            target_port: ip === null ? null : 8080,
            requests: members.length,
            errors,
            target_errors: members.filter(({ target }) => target?.status.startsWith("5")).length,
            error_percent: percent(errors, members.length),
          };
        },
      ),
      "-errors",
      "-requests",
      "target_group",
      "target_ip",
    ),
  waf_blocks: ({ format, requests }) =>
    sorted(
      groups(
        requests.filter(({ actions }) => actions.endsWith("waf") || actions.includes("waf-failed")),
        ({ client, path }) => [client, path],
      ).map(([[client = null, path = null], group]) => ({
        client,
        path,
        blocked: group.filter(({ actions }) => actions.endsWith("waf")).length,
        failed_open: group.filter(({ actions }) => actions.includes("waf-failed")).length,
        ...seen(format, group),
      })),
      "-blocked",
      "-failed_open",
      "client",
      "path",
    ),
  top_referrers: ({ requests }) =>
    sorted(
      groups(requests, ({ referrer }) => [referrer]).map(([[referrer = null], group]) => ({
        referrer,
        requests: group.length,
        clients: distinct(group, ({ client }) => client),
        bytes_sent: sum(group, ({ sent }) => sent),
      })),
      "-requests",
      "referrer",
    ),
  errors_by_host: ({ requests }) =>
    sorted(
      groups(requests, ({ host }) => [host]).map(([[host = null], group]) => ({
        host,
        requests: group.length,
        client_errors: group.filter(isClass("4")).length,
        server_errors: group.filter(isClass("5")).length,
        viewer_left: group.filter(({ status }) => status === "000").length,
        server_error_percent: percent(group.filter(isClass("5")).length, group.length),
      })),
      "-server_errors",
      "-requests",
      "host",
    ),
  error_causes: ({ format, requests }) =>
    sorted(
      groups(
        requests.filter(({ result }) => result === "Error"),
        ({ cause, status }) => [cause, status],
      ).map(([[cause = null, status = null], group]) => ({
        x_edge_detailed_result_type: cause,
        sc_status: status,
        responses: group.length,
        clients: distinct(group, ({ client }) => client),
        paths: distinct(group, ({ path }) => path),
        last_seen: seen(format, group).last_seen,
      })),
      "-responses",
      "x_edge_detailed_result_type",
      "sc_status",
    ),
  cache_hits: ({ requests }) =>
    sorted(
      groups(requests.filter(isCacheable), ({ contentType }) => [contentType]).map(
        ([[contentType = null], group]) => {
          const [hits, bytes] = [group.filter(isHit), sum(group, ({ sent }) => sent)];
          return {
            content_type: contentType,
            requests: group.length,
            hits: hits.length,
            hit_percent: percent(hits.length, group.length),
            bytes_sent: bytes,
            byte_hit_percent: percent(
              sum(hits, ({ sent }) => sent),
              bytes,
            ),
          };
        },
      ),
      "-bytes_sent",
      "content_type",
    ),
  cache_misses: ({ requests }) =>
    sorted(
      groups(requests.filter(isCacheable), ({ path }) => [patternOf(path)]).map(
        ([[pattern = null], group]) => {
          const misses = group.filter(({ result }) => result === "Miss");
          const urls = distinct(misses, ({ path, query }) => `${path}?${query ?? ""}`);
          return {
            pattern,
            requests: group.length,
            misses: misses.length,
            hit_percent: percent(group.filter(isHit).length, group.length),
            missed_urls: urls,
            repeated: misses.length - urls,
            not_get: misses.filter(({ method }) => method === "POST").length,
            edges: distinct(misses, ({ edge }) => edge),
          };
        },
      ),
      "-misses",
      "pattern",
    ),
  edges: ({ requests }) =>
    sorted(
      groups(requests, ({ edge }) => [edge]).map(([[edge = null], group]) => ({
        edge,
        requests: group.length,
        bytes_sent: sum(group, ({ sent }) => sent),
        hit_percent: percent(group.filter(isHit).length, group.filter(isCacheable).length),
      })),
      "-bytes_sent",
      "edge",
    ),
  refused: ({ format, requests }) =>
    sorted(
      groups(
        requests.filter(({ status }) => status === "403"),
        ({ client, cause }) => [client, cause],
      ).map(([[client = null, cause = null], group]) => ({
        client,
        x_edge_detailed_result_type: cause,
        refused: group.length,
        paths: distinct(group, ({ path }) => path),
        ...seen(format, group),
      })),
      "-refused",
      "client",
      "x_edge_detailed_result_type",
    ),
};

const agents = (
  requests: readonly LoggedRequest[],
  percentName: string,
  counts: (request: LoggedRequest) => boolean,
): Answer =>
  sorted(
    groups(requests, ({ userAgent }) => [userAgent]).map(([[agent = null], group]) => ({
      user_agent: agent,
      requests: group.length,
      clients: distinct(group, ({ client }) => client),
      bytes_sent: sum(group, ({ sent }) => sent),
      [percentName]: percent(group.filter(counts).length, group.length),
    })),
    "-requests",
    "user_agent",
  );

const isClass =
  (digit: string) =>
  ({ status }: LoggedRequest): boolean =>
    status.startsWith(digit);
const isAnswered = ({ seconds }: LoggedRequest): boolean => seconds !== null;
const isHit = ({ result }: LoggedRequest): boolean => result.endsWith("Hit");
const isCacheable = (request: LoggedRequest): boolean => isHit(request) || request.result === "Miss";

const urlOf = (format: FormatId, request: LoggedRequest): string =>
  format === "cloudfront" ? request.path : albUrl(request);

/** The columns of one slow request that depend on the format. */
function detailsOf(format: FormatId, { target, id, edge, result }: LoggedRequest): Record<string, Json> {
  const ip = target?.ip ?? null;
  if (format === "alb") return { response_processing_time: 0, target_ip: ip, trace_id: id };
  if (format === "elb") return { client_response_time: 0.000057, backend_ip: ip, elb_name: "shop-classic" };
  return { time_to_first_byte: 0.001, x_edge_location: edge, x_edge_result_type: result };
}

/** CloudFront writes whole seconds. */
const timeOf = (format: FormatId, { time }: LoggedRequest): string =>
  format === "cloudfront" ? `${time.slice(0, 19)}.000000Z` : time;

function seen(format: FormatId, requests: readonly LoggedRequest[]) {
  const times = requests.map((request) => timeOf(format, request)).sort();
  return { first_seen: times[0] ?? null, last_seen: times.at(-1) ?? null };
}

const patternOf = (path: string): string =>
  path
    .split("/")
    .map((segment) => {
      const text = segment.replace(/%[0-9a-f]{2}/gi, "");
      return /^\d/.test(segment) || (text.match(/\d/g) ?? []).length > 1 ? ":id" : segment;
    })
    .join("/");

const latency = (requests: readonly LoggedRequest[]) => ({
  requests: requests.length,
  average: round(sum(requests, ({ seconds }) => seconds ?? 0) / requests.length, 4),
  p50: quantile(requests, 0.5),
  p90: quantile(requests, 0.9),
  p95: quantile(requests, 0.95),
  p99: quantile(requests, 0.99),
  slowest: Math.max(...requests.map(({ seconds }) => seconds ?? 0)),
});

/** Interpolated between its two neighbouring values. */
function quantile(requests: readonly LoggedRequest[], part: number): number | null {
  const values = requests.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])).sort((a, b) => a - b);
  const place = (values.length - 1) * part;
  const [low, high] = [values[Math.floor(place)], values[Math.ceil(place)]];
  if (low === undefined || high === undefined) return null;
  return round(low + (high - low) * (place - Math.floor(place)), 4);
}

function groups(
  requests: readonly LoggedRequest[],
  keysOf: (request: LoggedRequest) => (string | null)[],
): [keys: (string | null)[], group: LoggedRequest[]][] {
  const found = new Map<string, LoggedRequest[]>();
  for (const request of requests) {
    const key = JSON.stringify(keysOf(request));
    found.set(key, [...(found.get(key) ?? []), request]);
  }
  return [...found].map(([key, group]) => [JSON.parse(key), group]);
}

const sum = (requests: readonly LoggedRequest[], of: (request: LoggedRequest) => number): number =>
  requests.reduce((total, request) => total + of(request), 0);

const distinct = (requests: readonly LoggedRequest[], of: (request: LoggedRequest) => string): number =>
  new Set(requests.map(of)).size;

const percent = (part: number, whole: number): number => round((100 * part) / whole, 2);

const round = (value: number, digits: number): number =>
  (Math.sign(value) * Math.round(Math.abs(value) * 10 ** digits)) / 10 ** digits;

/** Sorted by these columns, with "-" before a column in descending order; NULL is last in both orders. */
const sorted = (rows: Answer, ...columns: readonly string[]): Answer =>
  [...rows].sort((a, b) => {
    for (const column of columns) {
      const name = column.replace("-", "");
      const [left, right] = [a[name] ?? null, b[name] ?? null];
      if (left === right) continue;
      if (left === null || right === null) return left === null ? 1 : -1;
      return left < right === column.startsWith("-") ? 1 : -1;
    }
    return 0;
  });
