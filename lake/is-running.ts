import { codeOf } from "../handlers/core/errors";

/** True if a process with this id exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process runs, as another user.
    return codeOf(error) === "EPERM";
  }
}
