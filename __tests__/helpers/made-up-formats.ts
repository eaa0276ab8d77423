/**
 * Registers formats that AWS does not have: import this file before any code that reads the registry, because much of that code
 * uses the registry when it is loaded. Jest loads modules separately for each test file, so no other test has these formats.
 */
import { FORMAT_IDS, FORMATS, type FormatId } from "../../formats";
import { hourOf, hourText, parseHour, partitionValuesOf } from "../../formats/hour";
import { column, type LogFormat } from "../../formats/log-format";
import { accessLog, fileNameOf, type ObjectKind, skip } from "../../formats/object-kind";

/** A key `<name>_2026-11-23T07.log` has the lines of that hour. */
const classifierOf = (name: string) => {
  const pattern = new RegExp(`^${name}_(?<hour>[0-9T-]+)\\.log(?:\\.gz)?$`);
  return (key: string): ObjectKind => {
    const hour = parseHour(pattern.exec(fileNameOf(key))?.groups?.hour ?? "");
    return hour === undefined ? skip("unmatched-key") : accessLog(hour);
  };
};

/** Delivered by a service that the policy allows; fields separated by spaces, none optional, and no header. */
export const tunnel: LogFormat = {
  id: "tunnel",
  table: "tunnel_access_logs",
  title: "Tunnel access logs",
  source: "a page that does not exist",
  separator: " ",
  fields: [
    { name: "time", token: "instant", columns: [column("time", "timestamp", "When the connection closed")] },
    {
      name: "client:port",
      token: "hostPort",
      columns: [
        column("client_ip", "string", "Address of the client", "address"),
        column("client_port", "int", "Port of the client"),
      ],
    },
    { name: "bytes", token: "integer", columns: [column("bytes", "bigint", "Bytes sent to the client")] },
    { name: "sni", token: "quoted", columns: [column("sni", "string", "Server name asked for")] },
  ],
  samples: [
    '2026-11-23T07:05:00.186641Z 198.51.100.7:2817 500 "shop.example.com"',
    '2026-11-23T07:06:10Z 2001:db8::7:443 - "-"',
  ],
  sampleKeys: ["111122223333/year=2026/month=11/day=23/hour=07/tunnel_2026-11-23T07.log.gz"],
  time: ["time"],
  lateByHours: 6,
  delivery: {
    kind: "bucket-policy",
    by: "tunnels",
    setting: "access_logs of a tunnel",
    target: "name",
    takesKmsKey: true,
    statementId: "TunnelLogDelivery",
    service: "delivery.logs.amazonaws.com",
    accounts: {},
  },
  delivered: {
    kind: "folders",
    per: "hour",
    levels: [/^\d{12}$/],
    timeFolder: (hour) => {
      const { dt, hour: hourOfDay } = partitionValuesOf(hour);
      const [year, month, day] = dt.split("-");
      return `year=${year}/month=${month}/day=${day}/hour=${hourOfDay}`;
    },
    stamp: { pattern: "/tunnel_([0-9-]{10}T[0-9]{2})\\.log(?:\\.gz)?$", form: "%Y-%m-%dT%H", isEnd: false },
  },
  classify: classifierOf("tunnel"),
};

/** Delivered by access control list; fields separated by tabs, without personal data. */
export const relay: LogFormat = {
  id: "relay",
  table: "relay_access_logs",
  title: "Relay access logs",
  source: "a page that does not exist",
  separator: "\t",
  fields: [
    { name: "date", token: "tabbedDate", columns: [column("date", "date", "Date of the request")] },
    { name: "time", token: "tabbedTime", columns: [column("time", "string", "Time of day of the request")] },
    { name: "status", token: "tabbedStatus", columns: [column("status", "string", "Status of the answer")] },
    {
      name: "seconds",
      token: "tabbedDecimal",
      columns: [column("seconds", "double", "Seconds that it took")],
      optional: true,
    },
  ],
  samples: ["2026-11-23\t07:05:00\t200\t0.125", "2026-11-23\t07:06:10\t404"],
  sampleKeys: ["relay_2026-11-23T07.log"],
  time: ["date", "time"],
  lateByHours: 12,
  delivery: {
    kind: "acl",
    by: "relays",
    setting: "logs of a relay",
    target: "domain-name",
    takesKmsKey: false,
    service: "Relay",
    excluded: { names: ["ap-east-1"], starts: ["cn-"], expected: "must be a Region with relays" },
  },
  delivered: {
    kind: "flat",
    groups: { start: () => "", delimiter: "_", stampOf: (instant) => hourText(hourOf(instant)) },
    reason: "relays deliver all files to one folder",
  },
  classify: classifierOf("relay"),
};

/** In its types, the registry has only its own formats. */
export const idOf = ({ id }: LogFormat): FormatId => id as FormatId;

Object.assign(FORMATS, { tunnel, relay });
FORMAT_IDS.push(idOf(tunnel), idOf(relay));
