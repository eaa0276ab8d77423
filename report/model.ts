import type { Json } from "../terminal/rows";

/** What a page is made of: facts of one or more tables, as the engine counted them. No markup. */

/** What the report filters by, in the order of the page's address. */
export const DIMENSION_LABELS = {
  status: "Status class",
  traffic: "People and robots",
  host: "Host",
  method: "Method",
  path: "Path",
  target_group: "Target group",
  result: "Result type",
  edge: "Edge",
} as const;

export type DimensionId = keyof typeof DIMENSION_LABELS;

export type MeasureId =
  | "requests"
  | "sent"
  | "untimed"
  | "milliseconds"
  | "own_errors"
  | "hits"
  | "cacheable"
  | "hit_bytes";

/** Characters of a value that are kept: a client can send thousands, and the page has a limit. */
export const MAX_VALUE = 200;

/** Column of the time slot in a cube. */
export const TIME = "time";
/** Column of the list's value in a cube of a list. */
export const VALUE = "value";

export type CubeColumn = DimensionId | typeof TIME | typeof VALUE;

/** What a cube is grouped by. */
export interface CubeShape {
  readonly keys: readonly CubeColumn[];
  /** Number of slots that are added up to one of the cube. */
  readonly slots: number;
  /** Highest code of a dimension; those above it are added to "(other)", which is 0. */
  readonly caps: Readonly<Partial<Record<CubeColumn, number>>>;
}

/** Sums of measures for each combination of codes; all columns, first those of the keys, have the same length. */
export interface Cube extends CubeShape {
  readonly measures: readonly MeasureId[];
  readonly columns: readonly Float64Array[];
  readonly length: number;
}

/** A cube as text. */
export type PackedCube = Omit<Cube, "columns"> & { readonly data: string };

/** The values of a dimension or list; code 0 is "(other)", code 1 the first value. */
export interface Domain<Id extends string = string> {
  readonly id: Id;
  readonly label: string;
  readonly note?: string;
  readonly values: readonly string[];
  /** Number of different values in the log. */
  readonly distinct: number;
  /** SQL expression, for the SQL of a panel. */
  readonly sql: string;
  readonly within?: { readonly dimension: DimensionId; readonly value: string };
  /** The log has the values percent-encoded. */
  readonly isEncoded?: boolean;
}

/** Sums of a range. */
export interface RangeSums {
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly sent: number;
  readonly clients: number;
}

/** Sums of the range before, in milliseconds since 1970. */
export interface Before extends RangeSums {
  readonly from: number;
  readonly until: number;
  /** Time of its first request. */
  readonly first: number;
}

/** Values for the whole range. */
export interface Totals extends RangeSums {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** The same for one slot of time. */
export interface SlotTotals {
  readonly slot: number;
  readonly clients: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Quantiles of the times: p50, p95 and p99. */
export const QUANTILES = [0.5, 0.95, 0.99] as const;
/** Fewer requests with a time say little about a path. */
export const MIN_TIMED = 10;
/** Number of the slowest paths. */
export const SLOWEST = 25;

/** Times of a path of the dimension. */
export interface SlowPath {
  readonly path: string;
  readonly requests: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Rows that no filter changes. */
export interface DetailRows {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Json[])[];
  readonly sql: string;
}

/** Lines that are in no row. */
export interface Unread {
  readonly unparsed: number;
  readonly examples: readonly { readonly line: string; readonly file: string }[];
}

/** One table of the lake. */
export interface TableReport<C = Cube> {
  readonly format: string;
  readonly table: string;
  readonly title: string;
  /** In milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
  readonly slotMs: number;
  /** Condition that selects the range. */
  readonly range: string;
  readonly seconds: string;
  readonly secondsDoc: string;
  /** SQL of numbers of a request, for the SQL of panels, by their names: `sent`, and those that the format has. */
  readonly kept: Readonly<Record<string, string>>;
  readonly dimensions: readonly Domain<DimensionId>[];
  readonly lists: readonly Domain[];
  /** Sums by several sets of dimensions, the finest first. */
  readonly cubes: readonly C[];
  /** The same of each list, in the order of the lists. */
  readonly listCubes: readonly (readonly C[])[];
  /** Requests by hour of the week from Monday 0:00 in the report's time zone. */
  readonly week: readonly number[];
  readonly totals: Totals;
  readonly before: Before | null;
  readonly slots: readonly SlotTotals[];
  readonly slowest: readonly SlowPath[];
  readonly details: readonly DetailRows[];
  /** `null` if the lines were not counted. */
  readonly unread: Unread | null;
}

/** A table about which the report has the answers of questions, which no filter changes. */
export interface AnsweredTable {
  readonly format: string;
  readonly table: string;
  readonly title: string;
  readonly rows: number;
  /** Times of the first and the last row, in milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
  readonly answers: readonly DetailRows[];
  /** `null` if the lines were not counted. */
  readonly unread: Unread | null;
}

/** A table of which the report has no row, but unparsed lines. Their times are not known. */
export interface UnparsedTable {
  readonly format: string;
  readonly table: string;
  readonly title: string;
  readonly unread: Unread;
}

/** A file that is in no row. */
export interface RejectedFile {
  readonly key: string;
  readonly reason: string;
  readonly detail: string;
}

/** The files that are in no row. */
export interface Rejected {
  readonly files: number;
  readonly examples: readonly RejectedFile[];
  /** Of a lake on this machine: an ingest was running, or did not end. Files that wait for it are not in `files`. */
  readonly isUnfinished?: boolean;
}

/** A report. */
export interface Report<C = Cube> {
  readonly made: number;
  readonly timeZone: string;
  readonly source: string;
  /** Options of `access-logs report` for the same tables, as words of a shell. */
  readonly options: string;
  readonly tables: readonly TableReport<C>[];
  readonly answered: readonly AnsweredTable[];
  readonly unparsed: readonly UnparsedTable[];
  /** `null` if the engine does not know the files. */
  readonly rejected: Rejected | null;
  /** What was left out to keep the page small, in sentences. */
  readonly cuts: readonly string[];
}
