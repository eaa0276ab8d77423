import { commonQuestions } from "./common";
import { limit, type Question } from "./question";
import { percent, QUESTION_MARK, urlPattern, type Words } from "./words";

export const CLOUDFRONT_WORDS: Words = {
  format: "cloudfront",
  client: "c_ip",
  status: "sc_status",
  method: "cs_method",
  path: "cs_uri_stem",
  // CloudFront encodes the percent signs of a path, too: the digits of `%25C3` would be those of an id.
  sentPath: "replace(cs_uri_stem, '%25', '%')",
  url: "cs_uri_stem",
  userAgent: "cs_user_agent",
  // CloudFront encodes spaces.
  userAgentText: "replace(cs_user_agent, '%20', ' ')",
  bytesReceived: "cs_bytes",
  bytesSent: "sc_bytes",
  seconds: "time_taken",
  secondsDoc: "Seconds are the time until the last byte was sent to the viewer.",
  details: ["time_to_first_byte", "x_edge_location", "x_edge_result_type"],
};

/** Requests that the cache answered, at any of its layers. */
export const HITS = "x_edge_result_type IN ('Hit', 'RefreshHit', 'OriginShieldHit')";
/** Hits and misses: errors, redirects and CloudFront's own answers give no information about the cache. */
export const CACHEABLE = "x_edge_result_type IN ('Hit', 'RefreshHit', 'OriginShieldHit', 'Miss')";

/** The URL of a miss. */
const MISSED_URL = `CASE WHEN x_edge_result_type = 'Miss' THEN cs_uri_stem || ${QUESTION_MARK} || coalesce(cs_uri_query, '') END`;

