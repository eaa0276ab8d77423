import type { MeasureId } from "./model";

/**
 * Measures that the time of a request gives, in seconds, or -1 without a time, with their numbers in the program that adds them up:
 * a lake's rows need no column for them. Their SQL says the same to other engines.
 */
export const MEASURES_OF_TIME: ReadonlyMap<MeasureId, number> = new Map<MeasureId, number>([
  ["requests", 1],
  ["untimed", 2],
  ["milliseconds", 3],
]);
