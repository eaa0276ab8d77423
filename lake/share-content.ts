import { link, rename, rm, stat } from "node:fs/promises";
import { codeOf } from "../handlers/core/errors";
import { partialPath } from "./directory-object-store";

/** Errors of file systems that have no links, or no more of them. */
const NO_LINK: ReadonlySet<string> = new Set(["EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV"]);

/**
 * Makes a copy use the disk space of another file with the same bytes. Nothing changes if their times differ,
 * because a copy has its original's time, or if the file system has no links.
 */
export async function shareContent(file: string, copy: string): Promise<void> {
  const [one, other] = await Promise.all([stat(file, { bigint: true }), stat(copy, { bigint: true })]);
  if (one.ino === other.ino || one.mtimeMs !== other.mtimeMs || one.size !== other.size) return;
  const aside = partialPath(copy);
  try {
    await link(file, aside);
    await rename(aside, copy);
  } catch (error) {
    await rm(aside, { force: true });
    if (!NO_LINK.has(codeOf(error) ?? "")) throw error;
  }
}
