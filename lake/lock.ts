import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf } from "../handlers/core/errors";
import { UserError } from "../terminal/user-error";

/**
 * Runs `work` as the lake's only writer. If the process of a lock has ended, the lock is taken over.
 *
 * @throws UserError if another process is writing
 */
export async function withLakeLock<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lockFile), { recursive: true });
  await takeLock(lockFile);
  try {
    return await work();
  } finally {
    await rm(lockFile, { force: true });
  }
}

/** The lock appears with its content: linking a finished file succeeds, or fails if another lock exists. */
async function takeLock(lockFile: string): Promise<void> {
  const own = `${lockFile}.${process.pid}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, lockFile);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    const holder = await lockHolder(lockFile);
    if (holder?.isRunning) {
      throw new UserError(
        `${lockFile}: process ${holder.pid} is writing to this lake; wait for it, or delete the file if this process is not an ingest`,
      );
    }
    await rm(lockFile, { force: true });
    await takeLock(lockFile);
  } finally {
    await rm(own, { force: true });
  }
}

/** Holder of a lock, which can be read without taking the lock. */
export interface LockHolder {
  /** NaN if the lock file does not hold a process id. */
  readonly pid: number;
  readonly isRunning: boolean;
}

/** @returns `undefined` if there is no lock */
export async function lockHolder(lockFile: string): Promise<LockHolder | undefined> {
  try {
    const pid = Number.parseInt(await readFile(lockFile, "utf8"), 10);
    return { pid, isRunning: pid > 0 && isRunning(pid) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process runs, as another user.
    return codeOf(error) === "EPERM";
  }
}
