import { alb } from "./alb";
import { byLoadBalancers } from "./load-balancer-delivery";
import { loadBalancerClassifier, loadBalancerLayoutOf } from "./load-balancer-object";
import { column, type LogFormat } from "./log-format";

/**
 * Application Load Balancer connection log: a line for each connection, also if the client sent no request. Older files
 * end before the key exchange.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html
 */
export const albConnection: LogFormat = {
  id: "alb-connection",
  table: "alb_connection_logs",
  title: "Application Load Balancer connection logs",
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html (read 2026-11)",
  separator: " ",
  fields: [
    {
      name: "timestamp",
      token: "instant",
      columns: [
        column("time", "timestamp", "When the connection was established, or failed to be established (UTC)"),
      ],
    },
    {
      name: "client_ip",
      token: "word",
      columns: [column("client_ip", "string", "Address of the client", "address")],
    },
    { name: "client_port", token: "port", columns: [column("client_port", "int", "Port of the client")] },
    {
      name: "listener_port",
      token: "port",
      columns: [column("listener_port", "int", "Port of the listener")],
    },
    {
      name: "tls_protocol",
      token: "word",
      columns: [column("tls_protocol", "string", "TLS protocol; NULL for plain HTTP and failed handshakes")],
    },
    {
      name: "tls_cipher",
      token: "word",
      columns: [column("tls_cipher", "string", "TLS cipher; NULL for plain HTTP and failed handshakes")],
    },
    {
      name: "tls_handshake_latency",
      token: "decimal",
      columns: [column("tls_handshake_latency", "double", "Seconds of a successful TLS handshake")],
    },
    {
      name: "leaf_client_cert_subject",
      token: "quoted",
      columns: [
        column("leaf_client_cert_subject", "string", "Subject of the client's certificate", "identity"),
      ],
    },
    {
      name: "leaf_client_cert_validity",
      token: "word",
      columns: [
        column(
          "leaf_client_cert_validity",
          "string",
          "Validity of the client's certificate: NotBefore=...;NotAfter=...",
        ),
      ],
    },
    {
      name: "leaf_client_cert_serial_number",
      token: "word",
      columns: [
        column(
          "leaf_client_cert_serial_number",
          "string",
          "Serial number of the client's certificate",
          "identity",
        ),
      ],
    },
    {
      name: "tls_verify_status",
      token: "word",
      columns: [
        column("tls_verify_status", "string", "Success, or Failed with the error code; NULL for plain HTTP"),
      ],
    },
    {
      name: "conn_trace_id",
      token: "word",
      columns: [column("conn_trace_id", "string", "Connection id that joins to the access logs")],
    },
    {
      name: "tls_keyexchange",
      token: "word",
      columns: [
        column("tls_keyexchange", "string", "Key exchange of the TLS handshake, e.g. X25519MLKEM768"),
      ],
      optional: true,
    },
    { name: "elb", token: "word", columns: [column("elb", "string", "Load balancer, as app/name/id")] },
    {
      name: "ip_address",
      token: "word",
      columns: [column("ip_address", "string", "Address of the load balancer node")],
    },
  ],
  time: ["time"],
  samples: [
    '2026-11-23T07:05:00.186641Z 198.51.100.7 41820 443 TLSv1.3 TLS_AES_128_GCM_SHA256 0.004 "CN=till 7,OU=Stores,O=Example Shop,C=DE" NotBefore=2026-03-01T00:00:00Z;NotAfter=2027-03-01T00:00:00Z 3F9A0C2217B84D Success TID_2d650523100657438a47a1b30bdb606d X25519MLKEM768 app/shop/50dc6c495c0c9188 172.31.20.5',
    '2026-11-23T07:05:01.000213Z 2001:db8::7 51712 443 - - - "-" - - Failed:ClientCertUntrusted TID_5d1f0a7c3b9e4682a1c0f3e2d4b5a697 - app/shop/50dc6c495c0c9188 172.31.4.10',
  ],
  sampleKeys: [
    "111122223333/elasticloadbalancing/eu-central-1/2026/11/23/conn_log_111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_172.31.20.5_4f9k2m1x.log.gz",
  ],
  lateByHours: alb.lateByHours,
  delivery: { ...byLoadBalancers, setting: "connection_logs of a load balancer" },
  delivered: loadBalancerLayoutOf("connection"),
  classify: loadBalancerClassifier("connection"),
};
