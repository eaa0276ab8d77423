import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type SpooledFiles, type SpoolTask, spoolFiles } from "./spool-files";

/** A task for a thread. */
export interface SpoolRequest {
  readonly id: number;
  readonly task: SpoolTask;
}

/** Outcome of a task. */
export type SpoolAnswer =
  | { readonly id: number; readonly spooled: SpooledFiles }
  | {
      readonly id: number;
      readonly error: { readonly message: string; readonly code: string | undefined };
    };

/** Threads that spool files. */
export interface SpoolPool {
  /** Number of tasks at a time. */
  readonly size: number;
  /** @throws Error if the disk is full, or a thread ends; a file that cannot be read is not an error */
  spool(task: SpoolTask): Promise<SpooledFiles>;
  close(): Promise<void>;
}

/** More threads need more memory, and the disk is then the bottleneck. */
const MAX_THREADS = 4;
const PROGRAM = join(__dirname, "spool-worker.mjs");

/**
 * In a checkout that was not built, the program of the threads does not exist: files are spooled in this
 * thread.
 */
export const openSpoolPool = (): SpoolPool =>
  existsSync(PROGRAM) ? threadPool(Math.min(MAX_THREADS, availableParallelism())) : thisThread;

const thisThread: SpoolPool = {
  size: 1,
  spool: spoolFiles,
  close: async () => undefined,
};

interface Waiting {
  readonly resolve: (spooled: SpooledFiles) => void;
  readonly reject: (error: Error) => void;
}

function threadPool(size: number): SpoolPool {
  const waiting = new Map<number, Waiting>();
  const threads = new Map<number, Worker>();
  const settle = (answer: SpoolAnswer): void => {
    const task = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("spooled" in answer) task?.resolve(answer.spooled);
    else task?.reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
  };
  /** A file that needs too much memory ends its thread: the tasks of other threads go on. */
  const giveUp = (slot: number, error: Error): void => {
    threads.delete(slot);
    for (const [id, { reject }] of waiting) {
      if (id % size !== slot) continue;
      waiting.delete(id);
      reject(error);
    }
  };
  const startThread = (slot: number): Worker => {
    const thread = new Worker(PROGRAM).on("message", settle).on("error", (error) => giveUp(slot, error));
    threads.set(slot, thread);
    return thread;
  };
  for (let slot = 0; slot < size; slot++) startThread(slot);
  let tasks = 0;
  return {
    size,
    spool: (task) => {
      const id = tasks++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        const thread = threads.get(id % size) ?? startThread(id % size);
        thread.postMessage({ id, task } satisfies SpoolRequest);
      });
    },
    close: async () => {
      await Promise.all([...threads.values()].map((thread) => thread.terminate()));
    },
  };
}
