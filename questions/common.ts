import { atLeast, type FormatQuestion, limit, type Question, questionsOf } from "./question";
import { botKind, isOtherBot, knownBot } from "./robots";
import { as, ID_RULE, latencies, percent, quantile, urlPattern, type Words } from "./words";

/** Paths that only scanners for vulnerabilities request. */
const PROBES =
  "wp-login|wp-admin|wp-config|xmlrpc[.]php|phpmyadmin|phpunit|/[.]env|/[.]git|/[.]aws|/[.]ssh|/[.]svn|cgi-bin|/actuator|/solr/|/boaform|/hnap1|server-status|etc/passwd|[.][.]/|id_rsa|/admin[.]php|[.]bak$|[.]sql$|[.]old$";

const DAY = "CAST(time AS date)";

/** The questions that several kinds of log answer. */
export const commonQuestions = (words: Words): Question[] =>
  questionsOf(words.format, [...traffic(words), ...latency(words), ...clients(words), ...security(words)]);

const traffic = (words: Words): FormatQuestion[] => [
  {
    name: "top_clients",
    title: "Which clients send the most requests and bytes?",
    explanation:
      "One row per client address, with its percentage of all requests. Behind a proxy or a carrier's network many people share one address.",
    parameters: [limit(20)],
    sql: `SELECT ${words.client} AS client, count(*) AS requests,
  ${percent("count(*)", "sum(count(*)) OVER ()")} AS percent_of_requests,
  sum(${words.bytesReceived}) AS bytes_received, sum(${words.bytesSent}) AS bytes_sent,
  count(*) FILTER (WHERE ${words.status} >= '400') AS errors
FROM {table}
WHERE {range}
GROUP BY ${words.client}
ORDER BY requests DESC, client
LIMIT {limit}`,
  },
  {
    name: "top_urls",
    title: "Which URLs are requested most?",
    explanation:
      "One row per path without its query string, with the number of clients, the bytes sent and the errors.",
    parameters: [limit(20)],
    sql: `SELECT ${words.path} AS path, count(*) AS requests, count(DISTINCT ${words.client}) AS clients,
  sum(${words.bytesSent}) AS bytes_sent,
  count(*) FILTER (WHERE ${words.status} LIKE '4%') AS client_errors,
  count(*) FILTER (WHERE ${words.status} LIKE '5%') AS server_errors
FROM {table}
WHERE {range}
GROUP BY 1
ORDER BY requests DESC, path
LIMIT {limit}`,
  },
  {
    name: "top_user_agents",
    title: "Which user agents send the most requests?",
    explanation:
      "One row per User-Agent header as logged; clients can send any value. Empty: the client sent none.",
    parameters: [limit(20)],
    sql: `SELECT ${as(words.userAgentText, "user_agent")}, count(*) AS requests,
  count(DISTINCT ${words.client}) AS clients, sum(${words.bytesSent}) AS bytes_sent,
  ${percent(`count(*) FILTER (WHERE ${words.status} >= '400')`, "count(*)")} AS error_percent
FROM {table}
WHERE {range}
GROUP BY ${words.userAgentText}
ORDER BY requests DESC, user_agent
LIMIT {limit}`,
  },
  {
    name: "status_over_time",
    title: "How did status codes change, hour by hour?",
    explanation:
      "One row per hour (UTC). `other` counts responses with other status codes, e.g. 000 and 1xx.",
    parameters: [],
    sql: `SELECT date_trunc('hour', time) AS hour, count(*) AS requests,
${["2", "3", "4", "5"].map((digit) => `  count(*) FILTER (WHERE ${words.status} LIKE '${digit}%') AS "${digit}xx",`).join("\n")}
  count(*) FILTER (WHERE ${words.status} IS NULL OR ${words.status} < '200' OR ${words.status} >= '600') AS other,
  ${percent(`count(*) FILTER (WHERE ${words.status} LIKE '5%')`, "count(*)")} AS "5xx_percent"
FROM {table}
WHERE {range}
GROUP BY 1
ORDER BY 1`,
  },
  {
    name: "hour_of_week",
    title: "Which hours of the week are busiest?",
    explanation:
      "One row per hour of the week (UTC, Monday is 1), averaged over the days in the range. Use a range of whole weeks.",
    parameters: [],
    sql: `SELECT day_of_week(time) AS weekday, hour(time) AS hour, count(DISTINCT ${DAY}) AS days,
  round(1e0 * count(*) / count(DISTINCT ${DAY}), 1) AS requests_per_day,
  round(1e0 * sum(${words.bytesSent}) / count(DISTINCT ${DAY}), 0) AS bytes_per_day
FROM {table}
WHERE {range}
GROUP BY 1, 2
ORDER BY 1, 2`,
  },
  {
    name: "compare_week",
    title: "What changed since the week before?",
    explanation:
      "One row per hour of the day (UTC): the range and the same range seven days earlier. Use a range of one day, or of some hours of one day.",
    parameters: [],
    sql: `SELECT hour, count(*) FILTER (WHERE is_now) AS requests,
  count(*) FILTER (WHERE NOT is_now) AS requests_before,
  round(1e2 * count(*) FILTER (WHERE is_now) / nullif(count(*) FILTER (WHERE NOT is_now), 0) - 1e2, 1) AS change_percent,
  count(*) FILTER (WHERE is_now AND status LIKE '5%') AS server_errors,
  count(*) FILTER (WHERE NOT is_now AND status LIKE '5%') AS server_errors_before,
  ${quantile("CASE WHEN is_now THEN seconds END", 0.9)} AS p90,
  ${quantile("CASE WHEN NOT is_now THEN seconds END", 0.9)} AS p90_before
FROM (
${[
  ["true", "{range}"],
  ["false", "{week_before}"],
]
  .map(
    ([
      isNow,
      range,
    ]) => `  SELECT ${isNow} AS is_now, hour(time) AS hour, ${words.status} AS status, CASE WHEN ${words.seconds} >= 0 THEN ${words.seconds} END AS seconds
  FROM {table}
  WHERE ${range}`,
  )
  .join("\n  UNION ALL\n")}
)
GROUP BY hour
ORDER BY hour`,
  },
];

