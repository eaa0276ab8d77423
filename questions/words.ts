import type { FormatId } from "../formats";

/** How a question that both kinds of log can answer speaks of one of them: SQL expressions of its typed table. */
export interface Words {
  readonly format: FormatId;
  /** Address of the client. */
  readonly client: string;
  readonly status: string;
  readonly method: string;
  /** Path of the URL, without the query string. */
  readonly path: string;
  /** The URL as far as it is logged. */
  readonly url: string;
  readonly userAgent: string;
  readonly bytesReceived: string;
  readonly bytesSent: string;
  /** Seconds that the answer took. */
  readonly seconds: string;
  /** What these seconds are, for people. */
  readonly secondsDoc: string;
  /** Further columns that help with one slow request. */
  readonly details: readonly string[];
}

/**
 * Athena takes a question mark for a parameter, and does not say that it looks whether the mark stands in a text or in a
 * comment. So no question holds one, but for its parameters.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 */
export const QUESTION_MARK = "chr(63)";

export const ALB_WORDS: Words = {
  format: "alb",
  client: "client_ip",
  status: "elb_status_code",
  method: "request_verb",
  path: `regexp_replace(split_part(request_url, ${QUESTION_MARK}, 1), '^[a-z]+://[^/]+', '')`,
  url: "request_url",
  userAgent: "user_agent",
  bytesReceived: "received_bytes",
  bytesSent: "sent_bytes",
  seconds: "target_processing_time",
  secondsDoc: "Seconds are the time until the target started to respond.",
  details: ["response_processing_time", "target_ip", "trace_id"],
};

export const CLOUDFRONT_WORDS: Words = {
  format: "cloudfront",
  client: "c_ip",
  status: "sc_status",
  method: "cs_method",
  path: "cs_uri_stem",
  url: "cs_uri_stem",
  userAgent: "cs_user_agent",
  bytesReceived: "cs_bytes",
  bytesSent: "sc_bytes",
  seconds: "time_taken",
  secondsDoc: "Seconds are the time until the last byte was sent to the viewer.",
  details: ["time_to_first_byte", "x_edge_location", "x_edge_result_type"],
};

/** A path segment that starts with a digit or holds two: an id, a date, a hash. Versions like `v1` are none. */
const ID_SEGMENT = "/[0-9][^/]*|/[^/]*[0-9][^/]*[0-9][^/]*";

/** The path with `:id` for each segment that is an id. */
export const urlPattern = ({ path }: Words): string =>
  `array_join(regexp_split(${path}, '${ID_SEGMENT}'), '/:id')`;

/** A column under another name, unless it is its own. */
export const as = (column: string, name: string): string =>
  column === name ? column : `${column} AS ${name}`;

/** Percentage of all, with two decimals. A double: Trino gives a quotient of decimals no more digits than they have. */
export const percent = (part: string, whole: string): string => `round(1e2 * ${part} / ${whole}, 2)`;

/** To a tenth of a millisecond: more is noise. */
export const quantile = (seconds: string, part: number): string =>
  `round(approx_percentile(${seconds}, ${part}), 4)`;

/**
 * How long one group's answered requests took. To be sorted by the average: approximate quantiles would sort one way on
 * one engine and another way on the other.
 */
export const latencies = ({ seconds }: Pick<Words, "seconds">): string =>
  [
    `round(avg(${seconds}), 4) AS average`,
    ...[0.5, 0.9, 0.95, 0.99].map((part) => `${quantile(seconds, part)} AS p${part * 100}`),
    `max(${seconds}) AS slowest`,
  ].join(",\n  ");
