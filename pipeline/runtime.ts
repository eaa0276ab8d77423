/**
 * Runtimes of Lambda that the functions are built for and run on in CI, the newest first; it is the default. The next
 * one is added here, and nowhere else, as soon as the provider accepts it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
export const RUNTIMES = ["nodejs24.x", "nodejs22.x"] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** Major versions of Node that the runtimes run, in their order. */
export const RUNTIME_NODES: readonly number[] = RUNTIMES.map((runtime) => Number(runtime.replace(/\D/g, "")));
