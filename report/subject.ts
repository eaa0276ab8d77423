import type { FormatId } from "../formats";
import { ALB_WORDS } from "../questions/alb";
import { CACHEABLE, CLOUDFRONT_WORDS, HITS } from "../questions/cloudfront";
import { isRobot, robotName } from "../questions/robots";
import { ID_RULE, QUESTION_MARK, urlPattern, type Words } from "../questions/words";
import { DIMENSION_LABELS, type DimensionId, type MeasureId } from "./model";

/** A property of requests that the report groups and filters by. */
export interface Dimension<Id extends string = string> {
  readonly id: Id;
  readonly label: string;
  /** Its value as text; NULL is shown as "(none)". */
  readonly sql: string;
  /** The columns that it is made of: it is computed once for each combination of their values. */
  readonly columns: readonly string[];
  /** Number of values that are kept; the others are added up as "(other)". */
  readonly values: number;
  readonly note?: string;
}

/** A list of values that is filtered by the dimensions, but is no filter itself. */
export interface Listed extends Dimension {
  /** The list has only requests of this kind. */
  readonly within?: { readonly dimension: DimensionId; readonly value: string };
  /** The log has the values percent-encoded: the page decodes them. */
  readonly isEncoded?: boolean;
  /** The report leaves out a list of a single value: it would repeat the totals. */
  readonly needsSeveral?: boolean;
}

/** A whole number that can be added up. */
export interface Measure {
  readonly id: MeasureId;
  /** Of one request: over `timed`, its seconds if it has them, and the subject's kept numbers. */
  readonly of: string;
}

/** Rows that are shown as they are, whatever the filters. */
export interface Detail {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  /** SQL with `{table}` and `{range}`, of all rows, and with `{client_requests}`, the requests of each `address`. */
  readonly sql: string;
  /** Rows that the page shows. */
  readonly rows: number;
}

/** What the report knows about one format. */
export interface Subject {
  readonly format: FormatId;
  readonly words: Words;
  /** What the dimensions need of a column if that has fewer different values, which makes the report faster. */
  readonly used: Readonly<Record<string, string>>;
  /** Columns that have few combinations of values: they are looked up together. */
  readonly few: readonly string[];
  readonly dimensions: readonly Dimension<DimensionId>[];
  readonly lists: readonly Listed[];
  /** Numbers of each request that measures are made of, by name. */
  readonly kept: Readonly<Record<string, string>>;
  readonly measures: readonly Measure[];
  readonly details: readonly Detail[];
}

export const PEOPLE = "people";
export const ROBOT = "robots";

const statusClass = (status: string): string =>
  `CASE WHEN ${status} >= '1' AND ${status} < '6' THEN concat(substr(${status}, 1, 1), 'xx') ELSE 'no status' END`;

const isProgram = ({ userAgent }: Words): string =>
  `(coalesce(${userAgent}, '') = '' OR ${isRobot(userAgent)})`;

const BROWSERS = [
  ["%Edg%", "Edge"],
  ["%OPR/%", "Opera"],
  ["%SamsungBrowser%", "Samsung Internet"],
  ["%Firefox/%", "Firefox"],
  ["%FxiOS%", "Firefox"],
  ["%CriOS%", "Chrome"],
  ["%Chrome/%", "Chrome"],
  ["%Safari/%", "Safari"],
  ["%MSIE%", "Internet Explorer"],
  ["%Trident/%", "Internet Explorer"],
] as const;
const SYSTEMS = [
  ["%iPhone%", "iOS"],
  ["%iPad%", "iOS"],
  ["%Android%", "Android"],
  ["%Windows%", "Windows"],
  ["%Mac OS X%", "macOS"],
  ["%CrOS%", "ChromeOS"],
  ["%Linux%", "Linux"],
] as const;

const firstOf = (text: string, names: readonly (readonly [string, string])[], otherwise: string): string =>
  `CASE ${names.map(([pattern, name]) => `WHEN ${text} LIKE '${pattern}' THEN '${name}'`).join(" ")} ELSE '${otherwise}' END`;

const browser = (words: Words): string =>
  `concat(${firstOf(words.userAgentText, BROWSERS, "another program")}, ' on ', ${firstOf(words.userAgentText, SYSTEMS, "another system")})`;

const dimensionsOf = (words: Words, host: Pick<Dimension, "sql" | "columns">): Dimension<DimensionId>[] => [
  {
    id: "status",
    label: DIMENSION_LABELS.status,
    sql: statusClass(words.status),
    columns: [words.status],
    values: 6,
  },
  {
    id: "traffic",
    label: DIMENSION_LABELS.traffic,
    sql: `CASE WHEN ${isProgram(words)} THEN '${ROBOT}' ELSE '${PEOPLE}' END`,
    columns: [words.userAgent],
    values: 2,
  },
  { id: "host", label: DIMENSION_LABELS.host, ...host, values: 30 },
  { id: "method", label: DIMENSION_LABELS.method, sql: words.method, columns: [words.method], values: 8 },
  {
    id: "path",
    label: DIMENSION_LABELS.path,
    sql: urlPattern(words),
    columns: [words.url],
    values: 40,
    note: ID_RULE,
  },
];

