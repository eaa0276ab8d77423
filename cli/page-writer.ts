import { constants } from "node:fs";
import { access, open, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileErrorMeaning } from "../lake/file-problem";
import { writeWhole } from "../lake/write-whole";
import { PAGE_MARK } from "../report/render";
import type { SavePage } from "../report/write-report";
import { UserError, usageError } from "../terminal/user-error";
import { write } from "../terminal/write";
import { requireOutsideLake } from "./outside-lake";

/** The name of standard output. */
export const STDOUT = "-";

/** Where a page goes. */
export interface PageFile {
  /** Name of the file, or of standard output. */
  readonly output: string;
  /** Replaces any file, and not only a report. */
  readonly isForced: boolean;
  /** The file may not be in this one. */
  readonly lake?: string | undefined;
}

/**
 * Checks that a page can be written, before anything is counted.
 *
 * @throws UserError that says what is in the way, and what to do
 */
export async function pageWriter(file: PageFile): Promise<SavePage> {
  const { output } = file;
  if (output === "") throw usageError("--output: the name is empty; name a file");
  if (output === STDOUT) return write;
  const writeTo = await explained(output, writerOf(file));
  return (page) => explained(output, writeTo(page));
}

/** A device or a pipe is written to, not replaced. */
async function writerOf({ output, isForced, lake }: PageFile): Promise<SavePage> {
  const folder = output.endsWith("/") ? output : dirname(output);
  const place = await statsOf(folder);
  if (!place) throw new UserError(`${folder}: the folder does not exist; create it`);
  if (!place.isDirectory())
    throw new UserError(`${folder}: this is a file and not a folder; choose another folder`);
  if (lake !== undefined) requireOutsideLake(output, lake);
  const existing = await statsOf(output);
  if (existing?.isDirectory())
    throw new UserError(
      `${output}: this is a folder and not a file; name a file in it, e.g. ${join(output, "report.html")}`,
    );
  if (existing && !existing.isFile()) return (page) => writeFile(output, page);
  await access(folder, constants.W_OK | constants.X_OK);
  if (existing && existing.size > 0 && !isForced && !(await isReport(output)))
    throw new UserError(
      `${output}: the file exists and is no report; choose another name, or replace it with --force`,
    );
  return (page) => writeWhole(output, page, 0o666);
}

const statsOf = (path: string) => stat(path).catch(() => undefined);

/** The mark is at the start of a page. */
const HEAD_BYTES = 512;

async function isReport(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead).includes(PAGE_MARK);
  } finally {
    await handle.close();
  }
}

/** Names the file, and not the one with its text that takes its place. */
async function explained<T>(output: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new UserError(
      `${output}: ${fileErrorMeaning(error) ?? error.message}; choose another name or folder`,
    );
  }
}
