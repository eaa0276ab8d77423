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
  let broken: Error | undefined;
  const settle = (answer: SpoolAnswer): void => {
    const task = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("spooled" in answer) task?.resolve(answer.spooled);
    else task?.reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
  };
  const giveUp = (error: Error): void => {
    broken = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const threads = Array.from({ length: size }, () =>
    new Worker(PROGRAM).on("message", settle).on("error", giveUp),
  );
  let tasks = 0;
  return {
    size,
    spool: (table, source, target) => {
      if (broken) return Promise.reject(broken);
      const id = tasks++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        threads[id % size]?.postMessage({ id, table, source, target } satisfies SpoolTask);
      });
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