const listsOf = (words: Words, agent: Pick<Listed, "isEncoded"> = {}): Listed[] => [
  { id: "client", label: "Clients", sql: words.client, columns: [words.client], values: 40 },
  { id: "code", label: "Status codes", sql: words.status, columns: [words.status], values: 30 },
  {
    id: "robot",
    label: "Robots and programs",
    sql: `CASE WHEN ${isProgram(words)} THEN coalesce(nullif(${robotName(words.userAgentText)}, ''), 'no User-Agent') END`,
    columns: [words.userAgent],
    values: 30,
    note: "Named by their User-Agent, apart from people. Robots with the User-Agent of a browser, and unknown programs, count as people. The program named cloudfront is a distribution in front, which does not forward this header.",
    within: { dimension: "traffic", value: ROBOT },
  },
  {
    id: "browser",
    label: "Browsers and systems",
    sql: `CASE WHEN NOT ${isProgram(words)} THEN ${browser(words)} END`,
    columns: [words.userAgent],
    values: 25,
    within: { dimension: "traffic", value: PEOPLE },
  },
  {
    id: "agent",
    label: "User agents",
    sql: words.userAgentText,
    columns: [words.userAgent],
    values: 25,
    ...agent,
  },
  {
    id: "tls",
    label: "TLS",
    sql: "CASE WHEN ssl_protocol IS NULL THEN 'no TLS' ELSE concat(ssl_protocol, ' ', coalesce(ssl_cipher, '')) END",
    columns: ["ssl_protocol", "ssl_cipher"],
    values: 20,
  },
];

/** 1 for the rows of a condition, else 0. */
const flag = (condition: string): string => `CAST(CASE WHEN ${condition} THEN 1 ELSE 0 END AS tinyint)`;

const sent = ({ bytesSent }: Words): string => `coalesce(${bytesSent}, 0)`;

const MEASURES: readonly Measure[] = [
  { id: "requests", of: "1" },
  { id: "sent", of: "sent" },
  { id: "untimed", of: "CASE WHEN timed IS NULL THEN 1 ELSE 0 END" },
  { id: "milliseconds", of: "coalesce(round(timed * 1000), 0)" },
];

/** Robots meet broken links, too: most requests of a scanner are refused. */
const scanners = (words: Words): Detail => ({
  id: "scanners",
  title: "Scanners",
  note: "Clients that were refused at least half of their requests, on at least 10 different paths or at least 100 times: 4xx, but not 460, where the client went away.",
  sql: `SELECT client, paths_refused, refused, requests, first_seen, last_seen
FROM (
  SELECT ${words.client} AS client, count(DISTINCT ${words.path}) AS paths_refused, count(*) AS refused,
    min(time) AS first_seen, max(time) AS last_seen
  FROM {table}
  WHERE {range} AND ${words.status} LIKE '4%' AND ${words.status} <> '460'
  GROUP BY ${words.client}
  HAVING count(DISTINCT ${words.path}) >= 10 OR count(*) >= 100
) AS refusals
JOIN {client_requests} AS clients ON address = client
WHERE 2 * refused >= requests
ORDER BY paths_refused DESC, refused DESC, client`,
  rows: 30,
});

/**
 * The newest rows of each condition. One condition of several columns cannot be checked with the statistics of a file: all rows
 * would be read.
 */
const newestOf = (columns: readonly string[], conditions: readonly string[]): string =>
  `${conditions
    .map((condition) => `SELECT ${columns.join(", ")}\nFROM {table}\nWHERE {range} AND ${condition}`)
    .join("\nUNION ALL\n")}\nORDER BY time DESC`;

/** Query strings make almost every URL different. */
const URL_WITHOUT_QUERY = `split_part(request_url, ${QUESTION_MARK}, 1)`;

