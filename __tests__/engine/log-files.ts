import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { runProgram } from "../helpers/run-program";
import { temporaryFolder } from "./temporary-folder";

/** A delivered file. */
export interface LogFile {
  readonly key: string;
  readonly body: Buffer;
}

/** A file of these lines, compressed if its name says so. */
export function logFile(key: string, lines: readonly string[]): LogFile {
  const text = lines.map((line) => `${line}\n`).join("");
  return { key, body: key.endsWith(".gz") ? gzipSync(text) : Buffer.from(text) };
}

/** What `access-logs sample` writes: late files, files of one name, damaged lines, and files that are not logs. */
export async function sampleLogs(options: {
  readonly files: number;
  readonly lines: number;
  readonly hours: number;
  readonly seed?: number;
}): Promise<readonly LogFile[]> {
  const folder = join(temporaryFolder("sample"), "logs");
  const numbers = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { status, stderr } = await runProgram(["sample", folder, ...numbers]);
  if (status !== 0) throw new Error(stderr);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ key: relative(folder, path).split(sep).join("/"), body: readFileSync(path) }));
}

/** Distributes files over this number of rounds, so that each hour arrives in several. */
export const inRounds = (files: readonly LogFile[], rounds: number): readonly (readonly LogFile[])[] =>
  Array.from({ length: rounds }, (_, round) => files.filter((_file, index) => index % rounds === round));
