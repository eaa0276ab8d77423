import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type { LogFormat } from "../formats/log-format";
import { type SampleOptions, type SampleSummary, writeSample } from "../sample/write-sample";
import { counted } from "../terminal/quantities";

/** Generated logs in a folder with the layout of a bucket. */
export interface Sample extends SampleSummary {
  readonly folder: string;
}

/** About a megabyte of text in each file. */
export const LINES_PER_FILE = 1740;
/** The same for small and large samples: 1,000 files are a day. */
const FILES_PER_HOUR = 42;

export const hoursOf = (files: number): number => Math.ceil(files / FILES_PER_HOUR);

/** @param files number of files, about one megabyte of text each */
export async function sample(
  folder: string,
  files: number,
  progress: (text: string) => void,
  options: Partial<SampleOptions> = {},
): Promise<Sample> {
  progress(`writing ${files} sample files`);
  const sizes = {
    seed: 1,
    files,
    lines: LINES_PER_FILE,
    hours: hoursOf(files),
    ...options,
  };
  return { folder, ...(await writeSample(folder, sizes, () => undefined)) };
}

/** Text about the measured logs. */
export const sizeText = ({ files, bytes, rows }: SampleSummary): string =>
  `${(bytes / 1e9).toFixed(2)} GB of text in ${counted(files, "file")}, ${Object.entries(rows)
    .map(([table, rowCount]) => `${counted(rowCount, "row")} of ${table}`)
    .join(", ")}`;

/** Only the access logs below a folder, of one format or all. */
export function logFiles(folder: string, formats: readonly LogFormat[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const key = relative(folder, path);
      return formats.some(({ classify }) => classify(key).kind === "access-log") && !isEmpty(path);
    });
}

const isEmpty = (path: string): boolean => statSync(path).size === 0;

/** Links files to additional paths. @returns these paths */
export function linkFiles(
  files: readonly string[],
  pathOf: (file: string, index: number) => string,
): string[] {
  return files.map((file, index) => {
    const path = pathOf(file, index);
    mkdirSync(dirname(path), { recursive: true });
    linkSync(file, path);
    return path;
  });
}

/** Writes a list of paths for `xargs -0`. */
export function writeFileList(path: string, files: readonly string[]): void {
  writeFileSync(path, files.join("\0"));
}

/** Runs a function with a temporary folder. */
export async function withFolder<T>(name: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), `bench-${name}-`));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
