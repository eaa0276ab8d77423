import fc from "fast-check";
import { FORMATS, type FormatId } from "../../formats";
import { hostileLine } from "./hostile-lines";
import { albLine, cloudfrontLine, FIELDS, type FieldTexts, LINES } from "./lines";

const ALB_CHANGES: readonly Readonly<Record<string, string>>[] = [
  { "client:port": "2001:db8::7:443" },
  { "target:port": "[2001:db8::7]:443" },
  { "target:port": "-", elb_status_code: "000", target_status_code: "-" },
  { request_processing_time: "-1", target_processing_time: "-1", response_processing_time: "-1" },
  { received_bytes: "9223372036854775807", sent_bytes: "999999999999999" },
  { received_bytes: "9223372036854775808" },
  { request_line: '"GET http://h:80/a b c HTTP/1.1"' },
  { request_line: '"GET http://h:80/"' },
  { request_line: '"- http://h:80- -"' },
  { request_line: '"- http://h:80/ "' },
  { request_line: '"- - -"' },
  { request_line: '"GET http://h:80/caf\u00e9?q=%E9 HTTP/1.1"' },
  { user_agent: '"a \\x22b\\x22"' },
  { user_agent: '"${jndi:ldap://x} %{y} \'; DROP TABLE x --"' },
  { user_agent: '"evil" agent"' },
  { user_agent: '"an "evil" agent"' },
  { user_agent: '"\t\u0001\u00a0\ufeff\u2028"' },
  { user_agent: '"-"', domain_name: '""', trace_id: '"-"' },
  { "target:port_list": "10.0.0.1:80", target_status_code_list: "200" },
  { "target:port_list": '"10.0.0.1:80 10.0.0.2:80"', target_status_code_list: '"502 200"' },
  { sent_bytes: "many" },
  { time: "2026-11-23T07:05:00Z" },
  { time: "2026-11-23T07:05:00.1Z" },
  { time: "2024-02-29T23:59:59.999999Z" },
  { time: "1970-01-01T00:00:00.000001Z", request_creation_time: "-" },
  { client_ip: "192.0.2.1" },
];
const CLOUDFRONT_CHANGES: readonly Readonly<Record<string, string>>[] = [
  { "x-edge-result-type": "", "cs(Cookie)": "" },
  { "fle-encrypted-fields": " -" },
  { "sc-content-len": "570129.5" },
  { "time-taken": "0.000", "time-to-first-byte": "1E-3" },
  { "cs(User-Agent)": "a b c" },
  { "cs(User-Agent)": 'a "b' },
  { "cs(User-Agent)": "%2522${x}%{y}'" },
  { "sc-status": "000" },
  { "sc-bytes": "9223372036854775807" },
  { date: "2024-02-29", time: "23:59:59" },
  { "c-ip": "2001:db8::7", "x-forwarded-for": "203.0.113.99,%202001:db8::8" },
  { "cs-uri-query": "a=b&c=%C3%A9", "cs(Referer)": "https://www.example.com/?x=y#z" },
];
/** Lines with a time that does not exist, unless it is the time of the line. */
const TIMES: Readonly<Partial<Record<FormatId, readonly string[]>>> = {
  alb: [
    albLine({ time: "2026-02-30T00:00:00.000000Z" }),
    albLine({ time: "2026-02-28T24:00:00.000000Z" }),
    albLine({ time: "0000-01-01T00:00:00.000000Z" }),
    albLine({ request_creation_time: "2026-13-01T00:00:00.000000Z" }),
  ],
  cloudfront: [cloudfrontLine({ date: "2026-02-30" }), cloudfrontLine({ time: "24:00:00" })],
  s3: [
    "[30/Feb/2026:00:00:00 +0000]",
    "[29/Feb/2026:00:00:00 +0000]",
    "[31/Nov/2026:00:00:00 +0000]",
    "[01/nov/2026:00:00:00 +0000]",
    "[00/Nov/2026:00:00:00 +0000]",
    "[01/Nov/0000:00:00:00 +0000]",
    "[01/Nov/2026:24:00:00 +0000]",
    "[01/Nov/2026:00:00:00 +0100]",
    "[01/Nov/2026:00:00:00]",
    "01/Nov/2026:00:00:00 +0000",
    "2026-11-01T00:00:00Z",
  ].map((time) => LINES.s3({ requestdatetime: time })),
  waf: [
    "",
    "0",
    "1795417512",
    "17954175121860",
    "1795417512.186",
    "-1795417512186",
    "2026-11-23T07:05:12Z",
  ].map((timestamp) => LINES.waf({ timestamp })),
};
/** Text that is not a log line. */
const BROKEN: Readonly<Partial<Record<FormatId, readonly string[]>>> = {
  alb: [
    albLine().slice(0, 150),
    albLine({}, 29).slice(0, -2),
    "Enable AccessLog for ELB: app/shop/1 at 2026-11-23T09:55:52.806Z",
    cloudfrontLine(),
  ],
  cloudfront: [
    cloudfrontLine({ date: "1684226820.937" }),
    cloudfrontLine().replaceAll("\t", "   "),
    albLine(),
  ],
};

/** Odd values of fields. */
const CHANGES: Readonly<Partial<Record<FormatId, readonly FieldTexts[]>>> = {
  alb: ALB_CHANGES,
  cloudfront: CLOUDFRONT_CHANGES,
};
/** Every other format: each field with nothing, with a dash, with an odd number, and in wrong quotes. */
const anyChanges = (id: FormatId): readonly FieldTexts[] =>
  Object.keys(FIELDS[id]).flatMap((name) =>
    ["", "-", '"-"', "-1.50", "12345678901234567", '"a" b"', "a b"].map((text) => ({ [name]: text })),
  );
/** The same lines in every run. */
const HOSTILE = { numRuns: 300, seed: 1 };

/** Lines at the edges of a format: every length, odd values, unknown fields, comments, and text that is not a line. */
export const edgeLines = (format: FormatId): readonly string[] => [
  ...Object.keys(FIELDS[format]).map((_, index) => LINES[format]({}, index + 1)),
  ...(CHANGES[format] ?? anyChanges(format)).map((changes) => LINES[format](changes)),
  `${LINES[format]()}${FORMATS[format].separator === " " ? ' - "a new field" 42' : "\tdt_1\tcn-1\tnew"}`,
  ...(BROKEN[format] ?? [LINES[format]().slice(0, -30)]),
  "rubbish",
  " ",
  "# comment",
  "#Version: 1.0",
  "",
];

/** Lines whose time does not exist. */
export const impossibleTimes = (format: FormatId): readonly string[] =>
  TIMES[format] ??
  ["2026-02-30T00:00:00", "2026-02-28T24:00:00.000000", "0000-01-01T00:00:00"].flatMap((time) =>
    FORMATS[format].fields
      .filter(({ columns: [{ name }] }) => name === "time")
      .flatMap((field) => ["Z", ""].map((zone) => LINES[format]({ [field.name]: `${time}${zone}` }))),
  );

/** Lines with hostile text in any field. */
export const hostileLines = (format: FormatId): readonly string[] => fc.sample(hostileLine(format), HOSTILE);
