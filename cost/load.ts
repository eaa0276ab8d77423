import { TRANSFORM } from "../pipeline/sizing";

/** Volume of logs, and their retention. */
export interface Load {
  /** Log files per day. */
  readonly filesPerDay: number;
  /** GB per day as delivered, compressed. */
  readonly gbPerDay: number;
  /** Days that the text and the table are kept. */
  readonly daysKept: number;
  /**
   * Days of the daily report.
   *
   * @default - no report
   */
  readonly reportDays?: number;
  /**
   * Sources: each is watched.
   *
   * @default - one for each format
   */
  readonly sources?: number;
  /**
   * Formats of the sources: each has its tables.
   *
   * @default 1
   */
  readonly formats?: number;
}

export const DAYS_PER_MONTH = 30;
export const HOURS_PER_DAY = 24;

export const HOURS_PER_MONTH = HOURS_PER_DAY * DAYS_PER_MONTH;

/** A load per month, with numbers derived from the schedules. */
export interface Month {
  readonly files: number;
  readonly gb: number;
  readonly keptGb: number;
  /** Runs per hour that find new files. */
  readonly commitsPerHour: number;
  readonly reportDays: number;
  readonly sources: number;
  /** One for each format. */
  readonly tables: number;
}

export const monthOf = ({
  filesPerDay,
  gbPerDay,
  daysKept,
  reportDays = 0,
  formats = 1,
  sources = formats,
}: Load): Month => ({
  files: filesPerDay * DAYS_PER_MONTH,
  gb: gbPerDay * DAYS_PER_MONTH,
  keptGb: gbPerDay * daysKept,
  commitsPerHour: Math.min(TRANSFORM.perHour * formats, filesPerDay / HOURS_PER_DAY),
  reportDays,
  sources,
  tables: formats,
});
