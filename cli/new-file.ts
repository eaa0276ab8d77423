import { existsSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { partialPath } from "../lake/directory-object-store";
import { isStorageFull } from "../lake/storage-full";
import { UserError } from "../terminal/user-error";
import { unwritable } from "./explain-error";

/** Exit code after Ctrl-C. */
const EXIT_INTERRUPTED = 130;

/**
 * Writes a file under another name first: the file is complete or does not exist.
 *
 * @param isForced replaces an existing file
 * @param work writes the file of the given path
 * @throws UserError if the file exists and may not be replaced, its folder does not exist, or it cannot be written
 */
export async function writeNewFile<T>(
  file: string,
  isForced: boolean,
  work: (aside: string) => Promise<T>,
): Promise<T> {
  const path = resolve(file);
  const refuseExisting = () => {
    if (!isForced && existsSync(path))
      throw new UserError(`${file}: the file exists; choose another name, or replace it with --force`);
  };
  refuseExisting();
  if (!existsSync(dirname(path)))
    throw new UserError(`${dirname(file)}: the folder does not exist; create it`);
  const aside = partialPath(path);
  const remove = () => rmSync(aside, { force: true });
  const onSignal = () => {
    remove();
    process.exit(EXIT_INTERRUPTED);
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const result = await work(aside);
    refuseExisting();
    await rename(aside, path);
    return result;
  } catch (error) {
    throw error instanceof Error && isOfFile(error, aside) ? unwritable(file, error) : error;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    remove();
  }
}

/** A failed write has no path. Other errors are of the rows: of the lake's own files, or of a connection. */
const isOfFile = (error: Error, aside: string): boolean =>
  error.message.includes(aside) || ("syscall" in error && isStorageFull(error));
