import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { counted } from "../terminal/quantities";
import { hashOfFile } from "./content-hash";
import { DeletedOriginals } from "./deleted-originals";
import type { CheckReplacement, KeyedFile } from "./directory-object-store";
import { compareTexts } from "./grown-files";
import type { LakeLayout } from "./layout";
import type { LostReason } from "./skipped";
import type { FileOutcome } from "./spool-files";
import type { SpoolPool } from "./spool-pool";
import { tableOfKey } from "./table-of-key";

/** A file that must not take the place of the one below `raw/` that has its name. */
export class NotReplacedError extends Error {
  constructor(
    readonly reason: LostReason,
    message: string,
  ) {
    super(message);
  }
}

/** A file that replaced a content with more rows. */
export interface ShrunkFile {
  readonly key: string;
  readonly rowsBefore: number;
  readonly rows: number;
}

/** Checks files that changed, before they take the place of their old contents below `raw/`. Other files are not read. */
export class Replacements {
  readonly shrunk: ShrunkFile[] = [];
  /** Keys below `raw/` of the files that were not replaced. */
  readonly kept = new Set<string>();
  private readonly deleted: DeletedOriginals;

  constructor(
    lake: LakeLayout,
    private readonly pool: SpoolPool,
  ) {
    this.deleted = new DeletedOriginals(lake);
  }

  /** @throws NotReplacedError if the old content has rows that would be lost */
  readonly check: CheckReplacement = async (source, target) => {
    const table = tableOfKey(target.key);
    if (table === undefined || (await haveSameBytes(source.path, target.path))) return;
    const before = await this.read(table, target.path);
    const rowsBefore = rowsOf(before);
    if (rowsBefore === 0) return;
    const now = await this.read(table, source.path);
    // It cannot be copied either, and the copy says why.
    if (now.kind === "failed") return;
    const error = await this.problemOf({ source, target, before, now });
    if (error) {
      this.kept.add(target.key);
      throw error;
    }
    if (rowsOf(now) < rowsBefore) this.shrunk.push({ key: source.key, rowsBefore, rows: rowsOf(now) });
  };

  private async problemOf({
    source,
    target,
    before,
    now,
  }: Replacement): Promise<NotReplacedError | undefined> {
    if (now.kind === "corrupt") return new NotReplacedError("corrupt-file", now.reason);
    if (rowsOf(now) === 0) return new NotReplacedError("not-replaced", noRows(target.path, rowsOf(before)));
    if (!(await this.deleted.has(target.key))) return undefined;
    const kind = await compareTexts(source.path, target.path);
    // A text that is the beginning of the other one lacks lines, unless it is the same.
    if (kind === "grown" || (kind === "known" && linesOf(now) === linesOf(before))) return undefined;
    return new NotReplacedError("not-replaced", onlyCopy(target.path));
  }

  private async read(table: string, path: string): Promise<FileOutcome> {
    const task = { table, folder: dirname(path), names: [basename(path)] };
    const [outcome] = (await this.pool.spool(task)).outcomes;
    return outcome ?? { kind: "failed", reason: `${path}: it was not read` };
  }
}

/** A file and the one that it would replace, as they were read. */
interface Replacement {
  readonly source: KeyedFile;
  readonly target: KeyedFile;
  readonly before: FileOutcome;
  readonly now: FileOutcome;
}

const noRows = (path: string, rows: number): string =>
  `it has no row, and its old content has ${counted(rows, "row")}, which stay in the lake; put the intact file in its place, or delete ${path} to give them up`;

const onlyCopy = (path: string): string =>
  `--move deleted an earlier file of this name, whose only copy is ${path}, and this one does not begin with its lines; move this one to a folder with another name, and ingest that`;

const rowsOf = (outcome: FileOutcome): number =>
  outcome.kind === "spooled" ? outcome.lines - outcome.unparsed : 0;

const linesOf = (outcome: FileOutcome): number => (outcome.kind === "spooled" ? outcome.lines : 0);

async function haveSameBytes(one: string, other: string): Promise<boolean> {
  const [{ size }, { size: otherSize }] = await Promise.all([stat(one), stat(other)]);
  return size === otherSize && (await hashOfFile(one)) === (await hashOfFile(other));
}
