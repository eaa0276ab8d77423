import type { FormatId } from "../../formats";
import { type OpenLake, openLake } from "../../lake/query";
import { QUESTIONS } from "../../questions";
import { randomFrom } from "../../sample/random";
import {
  type Answer,
  average,
  distinct,
  first,
  groups,
  last,
  latency,
  micros,
  percent,
  sorted,
  sum,
  text,
  type Values,
} from "../helpers/answer-rows";
import { testAnswers } from "../helpers/computed-answers";
import { keyOf, type TestLake, testLake } from "../helpers/lake";
import { LINES } from "../helpers/lines";

// Logs without requests: the answers are computed from the logged values without SQL.

const random = randomFrom(11);
const COUNT = 200;
/** A time of the hour that the file's name shows, in seconds. */
const timeOf = (index: number): string =>
  `2026-11-23T07:${String(Math.floor(index / 4)).padStart(2, "0")}:${String((index % 4) * 15).padStart(2, "0")}`;
const logged = (make: (index: number) => Values): Answer =>
  Array.from({ length: COUNT }, (_, index) => make(index));
const clientOf = (): string => `198.51.100.${random.skewed(8)}`;

const connections = logged((index) => {
  const reason = random.chance(0.3) ? random.pick(["ClientCertExpired", "ClientCertUntrusted"]) : null;
  const number = random.integer(1, 4);
  const hasCertificate = reason === null && random.chance(0.6);
  return {
    time: timeOf(index),
    client: clientOf(),
    port: random.pick([443, 8443]),
    reason,
    protocol: reason === null ? random.pick(["TLSv1.2", "TLSv1.3"]) : null,
    exchange: reason === null ? random.pick(["x25519", "X25519MLKEM768"]) : null,
    latency: reason === null ? random.integer(1, 50) / 1000 : null,
    subject: hasCertificate ? `CN=till ${number}` : null,
    serial: hasCertificate ? `0${number}` : null,
    notAfter: hasCertificate ? `202${6 + number}-01-15T00:00:00Z` : null,
  };
});
const checks = logged((index) => {
  const failed = random.chance(0.3);
  const target = `10.0.0.${random.integer(1, 3)}:80`;
  return {
    time: timeOf(index),
    group: random.pick(["shop", "api"]),
    target,
    node: random.pick(["172.31.0.1", "172.31.0.2"]),
    status: failed ? "FAIL" : "PASS",
    code: failed ? random.pick(["503", null]) : "200",
    reason: failed ? random.pick(["TimedOut", "ResponseCodeMismatch"]) : null,
    latency: random.integer(1, 5000) / 1000,
  };
});
const tunnels = logged((index) => {
  const failed = random.chance(0.3);
  return {
    time: timeOf(index),
    client: clientOf(),
    port: 1024 + index,
    name: random.pick(["a.example.com", "b.example.com", null]),
    alert: failed ? random.pick([42, 48, null]) : null,
    protocol: failed ? null : random.pick(["TLSv1.2", "TLSv1.3"]),
    handshake: failed ? null : random.integer(1, 90),
    duration: random.integer(1, 90_000),
    received: random.integer(0, 5000),
    sent: random.integer(0, 5000),
  };
});

const LOGS: Readonly<Partial<Record<FormatId, readonly string[]>>> = {
  "alb-connection": connections.map((row) =>
    LINES["alb-connection"]({
      timestamp: `${row.time}Z`,
      client_ip: text(row.client),
      listener_port: text(row.port),
      tls_protocol: text(row.protocol),
      tls_cipher: row.protocol === null ? "-" : "TLS_AES_128_GCM_SHA256",
      tls_handshake_latency: text(row.latency),
      leaf_client_cert_subject: `"${text(row.subject)}"`,
      leaf_client_cert_validity:
        row.notAfter === null ? "-" : `NotBefore=2025-01-15T00:00:00Z;NotAfter=${row.notAfter}`,
      leaf_client_cert_serial_number: text(row.serial),
      tls_verify_status: row.reason === null ? "Success" : `Failed:${row.reason}`,
      tls_keyexchange: text(row.exchange),
    }),
  ),
  "alb-health-check": checks.map((row) =>
    LINES["alb-health-check"]({
      time: `${row.time}Z`,
      latency: text(row.latency),
      target_addr: text(row.target),
      target_group_id: text(row.group),
      status: text(row.status),
      status_code: text(row.code),
      reason_code: text(row.reason),
      ip_address: text(row.node),
    }),
  ),
  nlb: tunnels.map((row) =>
    LINES.nlb({
      time: text(row.time),
      "client:port": `${row.client}:${row.port}`,
      connection_time: text(row.duration),
      tls_handshake_time: text(row.handshake),
      received_bytes: text(row.received),
      sent_bytes: text(row.sent),
      incoming_tls_alert: text(row.alert),
      tls_cipher: row.protocol === null ? "-" : "TLS_AES_128_GCM_SHA256",
      tls_protocol_version: text(row.protocol),
      tls_keyexchange: "-",
      domain_name: text(row.name),
    }),
  ),
};

