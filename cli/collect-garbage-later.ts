import { setFlagsFromString } from "node:v8";

/** How much larger the heap gets before V8 collects garbage again, in percent of what was left of it. */
const GROWTH = 300;

/**
 * For a program that gets many numbers from DuckDB. V8 counts their memory as its own, and looks through the whole heap each time that
 * some megabytes of them were used: a tenth of the CPU of a report. All of the program's objects take about ten megabytes, so that
 * the heap stays small.
 */
export const collectGarbageLater = (): void => setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
