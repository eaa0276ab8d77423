import { once } from "node:events";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import pLimit from "p-limit";
import { optimiseLater } from "./optimise-later";
import { type SpooledFiles, type SpoolTask, spoolFiles } from "./spool-files";

/** What a thread makes of a task. */
export type SpoolAnswer =
  | { readonly spooled: SpooledFiles }
  | { readonly error: { readonly message: string; readonly code: string | undefined } };

/** Threads that spool files. */
export interface SpoolPool {
  /** Number of tasks at a time. */
  readonly size: number;
  /**
   * Runs a task as soon as a thread has nothing else to do.
   *
   * @throws Error if rows cannot be written, or a thread ends; a file that cannot be read is not an error
   */
  spool(task: SpoolTask): Promise<SpooledFiles>;
  close(): Promise<void>;
}

/** More threads need more memory, and then the disk is the bottleneck. */
const MAX_THREADS = 4;
const PROGRAM = join(__dirname, "spool-worker.cjs");

/**
 * In a checkout that was not built, the program of the threads does not exist: files are spooled in this
 * thread.
 */
export function openSpoolPool(): SpoolPool {
  if (existsSync(PROGRAM)) return threadPool(Math.min(MAX_THREADS, availableParallelism()));
  const one = pLimit(1);
  return { size: 1, spool: (task) => one(spoolFiles, task), close: async () => undefined };
}

function threadPool(size: number): SpoolPool {
  const tasks = pLimit(size);
  const threads = new Set<Thread>();
  const start = (): Thread => {
    const thread = startThread();
    threads.add(thread);
    return thread;
  };
  // Started before there is a task: meanwhile other work is done.
  const idle = Array.from({ length: size }, start);
  Promise.all(idle.map(({ worker }) => once(worker, "online"))).then(optimiseLater, () => undefined);
  return {
    size,
    spool: (task) =>
      tasks(async () => {
        const thread = idle.pop() ?? start();
        try {
          const spooled = await answerOf(thread, task);
          idle.push(thread);
          return spooled;
        } catch (error) {
          threads.delete(thread);
          await thread.worker.terminate();
          throw error;
        }
      }),
    close: async () => {
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}

interface Thread {
  readonly worker: Worker;
  /** Set if the thread ended by itself, e.g. because a file needs too much memory. */
  failure?: unknown;
}

function startThread(): Thread {
  const thread: Thread = { worker: new Worker(PROGRAM) };
  // The task that runs, or the next one, learns of it.
  thread.worker.on("error", (error) => {
    thread.failure = error;
  });
  return thread;
}

/** Promises of the whole life of a thread would keep all its answers in memory: each task waits for events of its own. */
async function answerOf({ worker, failure }: Thread, task: SpoolTask): Promise<SpooledFiles> {
  if (failure !== undefined) throw failure;
  const answered = once(worker, "message");
  worker.postMessage(task);
  const [answer] = (await answered) as [SpoolAnswer];
  if ("spooled" in answer) return answer.spooled;
  throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
}
