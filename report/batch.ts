import type { Rows } from "./row-groups";

/** Rows that are counted together: so many that most have the codes of others, so few that a processor's cache holds them. */
const BATCH_ROWS = 1 << 15;

/** Rows of several reads as columns, in memory that every batch uses again. */
export class Batch {
  private readonly rows: Rows;
  private used = 0;

  /** @param codes, measures ids of the columns */
  constructor(codes: readonly string[], measures: readonly string[]) {
    this.rows = {
      length: BATCH_ROWS,
      keys: new Float64Array(BATCH_ROWS),
      codes: new Map(codes.map((id) => [id, new Uint16Array(BATCH_ROWS)])),
      measures: new Map(measures.map((id) => [id, new Float64Array(BATCH_ROWS)])),
      seconds: new Float64Array(BATCH_ROWS),
    };
  }

  /** Number of rows that can be added. An empty batch has room for more than the engine reads at once. */
  get room(): number {
    return BATCH_ROWS - this.used;
  }

  /** Adds rows. @returns where all of their columns are written to */
  next(length: number): Rows {
    const from = this.used;
    this.used += length;
    return partOf(this.rows, from, this.used);
  }

  /** The rows until others are written; the batch is empty then. */
  take(): Rows {
    const rows = partOf(this.rows, 0, this.used);
    this.used = 0;
    return rows;
  }
}

const partOf = ({ keys, codes, measures, seconds }: Rows, from: number, until: number): Rows => ({
  length: until - from,
  keys: keys.subarray(from, until),
  codes: new Map([...codes].map(([id, column]) => [id, column.subarray(from, until)])),
  measures: new Map([...measures].map(([id, column]) => [id, column.subarray(from, until)])),
  seconds: seconds.subarray(from, until),
});
