import { type FormatQuestion, limit, type Question, questionsOf } from "./question";
import { latencies, percent } from "./words";

const FAILED = "tls_verify_status LIKE 'Failed%'";
const NOT_AFTER = "split_part(leaf_client_cert_validity, 'NotAfter=', 2)";

const QUESTIONS: readonly FormatQuestion[] = [
  {
    name: "failed_handshakes",
    title: "Which TLS handshakes failed, and why?",
    explanation:
      "One row per error code. Codes that start with ClientCert are about the client's certificate; UnmappedConnectionError is any other error, e.g. no common cipher.",
    parameters: [],
    sql: `SELECT split_part(tls_verify_status, ':', 2) AS reason, count(*) AS failed,
  count(DISTINCT client_ip) AS clients, min(time) AS first_seen, max(time) AS last_seen
FROM {table}
WHERE {range} AND ${FAILED}
GROUP BY 1
ORDER BY failed DESC, reason`,
  },
  {
    name: "failing_clients",
    title: "Which clients fail the TLS handshake?",
    explanation:
      "One row per client address with a failed handshake. A client that only fails is misconfigured, or scans ports.",
    parameters: [limit(50)],
    sql: `SELECT client, failed, connections, ${percent("failed", "connections")} AS failed_percent, reasons, last_seen
FROM (
  SELECT client_ip AS client, count(*) FILTER (WHERE ${FAILED}) AS failed, count(*) AS connections,
    count(DISTINCT CASE WHEN ${FAILED} THEN tls_verify_status END) AS reasons, max(time) AS last_seen
  FROM {table}
  WHERE {range}
  GROUP BY client_ip
)
WHERE failed > 0
ORDER BY failed DESC, client
LIMIT {limit}`,
  },
  {
    name: "expiring_certificates",
    title: "Which client certificates expire soon?",
    explanation:
      "One row per certificate that expires before the given time, soonest first, with its connections and its last use.",
    parameters: [
      {
        name: "before",
        type: "text",
        example: "2027-01-01",
        doc: "day or time (UTC) that the certificates do not reach, as YYYY-MM-DD",
      },
      limit(50),
    ],
    sql: `SELECT ${NOT_AFTER} AS not_after, leaf_client_cert_subject AS subject,
  leaf_client_cert_serial_number AS serial_number, count(*) AS connections,
  count(DISTINCT client_ip) AS clients, max(time) AS last_seen
FROM {table}
WHERE {range} AND leaf_client_cert_validity LIKE '%NotAfter=%' AND ${NOT_AFTER} < {before}
GROUP BY 1, leaf_client_cert_subject, leaf_client_cert_serial_number
ORDER BY not_after, subject, serial_number
LIMIT {limit}`,
  },
  {
    name: "tls",
    title: "Which TLS versions, ciphers and key exchanges do connections use?",
    explanation:
      "One row per combination, with the number of clients that would lose access without it. Empty: plain HTTP, or a failed handshake.",
    parameters: [],
    sql: `SELECT tls_protocol, tls_cipher, tls_keyexchange, count(*) AS connections,
  count(DISTINCT client_ip) AS clients,
  ${percent("count(*)", "sum(count(*)) OVER ()")} AS percent_of_connections
FROM {table}
WHERE {range}
GROUP BY tls_protocol, tls_cipher, tls_keyexchange
ORDER BY connections DESC, tls_protocol, tls_cipher, tls_keyexchange`,
  },
  {
    name: "handshake_latency",
    title: "How long do TLS handshakes take, by TLS version?",
    explanation: "Seconds of successful handshakes. Athena computes approximate quantiles.",
    parameters: [],
    sql: `SELECT tls_protocol, tls_keyexchange, count(*) AS handshakes,
  ${latencies({ seconds: "tls_handshake_latency" })}
FROM {table}
WHERE {range} AND tls_handshake_latency >= 0
GROUP BY tls_protocol, tls_keyexchange
ORDER BY average DESC, tls_protocol, tls_keyexchange`,
  },
  {
    name: "connections_over_time",
    title: "How many connections were made and failed, hour by hour?",
    explanation: "One row per hour (UTC) and port of the listener.",
    parameters: [],
    sql: `SELECT date_trunc('hour', time) AS hour, listener_port, count(*) AS connections, count(DISTINCT client_ip) AS clients,
  count(*) FILTER (WHERE ${FAILED}) AS failed,
  ${percent(`count(*) FILTER (WHERE ${FAILED})`, "count(*)")} AS failed_percent
FROM {table}
WHERE {range}
GROUP BY 1, listener_port
ORDER BY 1, listener_port`,
  },
];

/** Questions about the connections of load balancers. */
export const albConnectionQuestions: readonly Question[] = questionsOf("alb-connection", QUESTIONS);
