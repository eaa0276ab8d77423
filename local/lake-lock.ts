import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf } from "../handlers/core/errors";
import { UserError } from "./user-error";

/**
 * Runs `work` as the lake's only writer. A lock whose process is gone is taken over.
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

async function takeLock(lockFile: string): Promise<void> {
  try {
    const file = await open(lockFile, "wx");
    await file.writeFile(String(process.pid));
    await file.close();
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    const holder = Number(await readFile(lockFile, "utf8"));
    if (isRunning(holder)) {
      throw new UserError(
        `${lockFile}: process ${holder} is writing to this lake; wait for it, or delete the file if that is no ingest`,
      );
    }
    await rm(lockFile, { force: true });
    await takeLock(lockFile);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    // EPERM: it runs, as another user.
    return codeOf(error) === "EPERM";
  }
}
