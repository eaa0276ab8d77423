import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { formatOfTable } from "../formats";
import { type Spooled, spoolFile } from "./spool";

/** One file to spool. */
export interface SpoolTask {
  readonly id: number;
  /** Typed table of its format. */
  readonly table: string;
  readonly source: string;
  readonly target: string;
}

/** Outcome of a task. */
export type SpoolAnswer =
  | { readonly id: number; readonly spooled: Spooled }
  | {
      readonly id: number;
      readonly error: { readonly message: string; readonly code: string | undefined };
    };

/** Threads that spool files. */
export interface SpoolPool {
  /** Number of files to spool at a time. */
  readonly size: number;
  /** @throws Error of the file system; a corrupt file is not an error */
  spool(table: string, source: string, target: string): Promise<Spooled>;
  close(): Promise<void>;
}

/** With more threads, DuckDB is the bottleneck. */
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
  spool: (table, source, target) => spoolFile(formatOfTable(table), source, target),
  close: async () => undefined,
};

interface Waiting {
  readonly resolve: (spooled: Spooled) => void;
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
    spool: (table, source, target) => {
      const id = tasks++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        const thread = threads.get(id % size) ?? startThread(id % size);
        thread.postMessage({ id, table, source, target } satisfies SpoolTask);
      });
    },
    close: async () => {
      await Promise.all([...threads.values()].map((thread) => thread.terminate()));
    },
  };
}
