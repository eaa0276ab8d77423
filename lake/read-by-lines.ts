import { createReadStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { FORMATS, type FormatId } from "../formats";
import { identityOfContent, identityOfLines } from "../formats/file-identity";
import type { LogFormat } from "../formats/log-format";
import { fileNameOf } from "../formats/object-kind";
import { type Partition, rawPrefixOf } from "../formats/partition-layout";
import type { MovedFile } from "../handlers/core/arrival-notes";
import { planMove } from "../handlers/core/move-plan";
import { contentDigest, contentHash } from "./content-hash";
import { type Content, type Copies, isOfOneFile, type ReadFile } from "./copies";
import { isCorruptFile } from "./corrupt-file";
import { stateOf } from "./delete-originals";
import { exists } from "./exists";
import { fileProblem } from "./file-problem";
import { ANY_SOURCE } from "./folders";
import type { GrownFiles } from "./grown-files";
import { type HourPiece, HourPieces } from "./hour-pieces";
import { LAKE_BUCKET, type LakeLayout } from "./layout";
import { setModified } from "./modified-time";
import type { PackedFile } from "./packed-file";
import { withoutParquet } from "./parquet-lines";
import { plainText } from "./plain-text";
import { formatsIn, recogniseFormat, SAMPLE_LINES } from "./recognise-format";
import type { SkippedObject } from "./skipped";
import { splitByHour } from "./split-by-hour";
import { isStorageFull } from "./storage-full";
import { unpack } from "./unpack";

/** A file whose name is not AWS's. */
export interface UnnamedFile {
  /** Name for people. */
  readonly key: string;
  readonly open: () => Readable;
}

/** What reading needs. */
export interface LineTools {
  readonly lake: LakeLayout;
  /** Keys below `raw/` that may hold other bytes than their names say. */
  readonly suspects: ReadonlySet<string>;
  /** Format of all files whose names are not AWS's. @default the one that their lines have */
  readonly format?: FormatId;
  readonly grown: GrownFiles;
  readonly copies: Copies;
  readonly onLines: (lines: number) => void;
}

/** A log that was recognised by its lines. */
export interface RecognisedLog {
  readonly key: string;
  readonly format: FormatId;
  readonly hours: number;
  /** Number of its unparsed lines, if it has fewer rows. */
  readonly unparsed?: number;
}

/** What was found in a file. */
export interface FoundLogs {
  readonly recognised: RecognisedLog[];
  /** Files of an archive under names of AWS. */
  named: number;
  /** Files below `raw/` that hold the lines. */
  readonly files: MovedFile[];
  /** Files below `raw/` that were not there before, or have more lines now. */
  added: number;
  /** Files whose bytes are below `raw/` under a name of AWS, or whose lines are. */
  duplicates: number;
  /** What the lake must remember, when the files are noted, to know a copy with AWS's name. */
  readonly read: ReadFile[];
  readonly skipped: SkippedObject[];
}

export const nothingFound = (): FoundLogs => ({
  recognised: [],
  named: 0,
  files: [],
  added: 0,
  duplicates: 0,
  read: [],
  skipped: [],
});

const CHUNK_BYTES = 1 << 18;
/** More than the lines of a sample can have: the rest are empty lines, and there can be any number of them. */
const SAMPLE_BYTES = 32 << 20;
const NO_LOG = "its lines have no known format";
const EMPTY = "it has no lines";
const severalFormats = ([first, ...others]: readonly FormatId[]): string =>
  others.length > 0
    ? `it has lines of several formats: ${[first, ...others].join(", ")}; ingest the lines of each format as a file of their own`
    : `it has lines of ${first} after the header of another log; ingest these lines as a file of their own`;

/**
 * Reads a file whose name is not AWS's, or the files in an archive, and writes the lines of each hour below `raw/`, under
 * a name that is their content: the same lines always get the same name.
 *
 * A file that cannot be read is skipped with the reason, also one of an archive: the others are read. Of a file that is not
 * complete, nothing is written; of an archive that is not, the files before the damage.
 *
 * @throws Error if the disk is full
 */
export async function readByLines(tools: LineTools, file: UnnamedFile): Promise<FoundLogs> {
  const found = nothingFound();
  const skipped = (key: string, error: unknown): SkippedObject => {
    if (isStorageFull(error)) throw error;
    const reason = isCorruptFile(error) ? "corrupt-file" : "unreadable-file";
    return { key, reason, detail: fileProblem("it cannot be read", error) };
  };
  const add = async (packed: PackedFile) => {
    const plan = planOf(packed.name);
    if (packed.name !== file.key && plan.kind === "move")
      await addNamed(tools, packed, plan.partition, found);
    else if (plan.kind === "skip" && plan.reason === "test-file")
      found.skipped.push({ key: packed.name, reason: plan.reason });
    else await addUnnamed(tools, packed, found, packed.name === file.key ? bytes.content : undefined);
  };
  const chunks = file.open();
  const bytes = hashed(chunks);
  /** The last file, if it failed. */
  let failed: SkippedObject | undefined;
  /** @param archive that is damaged where the file failed: then this is what to say */
  const settle = (archive?: string) => {
    const isOfArchive = archive !== undefined && failed?.key.startsWith(`${archive}/`);
    if (failed && !isOfArchive) found.skipped.push(failed);
    failed = undefined;
  };
  try {
    const top = { name: file.key, chunks: bytes.chunks };
    for await (const packed of unpack(top, (name) => planOf(name).kind === "move")) {
      const isBroken = "error" in packed;
      settle(isBroken ? packed.name : undefined);
      try {
        if (isBroken) throw packed.error;
        await add(packed);
      } catch (error) {
        failed = skipped(packed.name, error);
      }
    }
    settle();
  } catch (error) {
    settle(file.key);
    found.skipped.push(skipped(file.key, error));
  } finally {
    chunks.destroy();
  }
  return found;
}

/** Hashes chunks as they are read. */
function hashed(chunks: AsyncIterable<Buffer>) {
  const hash = contentHash();
  let size = 0;
  return {
    chunks: (async function* () {
      for await (const chunk of chunks) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    })(),
    /** What was read so far. */
    content: (): Content => ({ size, hash: contentDigest(hash.copy()) }),
  };
}

/** The file at a path, as chunks. */
export const fileChunks = (path: string): Readable => createReadStream(path, { highWaterMark: CHUNK_BYTES });

const planOf = (key: string) => planMove(ANY_SOURCE, "identity", { bucket: "", key }, LAKE_BUCKET);

/** Adds a file of an archive as it is, so that it is the same file as one that was not packed. */
async function addNamed(
  tools: LineTools,
  { name, chunks }: PackedFile,
  partition: Partition,
  found: FoundLogs,
): Promise<void> {
  const staged = join(tools.lake.workFolder, "packed");
  const bytes = hashed(chunks);
  await writeFile(staged, bytes.chunks);
  const { size, hash } = bytes.content();
  if (size === 0) {
    found.skipped.push({ key: name, reason: "empty-object" });
    return rm(staged);
  }
  await publish(tools, staged, partition, identityOfContent(hash, `-${fileNameOf(name)}`), found);
  tools.copies.forget();
  found.named++;
}

/** @param content the bytes that the lines are of, when all of them were read */
async function addUnnamed(
  tools: LineTools,
  { name, chunks }: PackedFile,
  found: FoundLogs,
  content: (() => Content) | undefined,
): Promise<void> {
  const skip = (detail: string) => found.skipped.push({ key: name, reason: "unmatched-key", detail });
  const blocks = plainText(withoutParquet(chunks, join(tools.lake.workFolder, "parquet")));
  const pieces = new HourPieces(join(tools.lake.workFolder, "pieces"));
  try {
    const { lines, all } = await firstLines(blocks);
    if (lines.length === 0) return void skip(EMPTY);
    const format = tools.format ?? recogniseFormat(lines);
    if (format === undefined) {
      const formats = formatsIn(lines);
      if (formats.length === 0) return void skip(NO_LOG);
      found.skipped.push({ key: name, reason: "mixed-file", detail: severalFormats(formats) });
      return;
    }
    const split = await splitByHour(FORMATS[format], all, pieces, tools.onLines);
    if (!split) return void skip(`none of its first lines is a line of ${format}`);
    const hours = await pieces.finish();
    await addHours(tools, FORMATS[format], hours, found, content?.());
    const { rows, unparsed } = split;
    const isMixed = unparsed > rows;
    found.recognised.push({ key: name, format, hours: hours.length, ...(isMixed ? { unparsed } : {}) });
  } finally {
    await pieces.discard();
    // What was not read stays open otherwise.
    await blocks.return(undefined);
  }
}

/** Adds the lines of a file, unless the lake has its bytes under a name of AWS. */
async function addHours(
  tools: LineTools,
  format: LogFormat,
  pieces: readonly HourPiece[],
  found: FoundLogs,
  content: Content | undefined,
): Promise<void> {
  const hours = pieces.map(({ hour }) => hour);
  const copy = content && (await tools.copies.find(format, hours, content));
  if (copy) {
    found.files.push(copy);
    found.duplicates++;
    return;
  }
  const keys: string[] = [];
  for (const piece of pieces)
    keys.push(await addLines(tools, { table: format.table, hour: piece.hour }, piece, found));
  if (content && isOfOneFile(format, hours)) found.read.push({ content, files: keys });
}

/**
 * Adds the lines of an hour. Of a file that has grown, they replace those of its beginning.
 *
 * @returns the key of the file with the lines
 */
async function addLines(
  tools: LineTools,
  partition: Partition,
  { path, hash }: HourPiece,
  found: FoundLogs,
): Promise<string> {
  const name = identityOfLines(hash);
  const own = rawPrefixOf(partition) + name;
  const isKnown = tools.suspects.has(own) || (await exists(join(tools.lake.root, own)));
  const other = isKnown ? undefined : await tools.grown.find(partition, path);
  if (!other) {
    await publish(tools, path, partition, name, found);
    await tools.grown.add(partition, name);
    return own;
  }
  const key = rawPrefixOf(partition) + other.name;
  found.files.push({ kind: "moved", key, partition });
  if (other.kind === "grown") {
    // Under the name of its beginning, it is a file that changed: its old rows are replaced.
    const target = join(tools.lake.root, key);
    setModified(path, (await stateOf(target)).modified + 1);
    await rename(path, target);
    await tools.grown.add(partition, other.name);
    found.added++;
  }
  return key;
}

/** The first lines of some blocks, and all blocks. */
async function firstLines(blocks: AsyncGenerator<Buffer>) {
  const read: Buffer[] = [];
  let bytes = 0;
  let lines: readonly string[] = [];
  while (lines.length < SAMPLE_LINES && bytes < SAMPLE_BYTES) {
    const { done, value } = await blocks.next();
    if (done) break;
    read.push(value);
    bytes += value.length;
    const found = value.toString("utf8").split(/\n+/);
    lines = [...lines, ...found.filter((line) => line !== "")].slice(0, SAMPLE_LINES);
  }
  const all = (async function* () {
    yield* read;
    yield* blocks;
  })();
  return { lines, all };
}

/** Moves a file below `raw/`, unless it is there. Its time is its hour: it does not depend on when it was written. */
async function publish(
  { lake, suspects }: LineTools,
  staged: string,
  partition: Partition,
  name: string,
  found: FoundLogs,
): Promise<void> {
  const key = rawPrefixOf(partition) + name;
  const target = join(lake.root, key);
  found.files.push({ kind: "moved", key, partition });
  if (!suspects.has(key) && (await exists(target))) return rm(staged);
  found.added++;
  setModified(staged, partition.hour);
  await mkdir(dirname(target), { recursive: true });
  await rename(staged, target);
}