const latency = (words: Words): FormatQuestion[] => [
  {
    name: "latency_by_url",
    title: "How long do responses take, by URL pattern?",
    explanation: `${ID_RULE} ${words.secondsDoc} Athena computes approximate quantiles.`,
    parameters: [atLeast("min_requests", 10, "minimum number of answered requests of a pattern"), limit(20)],
    sql: `SELECT pattern, requests, average, p50, p90, p95, p99, slowest
FROM (
  SELECT ${urlPattern(words)} AS pattern, count(*) AS requests,
  ${latencies(words)}
  FROM {table}
  WHERE {range} AND ${words.seconds} >= 0
  GROUP BY 1
)
WHERE requests >= {min_requests}
ORDER BY average DESC, pattern
LIMIT {limit}`,
  },
  {
    name: "slowest_requests",
    title: "Which requests were the slowest?",
    explanation: `One row per request. ${words.secondsDoc}`,
    parameters: [limit(20)],
    sql: `SELECT time, ${words.seconds} AS seconds, ${words.status} AS status, ${words.method} AS method, ${words.url} AS url,
  ${words.client} AS client, ${words.details.join(", ")}
FROM {table}
WHERE {range} AND ${words.seconds} >= 0
ORDER BY seconds DESC, time, url
LIMIT {limit}`,
  },
];

const clients = (words: Words): FormatQuestion[] => [
  {
    name: "client_session",
    title: "What did one client do, step by step?",
    explanation: "One row per request of the address, oldest first.",
    parameters: [
      {
        name: "client",
        type: "text",
        example: "203.0.113.66",
        doc: "address of the client, as logged",
      },
      limit(200),
    ],
    sql: `SELECT time, ${words.method} AS method, ${words.url} AS url, ${words.status} AS status,
  ${words.seconds} AS seconds, ${words.bytesSent} AS bytes_sent, ${as(words.userAgentText, "user_agent")}
FROM {table}
WHERE {range} AND ${words.client} = {client}
ORDER BY time, url
LIMIT {limit}`,
  },
  {
    name: "first_last_seen",
    title: "Which clients are new, and when were they last seen?",
    explanation:
      "One row per client address, newest clients first. The first request is the first one in the range: use a long range.",
    parameters: [limit(50)],
    sql: `SELECT ${words.client} AS client, min(time) AS first_seen, max(time) AS last_seen,
  count(*) AS requests, count(DISTINCT ${DAY}) AS days
FROM {table}
WHERE {range}
GROUP BY ${words.client}
ORDER BY first_seen DESC, client
LIMIT {limit}`,
  },
];

