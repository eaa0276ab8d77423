/**
 * Requests and statements of the handlers: a test runs the handlers and counts them.
 *
 * @see __tests__/cost/cost.test.ts
 */
export const REQUESTS = {
  /** `move-access-logs`: for each file a copy; deletes are free. */
  copiesPerFile: 1,
  /** `transform-partition`: lists of old markers, the table's commits and its notes, even without work. */
  transformRun: { writes: 3, reads: 0 },
  /** ... and for a commit: another list of commits, and the records of its start, its end and its unparsed lines. */
  transformCommit: { writes: 4, reads: 0 },
  /**
   * `transform-partition` for a source that is read as delivered, per run: lists of its folders (each level, and the
   * groups in a day's folder), and its position.
   */
  listing: { folders: 4, position: { writes: 1, reads: 1 } },
  /** Each note is read by the run that commits its files. */
  readsPerNote: 1,
  /** `create-partition`: a list of the table's notes; without typed tables, one of old markers, too. */
  createPartitionRun: { writes: 1, reads: 0 },
  /** `maintain-lake`: lists of the records, notes, rejected files and days, and what the reconciliation remembers. */
  maintainRun: { writes: 7, reads: 1 },
  /** `make-report` of a table: its statements; a list of the rejected files and of the reports, and the pages. */
  reportRun: { statements: 11, writes: 4, reads: 0 },
  /** Metrics of the functions, each billed for the hours in which it is published. */
  metrics: {
    move: { once: 2, perSource: 2, perTable: 0 },
    transform: { once: 4, perSource: 0, perTable: 2 },
    listing: { once: 0, perSource: 2, perTable: 0 },
  },
} as const;

/**
 * Alarms and dashboards of a stack with one source, by design, and the alarms in addition for each further source, and for each
 * further format.
 */
export const WATCHERS = {
  text: { alarms: 16, dashboards: 1, perSource: 1, perFormat: 0 },
  typed: { alarms: 33, dashboards: 1, perSource: 1, perFormat: 2 },
  delivered: { alarms: 28, dashboards: 1, perSource: 1, perFormat: 2 },
} as const;
/** Alarms of the daily report in addition. */
export const REPORT_ALARMS = 7;
