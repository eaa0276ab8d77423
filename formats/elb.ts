import { byLoadBalancers } from "./load-balancer-delivery";
import { loadBalancerClassifier, loadBalancerLayoutOf } from "./load-balancer-object";
import { column, type LogFormat } from "./log-format";

/**
 * Classic Load Balancer access log: plain text, in files of 5 or 60 minutes. Files before 2015 end at the request.
 *
 * A file has the hour before its end, as the longer interval is the default and ends at any minute: rows of the
 * interval's first part are in the partition of the next hour, and keep their own time.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
 */
export const elb: LogFormat = {
  id: "elb",
  table: "elb_access_logs",
  title: "Classic Load Balancer access logs",
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html (read 2026-11)",
  separator: " ",
  fields: [
    {
      name: "timestamp",
      token: "instant",
      columns: [
        column(
          "time",
          "timestamp",
          "When the load balancer received the request (UTC); AWS's own table calls it timestamp",
        ),
      ],
    },
    { name: "elb", token: "word", columns: [column("elb_name", "string", "Name of the load balancer")] },
    {
      name: "client:port",
      token: "hostPort",
      columns: [
        column("request_ip", "string", "Address of the client", "address"),
        column("request_port", "int", "Port of the client"),
      ],
    },
    {
      name: "backend:port",
      token: "optionalHostPort",
      columns: [
        column("backend_ip", "string", "Address of the instance; NULL if no instance was reached"),
        column("backend_port", "int", "Port of the instance"),
      ],
    },
    {
      name: "request_processing_time",
      token: "decimal",
      columns: [
        column(
          "request_processing_time",
          "double",
          "Seconds from receiving the request to sending it to the instance; -1 if not dispatched",
        ),
      ],
    },
    {
      name: "backend_processing_time",
      token: "decimal",
      columns: [
        column(
          "backend_processing_time",
          "double",
          "Seconds until the instance began to answer; -1 if it did not",
        ),
      ],
    },
    {
      name: "response_processing_time",
      token: "decimal",
      columns: [
        column(
          "client_response_time",
          "double",
          "Seconds from the instance's answer to sending it on; -1 without an answer",
        ),
      ],
    },
    {
      name: "elb_status_code",
      token: "status",
      columns: [
        column(
          "elb_response_code",
          "string",
          "Status code of the load balancer's response; NULL for TCP listeners",
        ),
      ],
    },
    {
      name: "backend_status_code",
      token: "status",
      columns: [column("backend_response_code", "string", "Status code of the instance's response")],
    },
    {
      name: "received_bytes",
      token: "integer",
      columns: [
        column("received_bytes", "bigint", "Bytes of the request's body, or received on a TCP listener"),
      ],
    },
    {
      name: "sent_bytes",
      token: "integer",
      columns: [column("sent_bytes", "bigint", "Bytes of the response's body, or sent on a TCP listener")],
    },
    {
      name: "request",
      token: "escapedRequest",
      columns: [
        column("request_verb", "string", "Method of the request; NULL for TCP listeners", "method"),
        column("url", "string", "URL as the client sent it; NULL for TCP listeners", "url"),
        column("protocol", "string", "Protocol of the request, e.g. HTTP/1.1", "protocol"),
      ],
    },
    {
      name: "user_agent",
      token: "escapedQuoted",
      columns: [
        column(
          "user_agent",
          "string",
          "User-Agent header; a quote in it is logged with a backslash before it",
        ),
      ],
      optional: true,
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
  ],
  time: ["time"],
  samples: [
    '2026-11-23T07:05:00.186641Z shop-classic 198.51.100.7:2817 10.0.0.1:80 0.000086 0.001048 0.000057 200 200 0 57 "GET https://www.example.com:443/a?b=c HTTP/1.1" "Mozilla/5.0 (X11; Linux x86_64)" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2',
    '2026-11-23T07:05:01.000213Z shop-classic 198.51.100.8:40112 - -1 -1 -1 503 0 0 0 "POST http://www.example.com:80/cart HTTP/1.1" "curl/8.10.1" - -',
  ],
  sampleKeys: [
    "111122223333/elasticloadbalancing/eu-central-1/2026/11/23/111122223333_elasticloadbalancing_eu-central-1_shop-classic_20261123T0705Z_172.31.20.5_4f9k2m1x.log",
  ],
  // A file of 60 minutes ends up to an hour later than its hour.
  lateByHours: 3,
  delivery: {
    ...byLoadBalancers,
    setting: "access_logs of a Classic Load Balancer",
  },
  delivered: loadBalancerLayoutOf("classic"),
  classify: loadBalancerClassifier("classic"),
};
