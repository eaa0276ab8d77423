import { FORMAT_IDS, FORMATS, type FormatId } from "../../formats";
import { jsonStepsOf, jsonTextAt } from "../../formats/json-path";
import { isJsonOnly, type LogFormat } from "../../formats/log-format";
import { jsonLine } from "./json-line";

/** The texts of a line's fields, by field. */
export type FieldTexts = Readonly<Record<string, string>>;
type MakeLine = (changes?: FieldTexts, count?: number) => string;

/** Parts of a complete ALB line of 36 fields, by field; a test replaces some of them and joins them. */
export const ALB_FIELDS: Readonly<Record<string, string>> = {
  type: "https",
  time: "2026-11-23T07:05:00.186641Z",
  elb: "app/shop/50dc6c495c0c9188",
  "client:port": "198.51.100.7:2817",
  "target:port": "10.0.0.1:8080",
  request_processing_time: "0.001",
  target_processing_time: "0.048",
  response_processing_time: "0.000",
  elb_status_code: "200",
  target_status_code: "200",
  received_bytes: "120",
  sent_bytes: "57",
  request_line: '"GET https://shop.example.com:443/a?b=c HTTP/2.0"',
  user_agent: '"curl/8.10.1"',
  ssl_cipher: "TLS_AES_128_GCM_SHA256",
  ssl_protocol: "TLSv1.3",
  target_group_arn:
    "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/shop/73e2d6bc24d8a067",
  trace_id: '"Root=1-68dd1b00-1d84f3d73c47ec4e58577259"',
  domain_name: '"shop.example.com"',
  chosen_cert_arn: '"session-reused"',
  matched_rule_priority: "1",
  request_creation_time: "2026-11-23T07:05:00.137000Z",
  actions_executed: '"waf,forward"',
  redirect_url: '"-"',
  error_reason: '"-"',
  "target:port_list": '"10.0.0.1:8080"',
  target_status_code_list: '"200"',
  classification: '"Acceptable"',
  classification_reason: '"-"',
  conn_trace_id: "TID_2d650523100657438a47a1b30bdb606d",
  transformed_host: '"-"',
  transformed_uri: '"/new"',
  request_transform_status: '"TransformSuccess"',
  ip_address: "172.31.20.5",
  target_error_code: "-",
  elb_error_code: "0x8",
};

/** A line of the fields above, with some fields replaced, cut to a number of fields. */
export const albLine = (changes: Readonly<Record<string, string>> = {}, count = 36): string =>
  Object.entries({ ...ALB_FIELDS, ...changes })
    .slice(0, count)
    .map(([, text]) => text)
    .join(" ");

/** Parts of a CloudFront line of 33 fields. */
export const CLOUDFRONT_FIELDS: Readonly<Record<string, string>> = {
  date: "2026-11-23",
  time: "07:05:00",
  "x-edge-location": "FRA56-P4",
  "sc-bytes": "500",
  "c-ip": "198.51.100.7",
  "cs-method": "GET",
  "cs(Host)": "d111111abcdef8.cloudfront.net",
  "cs-uri-stem": "/index.html",
  "sc-status": "200",
  "cs(Referer)": "-",
  "cs(User-Agent)": "Mozilla/5.0%20(X11)",
  "cs-uri-query": "-",
  "cs(Cookie)": "-",
  "x-edge-result-type": "Hit",
  "x-edge-request-id": "abc==",
  "x-host-header": "www.example.com",
  "cs-protocol": "https",
  "cs-bytes": "23",
  "time-taken": "0.001",
  "x-forwarded-for": "-",
  "ssl-protocol": "TLSv1.3",
  "ssl-cipher": "TLS_AES_128_GCM_SHA256",
  "x-edge-response-result-type": "Hit",
  "cs-protocol-version": "HTTP/2.0",
  "fle-status": "-",
  "fle-encrypted-fields": "-",
  "c-port": "11040",
  "time-to-first-byte": "0.001",
  "x-edge-detailed-result-type": "Hit",
  "sc-content-type": "text/html",
  "sc-content-len": "78",
  "sc-range-start": "-",
  "sc-range-end": "-",
};

export const cloudfrontLine = (changes: Readonly<Record<string, string>> = {}, count = 33): string =>
  Object.values({ ...CLOUDFRONT_FIELDS, ...changes })
    .slice(0, count)
    .join("\t");

/** A field: text without spaces, or with parts in quotes or brackets. */
const FIELD = /\[[^\]]*\]|(?:"(?:[^"\\]|\\.)*"|[^ "])+/g;

/** The fields of a format's first sample line. */
export function fieldsOf(format: LogFormat): FieldTexts {
  const { fields, namedFields = [], samples, separator } = format;
  const [line] = samples;
  if (isJsonOnly(format)) {
    const paths = namedFields.flatMap(({ name }) => (name === "" ? [] : [name]));
    const object: unknown = JSON.parse(line);
    return Object.fromEntries(paths.map((path) => [path, jsonTextAt(jsonStepsOf(path))(object) ?? "-"]));
  }
  const texts = separator === "\t" ? line.split("\t") : (line.match(FIELD) ?? []);
  return Object.fromEntries(fields.map(({ name }, index) => [name, texts[index] ?? "-"]));
}

/** Makes lines of the fields above, with some fields replaced, cut to a number of fields. */
export const lineOf = (format: LogFormat): MakeLine => {
  const texts = fieldsOf(format);
  if (isJsonOnly(format))
    return (changes = {}, count) => jsonLine(Object.entries({ ...texts, ...changes }).slice(0, count));
  return (changes = {}, count = format.fields.length) =>
    Object.values({ ...texts, ...changes })
      .slice(0, count)
      .join(format.separator);
};

/** Text of a field without the quotes around it, as it is in JSON. */
export const unquoted = (text: string): string => /^"([\s\S]*)"$/.exec(text)?.[1] ?? text;

/** The JSON object with the values of a line's fields, under their own or their other names. */
export const objectOf = (
  { fields, separator }: LogFormat,
  texts: Readonly<Record<string, string | undefined>>,
  hasOtherNames = true,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fields.flatMap(({ name, otherName }) => {
      const text = texts[name];
      const key = hasOtherNames ? (otherName ?? name) : name;
      return text === undefined ? [] : [[key, separator === " " ? unquoted(text) : text]];
    }),
  );

const forEachFormat = <Value>(make: (format: LogFormat) => Value): Readonly<Record<FormatId, Value>> =>
  Object.fromEntries(FORMAT_IDS.map((id) => [id, make(FORMATS[id])])) as Record<FormatId, Value>;

export const FIELDS: Readonly<Record<FormatId, FieldTexts>> = {
  ...forEachFormat(fieldsOf),
  alb: ALB_FIELDS,
  cloudfront: CLOUDFRONT_FIELDS,
};
export const LINES: Readonly<Record<FormatId, MakeLine>> = {
  ...forEachFormat(lineOf),
  alb: albLine,
  cloudfront: cloudfrontLine,
};