/** Questions about distributions. */
export const cloudfrontQuestions: readonly Question[] = [
  ...commonQuestions(CLOUDFRONT_WORDS),
  {
    name: "cloudfront_top_referrers",
    format: "cloudfront",
    title: "Where do visitors come from?",
    explanation: "One row per Referer header as logged. Empty: the client sent none.",
    parameters: [limit(20)],
    sql: `SELECT cs_referrer AS referrer, count(*) AS requests, count(DISTINCT c_ip) AS clients, sum(sc_bytes) AS bytes_sent
FROM {table}
WHERE {range}
GROUP BY cs_referrer
ORDER BY requests DESC, referrer
LIMIT {limit}`,
  },
  {
    name: "cloudfront_errors_by_host",
    format: "cloudfront",
    title: "Which hosts return errors?",
    explanation: "One row per requested host, with the errors that viewers received.",
    parameters: [limit(50)],
    sql: `SELECT x_host_header AS host, count(*) AS requests,
  count(*) FILTER (WHERE sc_status LIKE '4%') AS client_errors,
  count(*) FILTER (WHERE sc_status LIKE '5%') AS server_errors,
  count(*) FILTER (WHERE sc_status = '000') AS viewer_left,
  ${percent("count(*) FILTER (WHERE sc_status LIKE '5%')", "count(*)")} AS server_error_percent
FROM {table}
WHERE {range}
GROUP BY x_host_header
ORDER BY server_errors DESC, requests DESC, host
LIMIT {limit}`,
  },
  {
    name: "cloudfront_error_causes",
    format: "cloudfront",
    title: "What caused the error responses?",
    explanation:
      "`x_edge_detailed_result_type` is the cause if CloudFront knows it, e.g. OriginDnsError or ClientGeoBlocked.",
    parameters: [limit(50)],
    sql: `SELECT x_edge_detailed_result_type, sc_status, count(*) AS responses, count(DISTINCT c_ip) AS clients,
  count(DISTINCT cs_uri_stem) AS paths, max(time) AS last_seen
FROM {table}
WHERE {range} AND x_edge_result_type = 'Error'
GROUP BY x_edge_detailed_result_type, sc_status
ORDER BY responses DESC, x_edge_detailed_result_type, sc_status
LIMIT {limit}`,
  },
  {
    name: "cloudfront_cache_hits",
    format: "cloudfront",
    title: "How much does the cache save the origin?",
    explanation:
      "One row per content type. Percentages refer to hits and misses; errors and redirects are not included.",
    parameters: [limit(50)],
    sql: `SELECT sc_content_type AS content_type, count(*) AS requests, count(*) FILTER (WHERE ${HITS}) AS hits,
  ${percent(`count(*) FILTER (WHERE ${HITS})`, "count(*)")} AS hit_percent,
  sum(sc_bytes) AS bytes_sent,
  ${percent(`sum(CASE WHEN ${HITS} THEN sc_bytes ELSE 0 END)`, "nullif(sum(sc_bytes), 0)")} AS byte_hit_percent
FROM {table}
WHERE {range} AND ${CACHEABLE}
GROUP BY sc_content_type
ORDER BY bytes_sent DESC, content_type
LIMIT {limit}`,
  },
  {
    name: "cloudfront_cache_misses",
    format: "cloudfront",
    title: "Why does the cache miss?",
    explanation:
      "One row per URL pattern. `repeated` counts misses on a URL that was missed before: the lifetime is short, or many edges are used. `not_get` counts methods that are never cached. If `missed_urls` equals `misses`, query strings or ids make each URL unique.",
    parameters: [limit(20)],
    sql: `SELECT ${urlPattern(CLOUDFRONT_WORDS)} AS pattern, count(*) AS requests,
  count(*) FILTER (WHERE x_edge_result_type = 'Miss') AS misses,
  ${percent(`count(*) FILTER (WHERE ${HITS})`, "count(*)")} AS hit_percent,
  count(DISTINCT ${MISSED_URL}) AS missed_urls,
  count(*) FILTER (WHERE x_edge_result_type = 'Miss')
    - count(DISTINCT ${MISSED_URL}) AS repeated,
  count(*) FILTER (WHERE x_edge_result_type = 'Miss' AND cs_method NOT IN ('GET', 'HEAD')) AS not_get,
  count(DISTINCT CASE WHEN x_edge_result_type = 'Miss' THEN x_edge_location END) AS edges
FROM {table}
WHERE {range} AND ${CACHEABLE}
GROUP BY 1
ORDER BY misses DESC, pattern
LIMIT {limit}`,
  },
  {
    name: "cloudfront_edges",
    format: "cloudfront",
    title: "Which edge locations serve the most bytes?",
    explanation: "One row per edge location; its first three letters are the nearest airport.",
    parameters: [limit(50)],
    sql: `SELECT x_edge_location AS edge, count(*) AS requests, sum(sc_bytes) AS bytes_sent,
  ${percent(`count(*) FILTER (WHERE ${HITS})`, `nullif(count(*) FILTER (WHERE ${CACHEABLE}), 0)`)} AS hit_percent
FROM {table}
WHERE {range}
GROUP BY x_edge_location
ORDER BY bytes_sent DESC, edge
LIMIT {limit}`,
  },
  {
    name: "cloudfront_refused",
    format: "cloudfront",
    title: "Which clients did CloudFront or AWS WAF block?",
    explanation:
      "Responses with status 403 by client and cause. These logs do not name WAF: its blocks have the cause Error, like a 403 of the origin; geographic blocks have ClientGeoBlocked. WAF's own logs contain the rule.",
    parameters: [limit(50)],
    sql: `SELECT c_ip AS client, x_edge_detailed_result_type, count(*) AS refused, count(DISTINCT cs_uri_stem) AS paths,
  min(time) AS first_seen, max(time) AS last_seen
FROM {table}
WHERE {range} AND sc_status = '403'
GROUP BY c_ip, x_edge_detailed_result_type
ORDER BY refused DESC, client, x_edge_detailed_result_type
LIMIT {limit}`,
  },
];
