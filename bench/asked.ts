import type { FormatId } from "../formats";
import { addressOf } from "../local/sample/clients";

/** A question that the lakes are asked: `{table}` and `{range}` stand for where and when. */
export interface Asked {
  readonly name: string;
  readonly format: FormatId;
  readonly sql: string;
}

/** One of the many clients that come now and then. */
const RARE_CLIENT = 5000;

/** Questions of docs/queries.md, and one for a needle in the haystack; each with one order of its rows. */
export const ASKED: readonly Asked[] = [
  {
    name: "busiest clients",
    format: "alb",
    sql: `SELECT client_ip, count(*) AS requests, sum(sent_bytes) AS bytes FROM {table} WHERE {range}
GROUP BY client_ip ORDER BY requests DESC, client_ip LIMIT 20`,
  },
  {
    name: "errors by target",
    format: "alb",
    sql: `SELECT target_ip, count(*) AS requests, count(*) FILTER (WHERE elb_status_code >= '500') AS errors
FROM {table} WHERE {range} GROUP BY target_ip ORDER BY errors DESC, target_ip`,
  },
  {
    name: "slowest requests",
    format: "alb",
    sql: `SELECT time, request_verb, request_url, target_processing_time, elb_status_code
FROM {table} WHERE {range} ORDER BY target_processing_time DESC, time, request_url LIMIT 20`,
  },
  {
    name: "one client's requests",
    format: "alb",
    sql: `SELECT time, request_url, elb_status_code, user_agent FROM {table}
WHERE {range} AND client_ip = '${addressOf(RARE_CLIENT)}' ORDER BY time, request_url LIMIT 1000`,
  },
  {
    name: "one minute's errors",
    format: "alb",
    sql: `SELECT time, client_ip, request_url, elb_status_code FROM {table}
WHERE {range} AND time >= TIMESTAMP '2026-06-02 00:10:00' AND time < TIMESTAMP '2026-06-02 00:11:00'
AND elb_status_code >= '400' ORDER BY time, client_ip, request_url`,
  },
  {
    name: "cache hits by path",
    format: "cloudfront",
    sql: `SELECT cs_uri_stem, count(*) AS requests,
count(*) FILTER (WHERE x_edge_result_type IN ('Hit', 'RefreshHit')) AS hits
FROM {table} WHERE {range} GROUP BY cs_uri_stem ORDER BY requests DESC, cs_uri_stem LIMIT 20`,
  },
  {
    name: "bytes by edge location",
    format: "cloudfront",
    sql: `SELECT x_edge_location, sum(sc_bytes) AS bytes, count(*) AS requests
FROM {table} WHERE {range} GROUP BY x_edge_location ORDER BY bytes DESC, x_edge_location`,
  },
];

export const askedOf = ({ sql }: Asked, table: string, range: string): string =>
  sql.replaceAll("{table}", table).replaceAll("{range}", range);
