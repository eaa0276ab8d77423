import { appendFile, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { addHours, type Hour, hoursFrom } from "../formats/hour";
import type { LogFormat } from "../formats/log-format";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import { type MovedFile, movedFileAt } from "../handlers/core/arrival-notes";
import { jsonAs } from "../handlers/core/json";
import { hashOfFile } from "./content-hash";
import { exists } from "./exists";
import { keyPath } from "./key-path";
import type { LakeLayout } from "./layout";

/** The bytes of a file. */
export interface Content {
  readonly size: number;
  readonly hash: string;
}

/** A file that was read by its lines. */
export interface ReadFile {
  readonly content: Content;
  /** Keys below `raw/` of the files that hold its lines. */
  readonly files: readonly string[];
}

const schema = z.object({
  content: z.object({ size: z.number(), hash: z.string() }),
  files: z.array(z.string()),
});

/**
 * Finds the same bytes under a name of AWS and under another name, whichever comes first: one of them is moved as it is, the
 * other is read by its lines, so that the files below `raw/` differ.
 *
 * A file under a name of AWS is read for that only if a file of its size was read by its lines.
 */
export class Copies {
  private known: Promise<Map<number, ReadFile[]>> | undefined;
  /** Names of a partition's files, by their sizes. */
  private readonly listed = new Map<string, Promise<ReadonlyMap<number, readonly string[]>>>();

  constructor(private readonly lake: LakeLayout) {}

  /** The partitions have other files than before. */
  forget(): void {
    this.listed.clear();
  }

  /**
   * @param hours of the lines of a file
   * @returns the file below `raw/` with these bytes
   */
  async find(format: LogFormat, hours: readonly Hour[], content: Content): Promise<MovedFile | undefined> {
    for (const hour of hoursOfName(format, hours)) {
      const partition = { table: format.table, hour };
      for (const name of (await this.namesIn(partition)).get(content.size) ?? []) {
        const key = rawPrefixOf(partition) + name;
        if ((await hashOfFile(join(this.lake.root, key))) === content.hash)
          return { kind: "moved", key, partition };
      }
    }
    return undefined;
  }

  /** Remembers files that were read by their lines. Call it when these are noted. */
  async add(files: readonly ReadFile[]): Promise<void> {
    const known = await this.readFiles();
    const added = files.filter((file) => !known.get(file.content.size)?.some(isSame(file)));
    if (added.length === 0) return;
    for (const file of added) addTo(known, file.content.size, file);
    // It begins with a line feed, because the last line may have been cut off.
    const lines = added.map((file) => `\n${JSON.stringify(file)}`);
    await appendFile(this.lake.readFilesFile, lines.join(""), { mode: 0o600 });
  }

  /** The sizes of the files that were read by their lines. */
  async sizes(): Promise<Pick<ReadonlySet<number>, "has" | "size">> {
    return this.readFiles();
  }

  /** @returns the files below `raw/` with the lines of a file with the same bytes, if all of them are there */
  async linesOf(path: string, size: number): Promise<MovedFile[] | undefined> {
    const hash = await hashOfFile(path);
    for (const { content, files } of (await this.readFiles()).get(size) ?? []) {
      if (content.hash !== hash) continue;
      const there = await Promise.all(files.map((key) => exists(join(this.lake.root, keyPath(key)))));
      if (there.every(Boolean)) return files.flatMap((key) => movedFileAt(key) ?? []);
    }
    return undefined;
  }

  private readFiles(): Promise<Map<number, ReadFile[]>> {
    this.known ??= readFiles(this.lake);
    return this.known;
  }

  private namesIn(partition: Partition): Promise<ReadonlyMap<number, readonly string[]>> {
    const folder = join(this.lake.root, rawPrefixOf(partition));
    const known = this.listed.get(folder) ?? namesBySize(folder);
    this.listed.set(folder, known);
    return known;
  }
}

/** True if a file has lines of so few hours that AWS could have written it. */
export const isOfOneFile = (format: LogFormat, hours: readonly Hour[]): boolean =>
  hoursOfName(format, hours).length > 0;

/** The hours that the name of a file can say if it has lines of these. */
const hoursOfName = ({ lateByHours }: LogFormat, hours: readonly Hour[]): Hour[] => {
  const [first, last] = [Math.min(...hours) as Hour, Math.max(...hours) as Hour];
  return hoursFrom(addHours(last, -lateByHours), addHours(first, lateByHours));
};

async function readFiles({ readFilesFile }: LakeLayout): Promise<Map<number, ReadFile[]>> {
  const text = await readFile(readFilesFile, "utf8").catch(() => "");
  const bySize = new Map<number, ReadFile[]>();
  for (const line of text.split("\n")) {
    const file = jsonAs(schema, line);
    if (file) addTo(bySize, file.content.size, file);
  }
  return bySize;
}

async function namesBySize(folder: string): Promise<ReadonlyMap<number, readonly string[]>> {
  const names = await readdir(folder).catch(() => []);
  const bySize = new Map<number, string[]>();
  for (const name of names) addTo(bySize, (await stat(join(folder, name))).size, name);
  return bySize;
}

function addTo<Value>(map: Map<number, Value[]>, size: number, value: Value): void {
  const values = map.get(size);
  if (values) values.push(value);
  else map.set(size, [value]);
}

const isSame = (one: ReadFile) => (other: ReadFile) =>
  one.content.hash === other.content.hash && one.files.join() === other.files.join();
