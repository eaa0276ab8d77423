import { getSystemErrorMap } from "node:util";
import { codeOf, messageOf } from "../handlers/core/errors";

/** What the error of a file or folder means, by its code. */
const MEANINGS: Readonly<Record<string, string>> = {
  ENOENT: "the file or folder does not exist",
  ENOTDIR: "a part of the path is a file and not a folder",
  EISDIR: "this is a folder and not a file",
  EEXIST: "this is in the way",
  EACCES: "you have no permission",
  EPERM: "this is not permitted",
  EBUSY: "the file is in use",
  ENAMETOOLONG: "the name is too long",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only",
};

/** @returns `undefined` if only its own text says it */
export const fileErrorMeaning = (error: unknown): string | undefined =>
  MEANINGS[codeOf(error) ?? codeInText(messageOf(error)) ?? ""];

/** DuckDB's errors end with the system's text, and have no code. */
function codeInText(text: string): string | undefined {
  const codes = [...getSystemErrorMap().values()];
  return codes.find(([, meaning]) => text.toLowerCase().endsWith(`: ${meaning}`))?.[0];
}

/** Why a file or folder cannot be used, without its path, which the reader sees next to it. @param tried what failed */
export function fileProblem(tried: string, error: unknown): string {
  const meaning = fileErrorMeaning(error);
  return meaning === undefined ? messageOf(error) : `${tried}: ${meaning}`;
}
