import { parentPort } from "node:worker_threads";
import { codeOf, messageOf } from "../handlers/core/errors";
import { spoolFiles } from "./spool-files";
import type { SpoolAnswer, SpoolRequest } from "./spool-pool";

/** Program of a thread that spools files on request. */
parentPort?.on("message", async (request: SpoolRequest) => {
  parentPort?.postMessage(await answerTo(request));
});

async function answerTo({ id, task }: SpoolRequest): Promise<SpoolAnswer> {
  try {
    return { id, spooled: await spoolFiles(task) };
  } catch (error) {
    // An error loses its code when it is sent to another thread.
    return { id, error: { message: messageOf(error), code: codeOf(error) } };
  }
}
