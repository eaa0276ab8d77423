import { access, constants, link, mkdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { DuckDBInstance } from "@duckdb/node-api";
import { messageOf } from "../handlers/core/errors";
import { systemClock } from "../handlers/core/ports";
import { UserError } from "../terminal/user-error";
import { partialPath } from "./directory-object-store";
import { duckdb } from "./duckdb-library";
import { exists } from "./exists";
import { fileProblem } from "./file-problem";
import type { LakeLayout } from "./layout";
import { isStorageFull } from "./storage-full";
import { syncFile } from "./sync-to-disk";
import { isUnfinished } from "./unfinished";

/**
 * Real paths of the lakes that this process is writing to. The kernel does not refuse a second lock of the same
 * process, and releases the lock as soon as the process closes any handle of the file.
 */
const heldHere = new Set<string>();

/**
 * Runs `work` as the lake's only writer.
 *
 * The lock is the kernel's lock on a small database file, which DuckDB takes when it opens the file for writing.
 * It holds between containers and for a paused process, and the kernel releases it when the process ends in any
 * way. The id of a process proves nothing: it is reused, and each container counts its own.
 *
 * @param work is told whether the last writer finished its work
 * @throws UserError if another process is writing, or if the folder cannot be written
 */
export async function withLakeLock<T>(
  lake: LakeLayout,
  work: (wasFinished: boolean) => Promise<T>,
): Promise<T> {
  await createFolder(lake.root);
  const root = await realpath(lake.root);
  if (heldHere.has(root)) throw await busyError(lake);
  heldHere.add(root);
  try {
    const lock = await takeLock(lake);
    const wasFinished = !(await exists(lake.writerFile));
    const forgetWriter = () => rm(lake.writerFile, { force: true });
    try {
      await writeFile(lake.writerFile, `${describeThisProcess()}\n`);
      const result = await work(wasFinished);
      await forgetWriter();
      return result;
    } catch (error) {
      // Work that is refused changes nothing. Other failures, as a full disk, leave files without rows, as a kill does.
      if (error instanceof UserError && wasFinished) await forgetWriter();
      throw error;
    } finally {
      lock.closeSync();
    }
  } finally {
    heldHere.delete(root);
  }
}

async function createFolder(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
    await access(root, constants.W_OK);
  } catch (error) {
    if (isStorageFull(error)) throw error;
    throw new UserError(
      `lake ${root}: ${fileProblem("the folder cannot be created or written", error)}; choose another folder`,
      undefined,
      { cause: error },
    );
  }
}

/** `status` and `doctor` hold the lock for some milliseconds to see if it is free: they must not stop an ingest. */
const TRIES = 5;
const PAUSE_MS = 50;

async function takeLock(lake: LakeLayout): Promise<DuckDBInstance> {
  await createLockFile(lake.lockFile);
  for (let attempt = 1; ; attempt++) {
    try {
      return await open(lake.lockFile, "READ_WRITE");
    } catch (error) {
      if (isStorageFull(error)) throw error;
      if (!isHeldElsewhere(error)) {
        throw new UserError(
          `${lake.lockFile}: the lake cannot be locked: ${messageOf(error)}; if no ingest is running, delete this file and run this again`,
          undefined,
          { cause: error },
        );
      }
      if (attempt === TRIES) throw await busyError(lake);
    }
    await systemClock.sleep(PAUSE_MS);
  }
}

const open = (lockFile: string, mode: "READ_ONLY" | "READ_WRITE"): Promise<DuckDBInstance> =>
  duckdb().DuckDBInstance.create(lockFile, { access_mode: mode, threads: "1" });

/** DuckDB's reason on POSIX systems and on Windows. */
const HELD_ELSEWHERE = /Conflicting lock is held|used by another process/;
const isHeldElsewhere = (error: unknown): boolean => HELD_ELSEWHERE.test(messageOf(error));

/** The file appears complete: DuckDB cannot open a database that a killed process left half written. */
async function createLockFile(lockFile: string): Promise<void> {
  if (await exists(lockFile)) return;
  const aside = partialPath(lockFile);
  try {
    (await open(aside, "READ_WRITE")).closeSync();
    await syncFile(aside);
    await link(aside, lockFile);
  } catch (error) {
    // Another process has created it meanwhile, and deletes what others left.
    if (!(await exists(lockFile))) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function busyError(lake: LakeLayout): Promise<UserError> {
  const writer = (await writerOf(lake.writerFile)) ?? "another process";
  return new UserError(
    `lake ${lake.root}: another ingest is writing to this lake: ${writer}; wait until it ends, then run this again`,
  );
}

/** Whether a process is writing to a lake. */
export interface LockState {
  readonly isHeld: boolean;
  /** Description of the writer, for people only; `undefined` if it is not readable. */
  readonly writer: string | undefined;
}

/** @returns `undefined` if no process is writing, and the last one finished its work */
export async function lockState(lake: LakeLayout): Promise<LockState | undefined> {
  const isHeld = heldHere.has(await realpath(lake.root)) || (await isLockedElsewhere(lake.lockFile));
  if (!isHeld && !(await isUnfinished(lake))) return undefined;
  return { isHeld, writer: await writerOf(lake.writerFile) };
}

async function isLockedElsewhere(lockFile: string): Promise<boolean> {
  if (!(await exists(lockFile))) return false;
  try {
    (await open(lockFile, "READ_ONLY")).closeSync();
    return false;
  } catch (error) {
    return isHeldElsewhere(error);
  }
}

const describeThisProcess = (): string =>
  `process ${process.pid} on ${hostname()}, since ${new Date().toISOString()}`;

/** Versions before the kernel's lock wrote only the id of the process. */
const WRITER = /^(?:process )?(?<pid>\d+)(?<place> on [\w.-]+, since [\dTZ:.-]+)?\s*$/;

async function writerOf(writerFile: string): Promise<string | undefined> {
  const text = await readFile(writerFile, "utf8").catch(() => "");
  const { pid, place = "" } = WRITER.exec(text)?.groups ?? {};
  return pid === undefined ? undefined : `process ${pid}${place}`;
}
