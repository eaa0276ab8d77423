import { commonQuestions } from "./common";
import { limit, type Question } from "./question";
import { latencies, percent, QUESTION_MARK, type Words } from "./words";

export const ALB_WORDS: Words = {
  format: "alb",
  client: "client_ip",
  status: "elb_status_code",
  method: "request_verb",
  path: `regexp_replace(split_part(request_url, ${QUESTION_MARK}, 1), '^[a-z]+://[^/]+', '')`,
  url: "request_url",
  userAgent: "user_agent",
  userAgentText: "user_agent",
  bytesReceived: "received_bytes",
  bytesSent: "sent_bytes",
  seconds: "target_processing_time",
  secondsDoc: "Seconds are the time until the target started to respond.",
  details: ["response_processing_time", "target_ip", "trace_id"],
};

/** The part of a target group's ARN that identifies it for people: `name/id`. */
const TARGET_GROUP = "split_part(target_group_arn, ':targetgroup/', 2)";

/** Questions about load balancers. */
export const albQuestions: readonly Question[] = [
  ...commonQuestions(ALB_WORDS),
  {
    name: "alb_errors_by_target",
    format: "alb",
    title: "Which targets return errors?",
    explanation:
      "One row per target. `target_errors` counts 5xx responses of the target, `errors` counts 5xx responses to clients; the load balancer caused the difference. Empty target: the request reached no target.",
    parameters: [limit(50)],
    sql: `SELECT ${TARGET_GROUP} AS target_group, target_ip, target_port, count(*) AS requests,
  count(*) FILTER (WHERE elb_status_code LIKE '5%') AS errors,
  count(*) FILTER (WHERE target_status_code LIKE '5%') AS target_errors,
  ${percent("count(*) FILTER (WHERE elb_status_code LIKE '5%')", "count(*)")} AS error_percent
FROM {table}
WHERE {range}
GROUP BY 1, target_ip, target_port
ORDER BY errors DESC, requests DESC, target_group, target_ip, target_port
LIMIT {limit}`,
  },
  {
    name: "alb_latency_by_target_group",
    format: "alb",
    title: "How long do responses take, by target group?",
    explanation: `${ALB_WORDS.secondsDoc} Athena computes approximate quantiles.`,
    parameters: [],
    sql: `SELECT ${TARGET_GROUP} AS target_group, count(*) AS requests,
  ${latencies(ALB_WORDS)}
FROM {table}
WHERE {range} AND target_processing_time >= 0
GROUP BY 1
ORDER BY average DESC, target_group`,
  },
  {
    name: "alb_waf_blocks",
    format: "alb",
    title: "Which requests did AWS WAF block?",
    explanation:
      "Requests whose last action was waf: WAF rejected them. One row per client and path. `failed_open` counts requests that passed because WAF did not respond.",
    parameters: [limit(50)],
    sql: `SELECT client_ip AS client, ${ALB_WORDS.path} AS path,
  count(*) FILTER (WHERE NOT actions_executed LIKE '%waf-failed%') AS blocked,
  count(*) FILTER (WHERE actions_executed LIKE '%waf-failed%') AS failed_open,
  min(time) AS first_seen, max(time) AS last_seen
FROM {table}
WHERE {range} AND (actions_executed = 'waf' OR actions_executed LIKE '%,waf' OR actions_executed LIKE '%waf-failed%')
GROUP BY client_ip, 2
ORDER BY blocked DESC, failed_open DESC, client, path
LIMIT {limit}`,
  },
];
