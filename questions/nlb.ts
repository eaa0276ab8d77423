import { type FormatQuestion, limit, type Question, questionsOf } from "./question";
import { latencies, percent } from "./words";

/** Without a TLS protocol the handshake failed. */
const FAILED = "tls_protocol_version IS NULL";

const QUESTIONS: readonly FormatQuestion[] = [
  {
    name: "failed_handshakes",
    title: "Which TLS handshakes failed, and which alert did the clients send?",
    explanation:
      "One row per server name and TLS alert of the client: 42 to 48 are about the certificate, 70 is the protocol, 40 the ciphers. Empty alert: the client sent none.",
    parameters: [limit(50)],
    sql: `SELECT domain_name, incoming_tls_alert AS alert, count(*) AS failed,
  count(DISTINCT client_ip) AS clients, min(time) AS first_seen, max(time) AS last_seen
FROM {table}
WHERE {range} AND ${FAILED}
GROUP BY domain_name, incoming_tls_alert
ORDER BY failed DESC, domain_name, alert
LIMIT {limit}`,
  },
  {
    name: "top_clients",
    title: "Which clients make the most connections and send the most bytes?",
    explanation: "One row per client address, with its percentage of all connections.",
    parameters: [limit(20)],
    sql: `SELECT client_ip AS client, count(*) AS connections,
  ${percent("count(*)", "sum(count(*)) OVER ()")} AS percent_of_connections,
  sum(received_bytes) AS bytes_received, sum(sent_bytes) AS bytes_sent,
  count(*) FILTER (WHERE ${FAILED}) AS failed
FROM {table}
WHERE {range}
GROUP BY client_ip
ORDER BY connections DESC, client
LIMIT {limit}`,
  },
  {
    name: "server_names",
    title: "Which server names do clients ask for?",
    explanation: "One row per server name (SNI). Empty: the client sent none.",
    parameters: [limit(50)],
    sql: `SELECT domain_name, count(*) AS connections, count(DISTINCT client_ip) AS clients,
  sum(received_bytes) AS bytes_received, sum(sent_bytes) AS bytes_sent,
  ${percent(`count(*) FILTER (WHERE ${FAILED})`, "count(*)")} AS failed_percent
FROM {table}
WHERE {range}
GROUP BY domain_name
ORDER BY connections DESC, domain_name
LIMIT {limit}`,
  },
  {
    name: "tls",
    title: "Which TLS versions and ciphers do clients use?",
    explanation:
      "One row per protocol and cipher, with the number of clients that would lose access without it. Empty: the handshake failed.",
    parameters: [],
    sql: `SELECT tls_protocol_version AS tls_protocol, tls_cipher_suite AS tls_cipher, tls_named_group AS key_exchange,
  count(*) AS connections, count(DISTINCT client_ip) AS clients,
  ${percent("count(*)", "sum(count(*)) OVER ()")} AS percent_of_connections
FROM {table}
WHERE {range}
GROUP BY tls_protocol_version, tls_cipher_suite, tls_named_group
ORDER BY connections DESC, tls_protocol, tls_cipher, key_exchange`,
  },
  {
    name: "handshake_time",
    title: "How long do TLS handshakes take, by TLS version?",
    explanation: "Seconds of successful handshakes. Athena computes approximate quantiles.",
    parameters: [],
    sql: `SELECT tls_protocol_version AS tls_protocol, count(*) AS handshakes,
  ${latencies({ seconds: "seconds" })}
FROM (
  SELECT tls_protocol_version, tls_handshake_time_ms / 1e3 AS seconds
  FROM {table}
  WHERE {range} AND tls_handshake_time_ms >= 0
)
GROUP BY tls_protocol_version
ORDER BY average DESC, tls_protocol`,
  },
  {
    name: "longest_connections",
    title: "Which connections were open longest?",
    explanation: "One row per connection, with its end. The log has a connection only after its end.",
    parameters: [limit(20)],
    sql: `SELECT time, tcp_connection_time_ms / 1e3 AS seconds, client_ip AS client, client_port, domain_name,
  received_bytes AS bytes_received, sent_bytes AS bytes_sent, listener_id
FROM {table}
WHERE {range} AND tcp_connection_time_ms >= 0
ORDER BY seconds DESC, time, client, client_port
LIMIT {limit}`,
  },
  {
    name: "connections_over_time",
    title: "How many connections ended and failed, hour by hour?",
    explanation: "One row per hour (UTC) in which the connections ended.",
    parameters: [],
    sql: `SELECT date_trunc('hour', time) AS hour, count(*) AS connections, count(DISTINCT client_ip) AS clients,
  sum(received_bytes) AS bytes_received, sum(sent_bytes) AS bytes_sent,
  count(*) FILTER (WHERE ${FAILED}) AS failed
FROM {table}
WHERE {range}
GROUP BY 1
ORDER BY 1`,
  },
];

/** Questions about the TLS connections of Network Load Balancers. */
export const nlbQuestions: readonly Question[] = questionsOf("nlb", QUESTIONS);
