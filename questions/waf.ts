import { type FormatQuestion, limit, type Question, questionsOf } from "./question";
import { percent } from "./words";

/** Name of the web ACL, from its ARN. Without a match, Trino returns NULL and DuckDB an empty text. */
const WEB_ACL = "NULLIF(regexp_extract(webaclid, 'webacl/([^/]+)', 1), '')";
const BLOCKED = "count(*) FILTER (WHERE action = 'BLOCK')";
const IS_STOPPED = "action IN ('BLOCK', 'CAPTCHA', 'CHALLENGE')";
/** Rules that counted, in whatever way they were set to. */
const COUNTED = "concat_ws(',', countedrules, countedgrouprules, excludedrules)";
/** Labels that each browser has its own of. */
const OWN_LABEL = "regexp_like(label, '^awswaf:managed:token:(id|fingerprint):')";

const QUESTIONS: readonly FormatQuestion[] = [
  {
    name: "stopped_by_rule",
    title: "What was blocked or challenged, and by which rule?",
    explanation:
      "One row per web ACL, action and rule. If the rule is a rule group, `group_rules` are its rules that matched; those of groups that only count are there, too.",
    parameters: [limit(50)],
    sql: `SELECT ${WEB_ACL} AS web_acl, action, terminatingruleid AS rule, terminatinggrouprules AS group_rules,
  count(*) AS requests, count(DISTINCT clientip) AS clients, count(DISTINCT uri) AS paths,
  min(time) AS first_seen, max(time) AS last_seen
FROM {table}
WHERE {range} AND ${IS_STOPPED}
GROUP BY 1, 2, 3, 4
ORDER BY requests DESC, web_acl, action, rule, group_rules
LIMIT {limit}`,
  },
  {
    name: "counted_rules",
    title: "What would rules that only count have blocked?",
    explanation:
      "One row per web ACL and counted rule or rule group. `allowed` are the requests that no other rule stopped: the rule would have stopped them.",
    parameters: [limit(50)],
    sql: `SELECT web_acl, rule, count(*) AS requests, count(*) FILTER (WHERE action = 'ALLOW') AS allowed,
  count(DISTINCT clientip) AS clients, count(DISTINCT uri) AS paths, max(time) AS last_seen
FROM (
  SELECT ${WEB_ACL} AS web_acl, action, clientip, uri, time, ${COUNTED} AS rules
  FROM {table}
  WHERE {range}
)
CROSS JOIN UNNEST(split(rules, ',')) AS counted(rule)
WHERE rule <> ''
GROUP BY 1, 2
ORDER BY allowed DESC, requests DESC, web_acl, rule
LIMIT {limit}`,
  },
  {
    name: "blocked_clients",
    title: "Which clients are blocked most?",
    explanation: "One row per client address and country, with its percentage of blocked requests.",
    parameters: [limit(20)],
    sql: `SELECT clientip AS client, country, ${BLOCKED} AS blocked, count(*) AS requests,
  ${percent(BLOCKED, "count(*)")} AS blocked_percent,
  count(DISTINCT CASE WHEN action = 'BLOCK' THEN terminatingruleid END) AS rules,
  count(DISTINCT uri) AS paths, max(time) AS last_seen
FROM {table}
WHERE {range}
GROUP BY clientip, country
HAVING ${BLOCKED} > 0
ORDER BY blocked DESC, requests DESC, client, country
LIMIT {limit}`,
  },
  {
    name: "blocked_countries",
    title: "From which countries do blocked requests come?",
    explanation: "One row per country of the clients' addresses. Empty: AWS WAF did not know it.",
    parameters: [limit(50)],
    sql: `SELECT country, ${BLOCKED} AS blocked, count(*) AS requests,
  ${percent(BLOCKED, "count(*)")} AS blocked_percent, count(DISTINCT clientip) AS clients
FROM {table}
WHERE {range}
GROUP BY country
HAVING ${BLOCKED} > 0
ORDER BY blocked DESC, requests DESC, country
LIMIT {limit}`,
  },
  {
    name: "blocked_paths",
    title: "Which paths are blocked most?",
    explanation:
      "One row per host and path. A path with few blocked among many allowed requests can show a rule that blocks wrong requests.",
    parameters: [limit(50)],
    sql: `SELECT host, uri AS path, ${BLOCKED} AS blocked, count(*) AS requests,
  ${percent(BLOCKED, "count(*)")} AS blocked_percent,
  count(DISTINCT CASE WHEN action = 'BLOCK' THEN terminatingruleid END) AS rules,
  count(DISTINCT CASE WHEN action = 'BLOCK' THEN clientip END) AS blocked_clients
FROM {table}
WHERE {range}
GROUP BY host, uri
HAVING ${BLOCKED} > 0
ORDER BY blocked DESC, requests DESC, host, path
LIMIT {limit}`,
  },
  {
    name: "rate_limited",
    title: "Which clients do rate-based rules limit?",
    explanation:
      "One row per rate-based rule and client whose rate was above the limit, with the action of the web ACL.",
    parameters: [limit(50)],
    sql: `SELECT web_acl, rule, clientip AS client, country, action, count(*) AS requests,
  count(DISTINCT uri) AS paths, min(time) AS first_seen, max(time) AS last_seen
FROM (
  SELECT ${WEB_ACL} AS web_acl, action, clientip, country, uri, time, ratebasedrules
  FROM {table}
  WHERE {range} AND ratebasedrules IS NOT NULL
)
CROSS JOIN UNNEST(split(ratebasedrules, ',')) AS limiting(rule)
GROUP BY 1, 2, 3, 4, 5
ORDER BY requests DESC, web_acl, rule, client, country, action
LIMIT {limit}`,
  },
  {
    name: "challenges",
    title: "Who passes CAPTCHAs and challenges, and who does not?",
    explanation:
      "One row per web ACL, kind and outcome: why a token was missing or not valid, or `passed` for requests with a valid token.",
    parameters: [],
    sql: `SELECT web_acl, kind, outcome, count(*) AS requests, count(DISTINCT clientip) AS clients, max(time) AS last_seen
FROM (
  SELECT web_acl, kind, clientip, time, CASE kind
    WHEN 'CAPTCHA' THEN COALESCE(captchafailurereason, CASE WHEN captchasolvetimestamp > 0 THEN 'passed' END)
    ELSE COALESCE(challengefailurereason, CASE WHEN challengesolvetimestamp > 0 THEN 'passed' END) END AS outcome
  FROM (
    SELECT *, ${WEB_ACL} AS web_acl
    FROM {table}
    WHERE {range}
  )
  CROSS JOIN (VALUES ('CAPTCHA'), ('CHALLENGE')) AS kinds(kind)
)
WHERE outcome IS NOT NULL
GROUP BY web_acl, kind, outcome
ORDER BY web_acl, kind, requests DESC, outcome`,
  },
  {
    name: "labels",
    title: "Which labels do requests have, and how many of these are stopped?",
    explanation:
      "One row per label, e.g. of bot control. Labels with the id or the fingerprint of one browser are left out.",
    parameters: [limit(50)],
    sql: `SELECT label, count(*) AS requests, count(*) FILTER (WHERE ${IS_STOPPED}) AS stopped,
  count(DISTINCT clientip) AS clients, max(time) AS last_seen
FROM (
  SELECT action, clientip, time, labels
  FROM {table}
  WHERE {range} AND labels IS NOT NULL
)
CROSS JOIN UNNEST(split(labels, ',')) AS named(label)
WHERE NOT ${OWN_LABEL}
GROUP BY label
ORDER BY requests DESC, label
LIMIT {limit}`,
  },
  {
    name: "request",
    title: "What did AWS WAF decide about one request?",
    explanation:
      "The row of a request by its id, which is `trace_id` in the log of a load balancer and `x_edge_request_id` in CloudFront's.",
    parameters: [
      {
        name: "request_id",
        type: "text",
        example: "1-68dd1b00-1d84f3d73c47ec4e58577259",
        doc: "id of the request; for a load balancer without `Root=`",
      },
    ],
    sql: `SELECT time, ${WEB_ACL} AS web_acl, action, terminatingruleid AS rule, terminatinggrouprules AS group_rules,
  ${COUNTED} AS counted_rules, labels, clientip AS client, country, httpmethod AS method, host, uri AS path, args,
  useragent AS user_agent
FROM {table}
WHERE {range} AND requestid = {request_id}
ORDER BY time, web_acl`,
  },
  {
    name: "requests_over_time",
    title: "How many requests were allowed, blocked and challenged, hour by hour?",
    explanation: "One row per web ACL and hour (UTC).",
    parameters: [],
    sql: `SELECT date_trunc('hour', time) AS requested, ${WEB_ACL} AS web_acl, count(*) AS requests,
  count(*) FILTER (WHERE action = 'ALLOW') AS allowed, ${BLOCKED} AS blocked,
  count(*) FILTER (WHERE action = 'CAPTCHA') AS captchas, count(*) FILTER (WHERE action = 'CHALLENGE') AS challenges,
  count(*) FILTER (WHERE ${COUNTED} <> '') AS counted
FROM {table}
WHERE {range}
GROUP BY 1, 2
ORDER BY requested, web_acl`,
  },
];

/** Questions about the requests that web ACLs inspect. */
export const wafQuestions: readonly Question[] = questionsOf("waf", QUESTIONS);
