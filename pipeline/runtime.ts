/**
 * Lambda runtimes that the functions are built for and tested on in CI, the newest first, which is the
 * default. Add the next one only here, as soon as the provider accepts it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
export const RUNTIMES = ["nodejs24.x", "nodejs22.x"] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** Major versions of Node that the runtimes run, in their order. */
export const RUNTIME_NODES: readonly number[] = RUNTIMES.map((runtime) => Number(runtime.replace(/\D/g, "")));
