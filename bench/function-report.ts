/** What a function's process says after it was loaded, and after each invocation. */
export interface FunctionReport {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  /** Of the process, now and at most. */
  readonly memoryMiB: number;
  readonly peakMiB: number;
  readonly heapMiB: number;
  readonly error?: string;
}

/** Sent instead of an event: collect the garbage, and report. */
export const LIVE_MEMORY = "live-memory";
