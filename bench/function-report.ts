/** Report of a function's process after its load and after each invocation. */
export interface FunctionReport {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  /** Memory of the process, current and maximum. */
  readonly memoryMiB: number;
  readonly peakMiB: number;
  readonly heapMiB: number;
  readonly error?: string;
}

/** Sent instead of an event: requests a garbage collection and a report. */
export const LIVE_MEMORY = "live-memory";
