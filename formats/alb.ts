import { classifyLoadBalancerObject } from "./load-balancer-object";
import { column, type LogFormat } from "./log-format";

/** Application Load Balancer access log: 36 fields in 40 columns; older files end earlier, newer ones later. */
export const alb: LogFormat = {
  id: "alb",
  table: "alb_access_logs",
  title: "Application Load Balancer access logs",
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html (read 2026-11)",
  separator: " ",
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
      token: "hostPort",
      columns: [
        column("client_ip", "string", "Address of the client", "address"),
        column("client_port", "int", "Port of the client"),
      ],
    },
    {
      name: "target:port",
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
      token: "word",
      columns: [
        column("target_error_code", "string", "RST_STREAM code received from the target, hexadecimal"),
      ],
    },
    {
      name: "elb_error_code",
      token: "word",
      columns: [column("elb_error_code", "string", "RST_STREAM code made by the load balancer, hexadecimal")],
    },
  ],
  time: ["time"],
  lateByHours: 2,
  deliveryFolder: "AWSLogs/",
  classify: classifyLoadBalancerObject,
};
