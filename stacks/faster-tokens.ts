import { type Resolve, resolveWith } from "../modules/resolve-tokens";

/** Lets CDKTF do less for its tokens, with the same result, where many stacks are synthesized. A test compares the results. */
export function makeTokensFaster(): void {
  dropTraces();
  resolveOnlyTokens();
}

/**
 * CDKTF records a stack trace for each of thousands of tokens. In a bundle these traces are useless, and they
 * take a tenth of a synth; in tests, Jest maps every line of them to its source.
 */
export function dropTraces(): void {
  const traces: { captureStackTrace: () => string[] } = require("cdktf/lib/tokens/private/stack-trace");
  traces.captureStackTrace = () => [];
}

/**
 * CDKTF looks for tokens in every value of a stack in five ways, twice, and creates functions for each of them. Most
 * values are written down, such as the columns of tables.
 */
function resolveOnlyTokens(): void {
  const tokens: { resolve: Resolve<unknown> } = require("cdktf/lib/_tokens");
  tokens.resolve = resolveWith(tokens.resolve);
}
