import { readdirSync, readlinkSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { codeOf } from "../handlers/core/errors";
import { isRunning } from "./is-running";

/** Containers count processes on their own, and can have one name: on Linux, the namespace tells them apart. */
function placeOfProcess(): string {
  const place = [hostname()];
  try {
    place.push(readlinkSync("/proc/self/ns/pid"));
  } catch {
    // Other systems have no namespaces.
  }
  return place.join("-").replaceAll(/[^A-Za-z0-9.-]/g, "_");
}

const PREFIX = `.query-${placeOfProcess()}-`;

/** Folder of what a query does not hold in memory. DuckDB creates it when it first needs it. */
export const spillFolder = (root: string): string => join(root, `${PREFIX}${process.pid}`);

/** Deletes the folder of this process, and those of processes that were killed on this machine. */
export function deleteSpills(root: string): void {
  for (const name of namesIn(root)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
    if (pid === process.pid || (pid > 0 && !isRunning(pid)))
      rmSync(join(root, name), { recursive: true, force: true });
  }
}

function namesIn(root: string): string[] {
  try {
    return readdirSync(root);
  } catch (error) {
    // A lake that others may only query, or that was deleted meanwhile.
    if (codeOf(error) === "EACCES" || codeOf(error) === "ENOENT") return [];
    throw error;
  }
}
