import type { FormatId } from "../formats";

/** SQL expressions of one format's typed table, for questions about several formats. */
export interface Words {
  readonly format: FormatId;
  /** Address of the client. */
  readonly client: string;
  readonly status: string;
  readonly method: string;
  /** Path of the URL, without the query string. */
  readonly path: string;
  /**
   * The same with the percent signs that the client sent.
   *
   * @default - as logged
   */
  readonly sentPath?: string;
  /** The URL as far as it is logged. */
  readonly url: string;
  readonly userAgent: string;
  /** The same as people read it. */
  readonly userAgentText: string;
  readonly bytesReceived: string;
  readonly bytesSent: string;
  /** Duration of a response in seconds. */
  readonly seconds: string;
  /** The meaning of these seconds, for the explanation. */
  readonly secondsDoc: string;
  /** Further columns that help with one slow request. */
  readonly details: readonly string[];
}

/**
 * Athena reads a question mark as a parameter. It does not document exceptions for texts and comments, so questions
 * contain question marks only for parameters.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 */
export const QUESTION_MARK = "chr(63)";

/** Characters of a path segment that are no digits, also encoded ones: the digits of `%C3%B8` are no digits of the text. */
const NO_DIGITS = "([^/0-9%]|%[0-9A-Fa-f][0-9A-Fa-f])*";

/** A path segment that starts with a digit or contains two: an id, a date, a hash. Versions like `v1` do not match. */
const ID_SEGMENT = `/[0-9][^/]*|/${NO_DIGITS}[0-9]${NO_DIGITS}[0-9][^/]*`;

/** The same for people. */
export const ID_RULE =
  "Path segments that start with a digit or contain two digits are shown as :id; percent-encoded characters are no digits.";

/** The path with `:id` for each segment that is an id. */
export const urlPattern = ({ path, sentPath = path }: Pick<Words, "path" | "sentPath">): string =>
  `array_join(regexp_split(${sentPath}, '${ID_SEGMENT}'), '/:id')`;

/** A column with an alias, unless it already has this name. */
export const as = (column: string, name: string): string =>
  column === name ? column : `${column} AS ${name}`;

/** Percentage with two decimals. A double: in Trino, a quotient of decimals has no more digits than its operands. */
export const percent = (part: string, whole: string): string => `round(1e2 * ${part} / ${whole}, 2)`;

/** A quantile, rounded to a tenth of a millisecond: more digits are noise. */
export const quantile = (seconds: string, part: number): string =>
  `round(approx_percentile(${seconds}, ${part}), 4)`;

/**
 * Latencies of the answered requests of a group. Sort by the average: approximate quantiles would give a different order
 * on each engine.
 */
export const latencies = ({ seconds }: Pick<Words, "seconds">): string =>
  [
    `round(avg(${seconds}), 4) AS average`,
    ...[0.5, 0.9, 0.95, 0.99].map((part) => `${quantile(seconds, part)} AS p${part * 100}`),
    `max(${seconds}) AS slowest`,
  ].join(",\n  ");
