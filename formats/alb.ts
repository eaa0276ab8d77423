import { byLoadBalancers } from "./load-balancer-delivery";
import {
  APPLICATION_LOG_TYPE,
  loadBalancerClassifier,
  loadBalancerLayoutOf,
  vendedKeys,
} from "./load-balancer-object";
import { column, FIELDS_HEADER, type LogFormat } from "./log-format";

/**
 * Application Load Balancer access log: 36 fields in 40 columns; older files end earlier, newer ones later.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export const alb: LogFormat = {
  id: "alb",
  table: "alb_access_logs",
  title: "Application Load Balancer access logs",
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html (read 2026-11)",
  notes: [
    "CloudWatch Logs can deliver the same logs (log type `ALB_ACCESS_LOGS`), as JSON, `plain` or `w3c`. The rows are the same. It has the first 34 of these fields; the address and the port of a client are one value, `client_port`, and so are those of a target, and the request. AWS does not document the spelling of a missing value, so that a dash, an empty text, `null` and a missing key are NULL; nor the quotes of text, so that tabs separate fields with and without them. Let AWS separate fields by tabs, not by commas. AWS charges for this delivery, and not for that of the load balancer.",
    "On AWS, the pipeline finds the files of such a delivery by their folders, because AWS does not document their names. Deliver below the source's prefix and `AWSLogs/`, with the suffix `ALB_ACCESS_LOGS/{yyyy}/{MM}/{dd}/{HH}`, with or without names compatible with Hive, to a bucket whose policy you write; or set `deliverFrom` of the source to the ARN of the load balancer, and the pipeline creates the delivery as JSON, and the policy. The nightly comparison with the delivered files does not list these folders, and `as-delivered` does not read them. `access-logs ingest` also takes files from anywhere else, by their content.",
  ],
  separator: " ",
  // Only files by CloudWatch Logs can have one.
  header: { starts: ["#Version:", FIELDS_HEADER], lines: 0, sharedFields: [] },
  json: true,
  tabs: { fields: 34 },
  fields: [
    {
      name: "type",
      token: "firstWord",
      columns: [column("type", "string", "Kind of request: http, https, h2, grpcs, ws or wss")],
    },
    {
      name: "time",
      token: "instant",
      columns: [
        column(
          "time",
          "timestamp",
          "When the response was sent (UTC); for WebSockets, when the connection closed",
        ),
      ],
    },
    { name: "elb", token: "word", columns: [column("elb", "string", "Load balancer, as app/name/id")] },
    {
      name: "client:port",
      otherName: "client_port",
      token: "hostPort",
      columns: [
        column("client_ip", "string", "Address of the client", "address"),
        column("client_port", "int", "Port of the client"),
      ],
    },
    {
      name: "target:port",
      otherName: "target_port",
      token: "optionalHostPort",
      columns: [
        column(
          "target_ip",
          "string",
          "Address of the target; NULL for a Lambda target or when no target was reached",
        ),
        column("target_port", "int", "Port of the target"),
      ],
    },
    {
      name: "request_processing_time",
      token: "decimal",
      columns: [
        column(
          "request_processing_time",
          "double",
          "Seconds from receiving the request to sending it to the target; -1 if not dispatched",
        ),
      ],
    },
    {
      name: "target_processing_time",
      token: "decimal",
      columns: [
        column(
          "target_processing_time",
          "double",
          "Seconds until the target began to answer; -1 if it did not",
        ),
      ],
    },
    {
      name: "response_processing_time",
      token: "decimal",
      columns: [
        column(
          "response_processing_time",
          "double",
          "Seconds from the target's answer to sending it on; -1 without a target's answer",
        ),
      ],
    },
    {
      name: "elb_status_code",
      token: "status",
      columns: [
        column("elb_status_code", "string", "Status code of the load balancer's response; 000 exists"),
      ],
    },
    {
      name: "target_status_code",
      token: "status",
      columns: [column("target_status_code", "string", "Status code of the target's response")],
    },
    {
      name: "received_bytes",
      token: "integer",
      columns: [column("received_bytes", "bigint", "Bytes received from the client, headers included")],
    },
    {
      name: "sent_bytes",
      token: "integer",
      columns: [column("sent_bytes", "bigint", "Bytes sent to the client, headers included")],
    },
    {
      name: "request_line",
      token: "request",
      columns: [
        column("request_verb", "string", "Method of the request", "method"),
        column("request_url", "string", "URL as the client sent it, never decoded", "url"),
        column("request_proto", "string", "Protocol of the request, e.g. HTTP/2.0", "protocol"),
      ],
    },
    {
      name: "user_agent",
      token: "quoted",
      columns: [column("user_agent", "string", "User-Agent header, truncated above 8 KB")],
    },
    {
      name: "ssl_cipher",
      token: "word",
      columns: [column("ssl_cipher", "string", "TLS cipher of the listener")],
    },
    {
      name: "ssl_protocol",
      token: "word",
      columns: [column("ssl_protocol", "string", "TLS protocol of the listener")],
    },
    {
      name: "target_group_arn",
      token: "word",
      columns: [column("target_group_arn", "string", "Target group")],
    },
    { name: "trace_id", token: "quoted", columns: [column("trace_id", "string", "X-Amzn-Trace-Id header")] },
    {
      name: "domain_name",
      token: "quoted",
      columns: [column("domain_name", "string", "Server name the client asked for in TLS (SNI)")],
      optional: true,
    },
    {
      name: "chosen_cert_arn",
      token: "quoted",
      columns: [column("chosen_cert_arn", "string", "Certificate presented, or session-reused")],
    },
    {
      name: "matched_rule_priority",
      token: "integer",
      columns: [
        column(
          "matched_rule_priority",
          "string",
          "Priority of the rule that matched; 0 is the default rule, -1 an evaluation error",
        ),
      ],
    },
    {
      name: "request_creation_time",
      token: "optionalInstant",
      columns: [
        column("request_creation_time", "timestamp", "When the request was received from the client (UTC)"),
      ],
    },
    {
      name: "actions_executed",
      token: "quoted",
      columns: [column("actions_executed", "string", "Actions taken, separated by commas, e.g. waf,forward")],
    },
    {
      name: "redirect_url",
      token: "quoted",
      columns: [column("redirect_url", "string", "Target of a redirect action", "url")],
    },
    {
      name: "error_reason",
      token: "quoted",
      columns: [column("error_reason", "string", "Why an action failed, e.g. LambdaInvalidResponse")],
    },
    {
      name: "target:port_list",
      otherName: "target_port_list",
      token: "quotedOrBare",
      columns: [
        column("target_port_list", "string", "Targets that handled the request, separated by spaces"),
      ],
    },
    {
      name: "target_status_code_list",
      token: "statusList",
      columns: [
        column("target_status_code_list", "string", "Status codes of these targets, separated by spaces"),
      ],
    },
    {
      name: "classification",
      token: "quoted",
      columns: [column("classification", "string", "Desync mitigation: Acceptable, Ambiguous or Severe")],
    },
    {
      name: "classification_reason",
      token: "quoted",
      columns: [column("classification_reason", "string", "Why the request was classified so")],
    },
    {
      name: "conn_trace_id",
      token: "bareOrQuoted",
      columns: [column("conn_trace_id", "string", "Connection id that joins to the connection logs")],
    },
    {
      name: "transformed_host",
      token: "quotedOrBare",
      columns: [column("transformed_host", "string", "Host header after a transform")],
    },
    {
      name: "transformed_uri",
      token: "quotedOrBare",
      columns: [column("transformed_uri", "string", "URI after a transform", "url")],
    },
    {
      name: "request_transform_status",
      token: "quotedOrBare",
      columns: [
        column("request_transform_status", "string", "Outcome of the transform, e.g. TransformSuccess"),
      ],
    },
    {
      name: "ip_address",
      token: "word",
      columns: [column("ip_address", "string", "Address of the load balancer node")],
    },
    {
      name: "target_error_code",
      token: "bareOrQuoted",
      columns: [
        column("target_error_code", "string", "RST_STREAM code received from the target, hexadecimal"),
      ],
    },
    {
      name: "elb_error_code",
      token: "bareOrQuoted",
      columns: [column("elb_error_code", "string", "RST_STREAM code made by the load balancer, hexadecimal")],
    },
  ],
  time: ["time"],
  samples: [
    'h2 2026-11-23T07:05:00.186641Z app/shop/50dc6c495c0c9188 198.51.100.7:2817 10.0.0.1:8080 0.001 0.048 0.000 200 200 120 57 "GET https://shop.example.com:443/a?b=c HTTP/2.0" "curl/8.10.1" TLS_AES_128_GCM_SHA256 TLSv1.3 arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/shop/73e2d6bc24d8a067 "Root=1-68dd1b00-1d84f3d73c47ec4e58577259" "shop.example.com" "session-reused" 1 2026-11-23T07:05:00.137000Z "waf,forward" "-" "-" "10.0.0.1:8080" "200" "Acceptable" "-" TID_2d650523100657438a47a1b30bdb606d "internal.example.com" "/new" "TransformSuccess" 172.31.20.5 - -',
    'http 2026-11-23T07:05:01.000213Z app/shop/50dc6c495c0c9188 2001:db8::7:51712 - -1 -1 -1 301 - 310 272 "GET http://shop.example.com:80/a%00 HTTP/1.1" "Mozilla/5.0 (X11; Linux x86_64)" - - - "Root=1-68dd1b01-0c52a9f32a1b6d0f5e3a7c11" "-" "-" 0 2026-11-23T07:05:00.999000Z "redirect" "https://shop.example.com:443/a%00" "-" "-" "-" "Ambiguous" "AmbiguousUri" TID_5d1f0a7c3b9e4682a1c0f3e2d4b5a697 "-" "-" "-" 172.31.4.10 - -',
    'h2 2026-11-23T07:05:02.310945Z app/shop/50dc6c495c0c9188 198.51.100.8:40112 10.0.0.2:8080 0.000 -1 -1 502 - 96 277 "POST https://shop.example.com:443/cart HTTP/2.0" "-" TLS_AES_128_GCM_SHA256 TLSv1.3 arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/shop/73e2d6bc24d8a067 "Root=1-68dd1b02-6f0d2c4b1a3e5d7f90817263" "shop.example.com" "arn:aws:acm:eu-central-1:111122223333:certificate/5f0f2c4e-7a2b-4a3e-9a53-1d2f3c4b5a69" 1 2026-11-23T07:05:02.301000Z "waf-failed,forward" "-" "WAFConnectionError" "10.0.0.2:8080" "-" "Acceptable" "-" TID_9b8a7c6d5e4f30211203f4e5d6c7b8a9 "-" "-" "-" 172.31.20.5 0x2 0x2',
  ],
  sampleKeys: [
    "111122223333/elasticloadbalancing/eu-central-1/2026/11/23/111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_172.31.20.5_4f9k2m1x.log.gz",
  ],
  lateByHours: 2,
  delivery: {
    ...byLoadBalancers,
    vended: {
      resource: {
        arn: /^arn:aws:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/app\/[A-Za-z0-9-]+\/[0-9a-f]+$/,
        kind: "an Application Load Balancer",
      },
      // AWS delivers all fields of these logs.
      namesFields: false,
      logType: APPLICATION_LOG_TYPE,
      suffixPath: `${APPLICATION_LOG_TYPE}/{yyyy}/{MM}/{dd}/{HH}`,
    },
  },
  delivered: loadBalancerLayoutOf("access"),
  classify: loadBalancerClassifier("access"),
  isOfAnyForm: vendedKeys("access"),
};