const isFailed = ({ status, reason }: Values): boolean =>
  status === undefined ? reason !== null : status === "FAIL";
const failedIn = (rows: Answer): Answer => rows.filter(isFailed);
const isBroken = ({ protocol }: Values): boolean => protocol === null;

/** By the question's name. */
const EXPECTED: Readonly<Record<string, () => Answer>> = {
  alb_connection_failed_handshakes: () =>
    sorted(
      groups(failedIn(connections), "reason").map(([{ reason = null }, rows]) => ({
        reason,
        failed: rows.length,
        clients: distinct(rows, "client"),
        first_seen: first(rows),
        last_seen: last(rows),
      })),
      "-failed",
      "reason",
    ),
  alb_connection_failing_clients: () =>
    sorted(
      groups(connections, "client")
        .map(([{ client = null }, rows]) => ({
          client,
          failed: failedIn(rows).length,
          connections: rows.length,
          failed_percent: percent(failedIn(rows).length, rows.length),
          reasons: distinct(failedIn(rows), "reason"),
          last_seen: last(rows),
        }))
        .filter(({ failed }) => failed > 0),
      "-failed",
      "client",
    ),
  alb_connection_expiring_certificates: () =>
    sorted(
      groups(
        connections.filter(({ notAfter }) => notAfter !== null && text(notAfter) < "2029-01-01"),
        "notAfter",
        "subject",
        "serial",
      ).map(([{ notAfter = null, subject = null, serial = null }, rows]) => ({
        not_after: notAfter,
        subject,
        serial_number: serial,
        connections: rows.length,
        clients: distinct(rows, "client"),
        last_seen: last(rows),
      })),
      "not_after",
    ),
  alb_connection_tls: () =>
    sorted(
      groups(connections, "protocol", "exchange").map(([{ protocol = null, exchange = null }, rows]) => ({
        tls_protocol: protocol,
        tls_cipher: protocol === null ? null : "TLS_AES_128_GCM_SHA256",
        tls_keyexchange: exchange,
        connections: rows.length,
        clients: distinct(rows, "client"),
        percent_of_connections: percent(rows.length, COUNT),
      })),
      "-connections",
      "tls_protocol",
      "tls_keyexchange",
    ),
  alb_connection_handshake_latency: () =>
    groups(
      connections.filter(({ latency: seconds }) => seconds !== null),
      "protocol",
      "exchange",
    )
      .sort(([, a], [, b]) => average(b, "latency") - average(a, "latency"))
      .map(([{ protocol = null, exchange = null }, rows]) => ({
        tls_protocol: protocol,
        tls_keyexchange: exchange,
        handshakes: rows.length,
        ...latency(rows.map(({ latency: seconds }) => Number(seconds))),
      })),
  alb_connection_connections_over_time: () =>
    sorted(
      groups(connections, "port").map(([{ port = null }, rows]) => ({
        hour: "2026-11-23T07:00:00.000000Z",
        listener_port: port,
        connections: rows.length,
        clients: distinct(rows, "client"),
        failed: failedIn(rows).length,
        failed_percent: percent(failedIn(rows).length, rows.length),
      })),
      "listener_port",
    ),
  alb_health_check_failing_targets: () =>
    sorted(
      groups(checks, "group", "target").map(([{ group = null, target = null }, rows]) => ({
        target_group: group,
        target,
        failed: failedIn(rows).length,
        checks: rows.length,
        failed_percent: percent(failedIn(rows).length, rows.length),
        last_failed: last(failedIn(rows)),
      })),
      "-failed",
      "target_group",
      "target",
    ),
  alb_health_check_failure_reasons: () =>
    sorted(
      groups(failedIn(checks), "group", "reason", "code").map(
        ([{ group = null, reason = null, code = null }, rows]) => ({
          target_group: group,
          reason,
          status_code: code,
          failed: rows.length,
          targets: distinct(rows, "target"),
          first_seen: first(rows),
          last_seen: last(rows),
        }),
      ),
      "-failed",
      "target_group",
      "reason",
      "status_code",
    ),
  alb_health_check_flapping_targets: () =>
    sorted(
      groups(checks, "group", "target", "node")
        .map(([{ group = null, target = null, node = null }, rows]) => ({
          target_group: group,
          target,
          node,
          changes: rows.filter(({ status }, index) => index > 0 && status !== rows[index - 1]?.status).length,
          checks: rows.length,
          failed: failedIn(rows).length,
        }))
        .filter(({ changes }) => changes >= 2),
      "-changes",
      "target_group",
      "target",
      "node",
    ),
  alb_health_check_check_latency: () =>
    groups(
      checks.filter((row) => !isFailed(row)),
      "group",
      "target",
    )
      .sort(([, a], [, b]) => average(b, "latency") - average(a, "latency"))
      .map(([{ group = null, target = null }, rows]) => ({
        target_group: group,
        target,
        checks: rows.length,
        ...latency(rows.map(({ latency: seconds }) => Number(seconds))),
      })),
  alb_health_check_checks_over_time: () =>
    sorted(
      groups(checks, "group").map(([{ group = null }, rows]) => ({
        hour: "2026-11-23T07:00:00.000000Z",
        target_group: group,
        checks: rows.length,
        targets: distinct(rows, "target"),
        failed: failedIn(rows).length,
        failing_targets: distinct(failedIn(rows), "target"),
      })),
      "target_group",
    ),
  alb_health_check_last_results: () =>
    sorted(
      groups(checks, "group", "target").map(([{ group = null, target = null }, rows]) => {
        const { status = null, reason = null, code = null } = rows.at(-1) ?? {};
        return { target_group: group, target, status, reason, status_code: code, last_check: last(rows) };
      }),
      "status",
      "target_group",
      "target",
    ),
  nlb_failed_handshakes: () =>
    sorted(
      groups(tunnels.filter(isBroken), "name", "alert").map(([{ name = null, alert = null }, rows]) => ({
        domain_name: name,
        alert,
        failed: rows.length,
        clients: distinct(rows, "client"),
        first_seen: first(rows),
        last_seen: last(rows),
      })),
      "-failed",
      "domain_name",
      "alert",
    ),
  nlb_top_clients: () =>
    sorted(
      groups(tunnels, "client").map(([{ client = null }, rows]) => ({
        client,
        connections: rows.length,
        percent_of_connections: percent(rows.length, COUNT),
        bytes_received: sum(rows, "received"),
        bytes_sent: sum(rows, "sent"),
        failed: rows.filter(isBroken).length,
      })),
      "-connections",
      "client",
    ),
  nlb_server_names: () =>
    sorted(
      groups(tunnels, "name").map(([{ name = null }, rows]) => ({
        domain_name: name,
        connections: rows.length,
        clients: distinct(rows, "client"),
        bytes_received: sum(rows, "received"),
        bytes_sent: sum(rows, "sent"),
        failed_percent: percent(rows.filter(isBroken).length, rows.length),
      })),
      "-connections",
      "domain_name",
    ),
  nlb_tls: () =>
    sorted(
      groups(tunnels, "protocol").map(([{ protocol = null }, rows]) => ({
        tls_protocol: protocol,
        tls_cipher: protocol === null ? null : "TLS_AES_128_GCM_SHA256",
        key_exchange: null,
        connections: rows.length,
        clients: distinct(rows, "client"),
        percent_of_connections: percent(rows.length, COUNT),
      })),
      "-connections",
      "tls_protocol",
    ),
  nlb_handshake_time: () =>
    groups(
      tunnels.filter((row) => !isBroken(row)),
      "protocol",
    )
      .sort(([, a], [, b]) => average(b, "handshake") - average(a, "handshake"))
      .map(([{ protocol = null }, rows]) => ({
        tls_protocol: protocol,
        handshakes: rows.length,
        ...latency(rows.map(({ handshake }) => Number(handshake) / 1000)),
      })),
  nlb_longest_connections: () =>
    sorted(
      tunnels.map(
        ({ time, duration, client = null, port = null, name = null, received = null, sent = null }) => ({
          time: micros(text(time)),
          seconds: Number(duration) / 1000,
          client,
          client_port: port,
          domain_name: name,
          bytes_received: received,
          bytes_sent: sent,
          listener_id: "g3d4b5e8bb8464cd",
        }),
      ),
      "-seconds",
      "time",
    ),
  nlb_connections_over_time: () => [
    {
      hour: "2026-11-23T07:00:00.000000Z",
      connections: COUNT,
      clients: distinct(tunnels, "client"),
      bytes_received: sum(tunnels, "received"),
      bytes_sent: sum(tunnels, "sent"),
      failed: tunnels.filter(isBroken).length,
    },
  ],
};

const VALUES: Readonly<Record<string, string>> = { before: "2029-01-01" };
const ASKED = QUESTIONS.filter(({ format }) => LOGS[format] !== undefined);

let lake: TestLake;
let open: OpenLake;
beforeAll(async () => {
  lake = testLake();
  for (const [format, lines] of Object.entries(LOGS))
    lake.put(keyOf(format as FormatId), `${lines.join("\n")}\n`);
  expect(await lake.ingest()).toMatchObject({ moved: 3, unparsed: {} });
  open = await openLake(lake.lake);
});
afterAll(() => {
  open.close();
  lake.delete();
});

testAnswers(ASKED, EXPECTED, () => open, VALUES);