const ALB: Subject = {
  format: "alb",
  words: ALB_WORDS,
  // To look for the question mark takes less time than to copy each URL.
  used: {
    request_url: `CASE WHEN request_url LIKE concat('%', ${QUESTION_MARK}, '%') THEN ${URL_WITHOUT_QUERY} ELSE request_url END`,
  },
  few: ["elb", "elb_status_code", "request_verb", "target_group_arn", "ssl_protocol", "ssl_cipher"],
  dimensions: [
    ...dimensionsOf(ALB_WORDS, {
      sql: `lower(regexp_extract(${URL_WITHOUT_QUERY}, '^[a-z]+://(\\[[^/]*\\]|[^/:]*)', 1))`,
      columns: ["request_url"],
    }),
    {
      id: "target_group",
      label: DIMENSION_LABELS.target_group,
      sql: "split_part(split_part(target_group_arn, ':targetgroup/', 2), '/', 1)",
      columns: ["target_group_arn"],
      values: 30,
    },
  ],
  lists: [
    ...listsOf(ALB_WORDS),
    {
      id: "target",
      label: "Targets",
      // Without brackets, an IPv6 address and a port are another address.
      sql: "CASE WHEN target_ip LIKE '%:%' THEN concat('[', target_ip, ']') ELSE target_ip END || ':' || CAST(target_port AS varchar)",
      columns: ["target_ip", "target_port"],
      values: 40,
      note: "(none): the request reached no target, or its target is a Lambda function.",
    },
    { id: "elb", label: "Load balancers", sql: "elb", columns: ["elb"], values: 30, needsSeveral: true },
  ],
  kept: {
    sent: sent(ALB_WORDS),
    own_errors: flag(
      "elb_status_code LIKE '5%' AND (target_status_code IS NULL OR NOT target_status_code LIKE '5%')",
    ),
  },
  measures: [...MEASURES, { id: "own_errors", of: "own_errors" }],
  details: [
    scanners(ALB_WORDS),
    {
      id: "alb_abnormal",
      title: "Abnormal requests",
      note: "The newest requests with an error reason, or that desync mitigation classified as ambiguous or severe.",
      sql: newestOf(
        [
          "time",
          "client_ip",
          "elb_status_code",
          "error_reason",
          "classification",
          "classification_reason",
          "request_url",
          "trace_id",
        ],
        ["error_reason IS NOT NULL", "error_reason IS NULL AND classification IN ('Ambiguous', 'Severe')"],
      ),
      rows: 50,
    },
  ],
};

/** The host of a URL, without user name and port. CloudFront encodes the brackets of an IPv6 address. */
const REFERRING_SITE = `coalesce(nullif(lower(regexp_extract(split_part(cs_referrer, ${QUESTION_MARK}, 1),
  '^[A-Za-z][A-Za-z0-9+.-]*://([^/@#]*@|)(%5[Bb][^/]*%5[Dd]|\\[[^/]*\\]|[^/:#]*)', 2)), ''), 'no URL')`;

const CLOUDFRONT: Subject = {
  format: "cloudfront",
  words: CLOUDFRONT_WORDS,
  used: {},
  few: [
    "sc_status",
    "cs_method",
    "x_edge_result_type",
    "x_edge_detailed_result_type",
    "ssl_protocol",
    "ssl_cipher",
  ],
  dimensions: [
    ...dimensionsOf(CLOUDFRONT_WORDS, { sql: "lower(x_host_header)", columns: ["x_host_header"] }),
    {
      id: "result",
      label: DIMENSION_LABELS.result,
      sql: "x_edge_result_type",
      columns: ["x_edge_result_type"],
      values: 12,
    },
    {
      id: "edge",
      label: DIMENSION_LABELS.edge,
      sql: "substr(x_edge_location, 1, 3)",
      columns: ["x_edge_location"],
      values: 16,
    },
  ],
  lists: [
    ...listsOf(CLOUDFRONT_WORDS, { isEncoded: true }),
    {
      id: "site",
      label: "Referring sites",
      sql: `CASE WHEN cs_referrer IS NOT NULL THEN ${REFERRING_SITE} END`,
      columns: ["cs_referrer"],
      values: 25,
      note: "Hosts in the Referer header. (none): the client sent none; no URL: it sent another text.",
      isEncoded: true,
    },
    {
      id: "referrer",
      label: "Referrers",
      sql: "cs_referrer",
      columns: ["cs_referrer"],
      values: 30,
      isEncoded: true,
    },
    {
      id: "country",
      label: "Countries",
      sql: "c_country",
      columns: ["c_country"],
      values: 12,
      note: "Only standard logging version 2 logs them.",
    },
    {
      id: "cause",
      label: "Detailed result types",
      sql: "x_edge_detailed_result_type",
      columns: ["x_edge_detailed_result_type"],
      values: 25,
    },
    {
      id: "content",
      label: "Content types",
      sql: "sc_content_type",
      columns: ["sc_content_type"],
      values: 20,
    },
  ],
  kept: { sent: sent(CLOUDFRONT_WORDS), hits: flag(HITS), cacheable: flag(CACHEABLE) },
  measures: [
    ...MEASURES,
    { id: "hits", of: "hits" },
    { id: "cacheable", of: "cacheable" },
    { id: "hit_bytes", of: "CASE WHEN hits = 1 THEN sent ELSE 0 END" },
  ],
  details: [scanners(CLOUDFRONT_WORDS)],
};

export const SUBJECTS: readonly Subject[] = [ALB, CLOUDFRONT];
