import type { Answer, Invocation } from "./messages";

/**
 * Replaces Lambda's runtime in a separate process: loads the file of the first argument, and passes the
 * parent's events to the export of the second argument, one after another.
 */
const [, , file = "", handlerName = ""] = process.argv;

/** The part of Lambda's context that functions of this project use. */
interface Context {
  getRemainingTimeInMillis(): number;
}

const loaded: Readonly<Record<string, (event: unknown, context: Context) => Promise<unknown>>> = require(
  file,
);
const handler = loaded[handlerName];
if (!handler) throw new Error(`${file} exports no "${handlerName}"`);

process.on("message", async ({ event, remainingMs }: Invocation) => {
  const end = Date.now() + remainingMs;
  const answer = await carryOut(() => handler(event, { getRemainingTimeInMillis: () => end - Date.now() }));
  process.send?.(answer);
});

async function carryOut(run: () => Promise<unknown>): Promise<Answer> {
  try {
    return { kind: "returned", value: await run() };
  } catch (error) {
    return error instanceof Error
      ? { kind: "threw", name: error.name, message: error.message }
      : { kind: "threw", name: "Error", message: String(error) };
  }
}
