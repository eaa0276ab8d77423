import type { FormatId } from "../formats";

/** How a question that several kinds of log can answer speaks of one of them: SQL expressions of its typed table. */
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
