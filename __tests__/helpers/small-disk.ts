import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @returns false if it is not permitted */
export const mount = (folder: string, options: string) =>
  spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status === 0;
export const unmount = (folder: string) => execFileSync("umount", [folder]);

/** Containers and users without privileges cannot mount a file system of a given size. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "mount-"));
  const isMounted = mount(folder, "size=64k");
  if (isMounted) unmount(folder);
  rmSync(folder, { recursive: true });
  return isMounted;
}
