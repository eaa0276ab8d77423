import { setFlagsFromString } from "node:v8";

/** The first version whose V8 has a second optimiser, for functions that run for a short time. */
const QUICK_OPTIMISER = 22;
/** Bytes of code that a function runs before V8 optimises it: 15 times V8's own number. */
const BUDGET = 1_000_000;

let isSet = false;

/**
 * Node 20 optimises functions so early that it takes a tenth of the CPU of an ingest, in threads of its own. It is set for all threads of the
 * process. Call it when threads have started: Node's own code, which is compiled in advance, is compiled again under other flags.
 */
export function optimiseLater(): void {
  if (isSet || Number.parseInt(process.versions.node, 10) >= QUICK_OPTIMISER) return;
  isSet = true;
  setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
