import { appendFile, readFile } from "node:fs/promises";
import { exists } from "./exists";
import type { LakeLayout } from "./layout";
import { syncFile } from "./sync-to-disk";

/** Keys below `raw/` of the files whose originals were deleted: each is the only copy of its lines. */
export class DeletedOriginals {
  private known: Promise<ReadonlySet<string>> | undefined;

  constructor(private readonly lake: LakeLayout) {}

  /** Call it before the original is deleted. */
  async add(key: string): Promise<void> {
    // It begins with a line feed, because the last line may have been cut off.
    await appendFile(this.lake.deletedFile, `\n${key}`, { mode: 0o600 });
  }

  async has(key: string): Promise<boolean> {
    this.known ??= readKeys(this.lake);
    return (await this.known).has(key);
  }

  /** Makes the keys survive a power failure. */
  async sync(): Promise<void> {
    if (await exists(this.lake.deletedFile)) await syncFile(this.lake.deletedFile);
  }
}

async function readKeys({ deletedFile }: LakeLayout): Promise<ReadonlySet<string>> {
  return new Set((await readFile(deletedFile, "utf8").catch(() => "")).split("\n"));
}
