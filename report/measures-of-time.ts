import type { MeasureId } from "./model";

/**
 * Measures that the time of a request gives, in seconds, or -1 without a time: a lake's rows need no column for them. Their SQL
 * says the same to other engines.
 */
export const MEASURES_OF_TIME: ReadonlyMap<MeasureId, (seconds: number) => number> = new Map<
  MeasureId,
  (seconds: number) => number
>([
  ["requests", () => 1],
  ["untimed", (seconds) => (seconds < 0 ? 1 : 0)],
  ["milliseconds", (seconds) => (seconds < 0 ? 0 : Math.round(seconds * 1000))],
]);
