import { atLeast, type FormatQuestion, limit, type Question, questionsOf } from "./question";
import { latencies, percent } from "./words";

const FAILED = "status = 'FAIL'";
/** Of the last check; the engines treat NULL differently in `max_by`. */
const lastOf = (column: string): string => `nullif(max_by(coalesce(${column}, ''), time), '')`;
const TARGET = "target_group_id AS target_group, target_addr AS target";

const QUESTIONS: readonly FormatQuestion[] = [
  {
    name: "failing_targets",
    title: "Which targets fail their health checks?",
    explanation: "One row per target with a failed check. Each node of the load balancer checks each target.",
    parameters: [limit(50)],
    sql: `SELECT target_group, target, failed, checks, ${percent("failed", "checks")} AS failed_percent, last_failed
FROM (
  SELECT ${TARGET}, count(*) FILTER (WHERE ${FAILED}) AS failed, count(*) AS checks,
    max(CASE WHEN ${FAILED} THEN time END) AS last_failed
  FROM {table}
  WHERE {range}
  GROUP BY target_group_id, target_addr
)
WHERE failed > 0
ORDER BY failed DESC, target_group, target
LIMIT {limit}`,
  },
  {
    name: "failure_reasons",
    title: "Why do health checks fail?",
    explanation:
      "One row per target group, reason and status code. Empty status code: the target sent no response.",
    parameters: [],
    sql: `SELECT target_group_id AS target_group, reason_code AS reason, status_code, count(*) AS failed,
  count(DISTINCT target_addr) AS targets, min(time) AS first_seen, max(time) AS last_seen
FROM {table}
WHERE {range} AND ${FAILED}
GROUP BY target_group_id, reason_code, status_code
ORDER BY failed DESC, target_group, reason, status_code`,
  },
  {
    name: "flapping_targets",
    title: "Which targets flap?",
    explanation:
      "One row per target and node, with the number of changes between PASS and FAIL. Frequent changes point to timeouts, overload or thresholds that are too strict.",
    parameters: [atLeast("min_changes", 2, "minimum number of changes"), limit(50)],
    sql: `SELECT target_group, target, node, changes, checks, failed
FROM (
  SELECT target_group, target, node, count(*) FILTER (WHERE status <> previous) AS changes, count(*) AS checks,
    count(*) FILTER (WHERE ${FAILED}) AS failed
  FROM (
    SELECT ${TARGET}, ip_address AS node, status,
      lag(status) OVER (PARTITION BY target_group_id, target_addr, ip_address ORDER BY time) AS previous
    FROM {table}
    WHERE {range}
  )
  GROUP BY target_group, target, node
)
WHERE changes >= {min_changes}
ORDER BY changes DESC, target_group, target, node
LIMIT {limit}`,
  },
  {
    name: "check_latency",
    title: "How long do health checks take, by target?",
    explanation:
      "Seconds of successful checks, slowest targets first. Compare the slowest check with the timeout of the target group. Athena computes approximate quantiles.",
    parameters: [limit(50)],
    sql: `SELECT ${TARGET}, count(*) AS checks,
  ${latencies({ seconds: "latency" })}
FROM {table}
WHERE {range} AND status = 'PASS' AND latency >= 0
GROUP BY target_group_id, target_addr
ORDER BY average DESC, target_group, target
LIMIT {limit}`,
  },
  {
    name: "checks_over_time",
    title: "How many health checks failed, hour by hour?",
    explanation: "One row per hour (UTC) and target group.",
    parameters: [],
    sql: `SELECT date_trunc('hour', time) AS hour, target_group_id AS target_group, count(*) AS checks,
  count(DISTINCT target_addr) AS targets, count(*) FILTER (WHERE ${FAILED}) AS failed,
  count(DISTINCT CASE WHEN ${FAILED} THEN target_addr END) AS failing_targets
FROM {table}
WHERE {range}
GROUP BY 1, target_group_id
ORDER BY 1, target_group`,
  },
  {
    name: "last_results",
    title: "What was the last health check of each target?",
    explanation: "One row per target, failed ones first, with its last check from any node in the range.",
    parameters: [limit(200)],
    sql: `SELECT ${TARGET}, max_by(status, time) AS status, ${lastOf("reason_code")} AS reason,
  ${lastOf("status_code")} AS status_code, max(time) AS last_check
FROM {table}
WHERE {range}
GROUP BY target_group_id, target_addr
ORDER BY status, target_group, target
LIMIT {limit}`,
  },
];

/** Questions about the health checks of targets. */
export const albHealthCheckQuestions: readonly Question[] = questionsOf("alb-health-check", QUESTIONS);
