/**
 * CDKTF records a stack trace for each of thousands of tokens. In a bundle these traces are useless, and they
 * take a tenth of a synth; in tests, Jest maps every line of them to its source.
 */
export function dropTokenTraces(): void {
  const traces: { captureStackTrace: () => string[] } = require("cdktf/lib/tokens/private/stack-trace");
  traces.captureStackTrace = () => [];
}
