/**
 * CDKTF notes where each of thousands of tokens is made. In a bundle that place tells nobody anything, and it takes a tenth
 * of a synth; in tests, Jest maps every line of it to its source.
 */
export function dropTokenTraces(): void {
  const traces: { captureStackTrace: () => string[] } = require("cdktf/lib/tokens/private/stack-trace");
  traces.captureStackTrace = () => [];
}
