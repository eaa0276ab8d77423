import { commonQuestions } from "./common";
import { limit, type Question } from "./question";
import { latencies, percent, QUESTION_MARK, type Words } from "./words";

const WORDS: Words = {
  format: "alb",
  client: "client_ip",
  status: "elb_status_code",
  method: "request_verb",
  path: `regexp_replace(split_part(request_url, ${QUESTION_MARK}, 1), '^[a-z]+://[^/]+', '')`,
  url: "request_url",
  userAgent: "user_agent",
  bytesReceived: "received_bytes",
  bytesSent: "sent_bytes",
  seconds: "target_processing_time",
  secondsDoc: "Seconds are those until the target began to answer.",
  details: ["response_processing_time", "target_ip", "trace_id"],
};

/** The part of its ARN that people know a target group by: `name/id`. */
const TARGET_GROUP = "split_part(target_group_arn, ':targetgroup/', 2)";

/** Questions about load balancers. */
export const albQuestions: readonly Question[] = [
  ...commonQuestions(WORDS),
  {
    name: "alb_errors_by_target",
    format: "alb",
    title: "Which targets fail?",
    explanation:
      "One row a target. `target_errors` are 5xx of the target itself, `errors` those that clients got; the difference was made by the load balancer. Without a target: none was reached.",
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
    title: "How long do answers take, by target group?",
    explanation: `${WORDS.secondsDoc} Athena computes approximate quantiles.`,
    parameters: [],
    sql: `SELECT ${TARGET_GROUP} AS target_group, count(*) AS requests,
  ${latencies(WORDS)}
FROM {table}
WHERE {range} AND target_processing_time >= 0
GROUP BY 1
ORDER BY average DESC, target_group`,
  },
  {
    name: "alb_waf_blocks",
    format: "alb",
    title: "What did AWS WAF block?",
    explanation:
      "Requests whose last action was waf: it rejected them. One row a client and path. `failed_open` counts those that were let through because WAF did not answer.",
    parameters: [limit(50)],
    sql: `SELECT client_ip AS client, ${WORDS.path} AS path,
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
