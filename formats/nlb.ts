import { loadBalancerClassifier, loadBalancerLayoutOf } from "./load-balancer-object";
import { column, type LogFormat } from "./log-format";

/**
 * Network Load Balancer access log: a line for each connection to a TLS listener, when it ends. There is no log of other
 * listeners. Older files end before the application-layer protocols.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
 */
export const nlb: LogFormat = {
  id: "nlb",
  table: "nlb_access_logs",
  title: "Network Load Balancer access logs",
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html (read 2026-11)",
  separator: " ",
  fields: [
    {
      name: "type",
      token: "firstWord",
      columns: [column("type", "string", "Kind of listener: tls")],
    },
    {
      name: "version",
      token: "word",
      columns: [column("version", "string", "Version of the log entry, e.g. 2.0")],
    },
    {
      name: "time",
      token: "zonelessInstant",
      columns: [column("time", "timestamp", "When the connection ended (UTC), in seconds")],
    },
    { name: "elb", token: "word", columns: [column("elb", "string", "Load balancer, as net/name/id")] },
    {
      name: "listener",
      token: "word",
      columns: [column("listener_id", "string", "Listener of the connection")],
    },
    {
      name: "client:port",
      token: "hostPort",
      columns: [
        column("client_ip", "string", "Address of the client", "address"),
        column("client_port", "int", "Port of the client"),
      ],
    },
    {
      name: "destination:port",
      token: "optionalHostPort",
      columns: [
        column(
          "target_ip",
          "string",
          "Address that the client connected to: the listener or the VPC endpoint",
        ),
        column("target_port", "int", "Port that the client connected to"),
      ],
    },
    {
      name: "connection_time",
      token: "integer",
      columns: [
        column(
          "tcp_connection_time_ms",
          "bigint",
          "Milliseconds from the start of the connection to its end",
        ),
      ],
    },
    {
      name: "tls_handshake_time",
      token: "integer",
      columns: [
        column("tls_handshake_time_ms", "bigint", "Milliseconds of the TLS handshake; NULL if it failed"),
      ],
    },
    {
      name: "received_bytes",
      token: "integer",
      columns: [column("received_bytes", "bigint", "Bytes received from the client, after decryption")],
    },
    {
      name: "sent_bytes",
      token: "integer",
      columns: [column("sent_bytes", "bigint", "Bytes sent to the client, before encryption")],
    },
    {
      name: "incoming_tls_alert",
      token: "shortInteger",
      columns: [
        column("incoming_tls_alert", "int", "TLS alert that the load balancer received from the client"),
      ],
    },
    {
      name: "chosen_cert_arn",
      token: "word",
      columns: [column("cert_arn", "string", "Certificate presented to the client")],
    },
    {
      name: "chosen_cert_serial",
      token: "word",
      columns: [column("certificate_serial", "string", "Reserved by AWS; always NULL")],
    },
    {
      name: "tls_cipher",
      token: "word",
      columns: [column("tls_cipher_suite", "string", "TLS cipher; NULL if the handshake failed")],
    },
    {
      name: "tls_protocol_version",
      token: "word",
      columns: [column("tls_protocol_version", "string", "TLS protocol; NULL if the handshake failed")],
    },
    {
      name: "tls_keyexchange",
      token: "word",
      columns: [column("tls_named_group", "string", "Key exchange of the TLS handshake")],
    },
    {
      name: "domain_name",
      token: "word",
      columns: [
        column("domain_name", "string", "Server name the client asked for in TLS (SNI), URL-encoded"),
      ],
    },
    {
      name: "alpn_fe_protocol",
      token: "word",
      columns: [
        column("alpn_fe_protocol", "string", "Application protocol agreed with the client: h2 or http/1.1"),
      ],
      optional: true,
    },
    {
      name: "alpn_be_protocol",
      token: "word",
      columns: [column("alpn_be_protocol", "string", "Application protocol agreed with the target")],
    },
    {
      name: "alpn_client_preference_list",
      token: "quotedList",
      columns: [
        column(
          "alpn_client_preference_list",
          "string",
          "Protocols that the client offered, each in quotes, separated by commas",
        ),
      ],
    },
    {
      name: "tls_connection_creation_time",
      token: "optionalZonelessInstant",
      columns: [
        column("tls_connection_creation_time", "timestamp", "When the connection started (UTC), in seconds"),
      ],
    },
  ],
  time: ["time"],
  samples: [
    'tls 2.0 2026-11-23T07:05:12 net/edge/c6e77e28c25b2234 g3d4b5e8bb8464cd 198.51.100.7:51341 10.0.0.185:443 5042 12 98 246 48 arn:aws:acm:eu-central-1:111122223333:certificate/5f0f2c4e-7a2b-4a3e-9a53-1d2f3c4b5a69 0a1b TLS_AES_128_GCM_SHA256 TLSv1.3 X25519MLKEM768 edge.example.com h2 h2 "h2","http/1.1" 2026-11-23T07:05:07',
    "tls 2.0 2026-11-23T07:05:13 net/edge/c6e77e28c25b2234 g3d4b5e8bb8464cd 2001:db8::7:40112 - 3 - 0 0 - - - - - - - - - - 2026-11-23T07:05:13",
  ],
  sampleKeys: [
    "111122223333/elasticloadbalancing/eu-central-1/2026/11/23/111122223333_elasticloadbalancing_eu-central-1_net.edge.c6e77e28c25b2234_20261123T0705Z_4f9k2m1x.log.gz",
  ],
  lateByHours: 2,
  delivery: {
    kind: "bucket-policy",
    by: "load balancers",
    setting: "access_logs of a Network Load Balancer",
    target: "name",
    takesKmsKey: true,
    statementId: "NetworkLoadBalancerLogDelivery",
    service: "delivery.logs.amazonaws.com",
    accounts: {},
    checksAcl: true,
  },
  delivered: loadBalancerLayoutOf("network"),
  classify: loadBalancerClassifier("network"),
};