const security = (words: Words): FormatQuestion[] => [
  {
    name: "scanners",
    title: "Which clients scan for vulnerabilities?",
    explanation:
      "Clients with 4xx responses on many different paths and for at least half of their requests. Broken links are not included: they affect many clients on one path.",
    parameters: [atLeast("min_paths", 5, "minimum number of paths with 4xx of a client"), limit(20)],
    sql: `SELECT client, paths_refused, refused, requests, first_seen, last_seen
FROM (
  SELECT ${words.client} AS client, count(*) AS requests,
    count(*) FILTER (WHERE ${words.status} LIKE '4%') AS refused,
    count(DISTINCT CASE WHEN ${words.status} LIKE '4%' THEN ${words.path} END) AS paths_refused,
    min(time) AS first_seen, max(time) AS last_seen
  FROM {table}
  WHERE {range}
  GROUP BY ${words.client}
)
WHERE paths_refused >= {min_paths} AND 2 * refused >= requests
ORDER BY paths_refused DESC, refused DESC, client
LIMIT {limit}`,
  },
  {
    name: "error_bursts",
    title: "Which clients received many 4xx responses within a minute?",
    explanation:
      "One row per client and minute (UTC) with many 4xx responses: scans, broken clients, guessed passwords.",
    parameters: [atLeast("min_refused", 10, "minimum number of 4xx in a minute"), limit(50)],
    sql: `SELECT minute, client, refused, paths, statuses
FROM (
  SELECT date_trunc('minute', time) AS minute, ${words.client} AS client, count(*) AS refused,
    count(DISTINCT ${words.path}) AS paths, count(DISTINCT ${words.status}) AS statuses
  FROM {table}
  WHERE {range} AND ${words.status} LIKE '4%'
  GROUP BY 1, 2
)
WHERE refused >= {min_refused}
ORDER BY refused DESC, minute, client
LIMIT {limit}`,
  },
  {
    name: "probed_paths",
    title: "Which known vulnerable paths do clients probe, and with which result?",
    explanation: "Paths that only scanners request. `found` counts 2xx responses: check these paths.",
    parameters: [limit(50)],
    sql: `SELECT ${words.path} AS path, count(*) FILTER (WHERE ${words.status} LIKE '2%') AS found,
  count(*) AS requests, count(DISTINCT ${words.client}) AS clients, max(time) AS last_seen
FROM {table}
WHERE {range} AND regexp_like(lower(${words.path}), '${PROBES}')
GROUP BY 1
ORDER BY found DESC, requests DESC, path
LIMIT {limit}`,
  },
  {
    name: "bots",
    title: "How much traffic comes from bots and programs?",
    explanation:
      "One row per known bot or program, or per User-Agent header of an unknown one; empty: no header. Kinds: search, ai, monitor, tool and other. Bots with the User-Agent of a browser are not included.",
    parameters: [limit(50)],
    sql: `SELECT coalesce(bot, user_agent) AS bot, bot_kind, count(*) AS requests, count(DISTINCT client) AS clients,
  count(DISTINCT user_agent) AS user_agents, sum(bytes_sent) AS bytes_sent,
  ${percent("count(*) FILTER (WHERE status LIKE '4%')", "count(*)")} AS refused_percent
FROM (
  SELECT bot, ${botKind("bot")} AS bot_kind,
    user_agent, client, bytes_sent, status
  FROM (
    SELECT ${knownBot(words.userAgentText)} AS bot,
      ${as(words.userAgentText, "user_agent")}, ${words.client} AS client, ${words.bytesSent} AS bytes_sent, ${words.status} AS status
    FROM {table}
    WHERE {range}
  )
  WHERE bot IS NOT NULL OR user_agent IS NULL OR ${isOtherBot("user_agent")}
)
GROUP BY 1, 2
ORDER BY requests DESC, bot
LIMIT {limit}`,
  },
  {
    name: "tls",
    title: "Which TLS versions and ciphers do clients use?",
    explanation:
      "One row per protocol and cipher, with the number of clients that would lose access without it. Empty: plain HTTP.",
    parameters: [],
    sql: `SELECT ssl_protocol, ssl_cipher, count(*) AS requests, count(DISTINCT ${words.client}) AS clients,
  ${percent("count(*)", "sum(count(*)) OVER ()")} AS percent_of_requests
FROM {table}
WHERE {range}
GROUP BY ssl_protocol, ssl_cipher
ORDER BY requests DESC, ssl_protocol, ssl_cipher`,
  },
];
