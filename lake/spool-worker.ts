import { parentPort } from "node:worker_threads";
import { formatOfTable } from "../formats";
import { codeOf, messageOf } from "../handlers/core/errors";
import { spoolFile } from "./spool";
import type { SpoolAnswer, SpoolTask } from "./spool-pool";

/** Program of a thread that spools files on request. */
parentPort?.on("message", async (task: SpoolTask) => {
  parentPort?.postMessage(await answerTo(task));
});

async function answerTo({ id, table, source, target }: SpoolTask): Promise<SpoolAnswer> {
  try {
    return { id, spooled: await spoolFile(formatOfTable(table), source, target) };
  } catch (error) {
    // An error loses its code when it is sent to another thread.
    return { id, error: { message: messageOf(error), code: codeOf(error) } };
  }
}
