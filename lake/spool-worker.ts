import { parentPort } from "node:worker_threads";
import { codeOf, messageOf } from "../handlers/core/errors";
import { loadPrograms } from "./parquet/row-groups";
import { type SpoolTask, spoolFiles } from "./spool-files";
import type { SpoolAnswer } from "./spool-pool";

// While there is no task yet; the first task learns of a failure.
loadPrograms().catch(() => undefined);

/** Program of a thread that spools files on request. */
parentPort?.on("message", async (task: SpoolTask) => {
  parentPort?.postMessage(await answerTo(task));
});

async function answerTo(task: SpoolTask): Promise<SpoolAnswer> {
  try {
    return { spooled: await spoolFiles(task) };
  } catch (error) {
    // An error loses its code when it is sent to another thread.
    return { error: { message: messageOf(error), code: codeOf(error) } };
  }
}
