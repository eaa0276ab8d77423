import type { Rows } from "./row-groups";

/** Rows that are counted together: so many that most have the codes of others, so few that a processor's cache holds them. */
const BATCH_ROWS = 1 << 14;

/** Rows of several reads as columns, in memory that every batch uses again. */
export class Batch {
  private readonly codes: ReadonlyMap<string, Uint16Array>;
  private readonly measures: ReadonlyMap<string, Float64Array>;
  private readonly seconds = new Float64Array(BATCH_ROWS);
  private length = 0;

  /** @param codes, measures ids of the columns */
  constructor(codes: readonly string[], measures: readonly string[]) {
    this.codes = new Map(codes.map((id) => [id, new Uint16Array(BATCH_ROWS)]));
    this.measures = new Map(measures.map((id) => [id, new Float64Array(BATCH_ROWS)]));
  }

  /** Number of rows that can be added. An empty batch has room for more than the engine reads at once. */
  get room(): number {
    return BATCH_ROWS - this.length;
  }

  /** Where the codes of the next rows are written to. */
  next(id: string): Uint16Array {
    return this.codes.get(id)?.subarray(this.length) ?? new Uint16Array(0);
  }

  /** Adds rows whose codes were written. @param measures in the order of their ids */
  add(seconds: Float64Array, measures: readonly Float64Array[]): void {
    this.seconds.set(seconds, this.length);
    [...this.measures.values()].forEach((values, index) => {
      values.set(measures[index] ?? [], this.length);
    });
    this.length += seconds.length;
  }

  /** The rows until others are written; the batch is empty then. */
  take(): Rows {
    const { codes, measures, seconds, length } = this;
    this.length = 0;
    return { codes, measures, seconds, length };
  }
}
