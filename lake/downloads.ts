import { createHash } from "node:crypto";
import { appendFile, readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { FORMAT_IDS } from "../formats";
import { jsonAs } from "../handlers/core/json";
import type { StoredObject } from "../handlers/core/ports";
import type { LakeLayout } from "./layout";

/** What was found in an object whose key is not AWS's. */
const foundSchema = z.object({
  recognised: z.array(z.object({ key: z.string(), format: z.enum(FORMAT_IDS), hours: z.number() })),
  named: z.number(),
  /** Keys below `raw/` of the files that hold its lines. */
  files: z.array(z.string()),
});
export type FoundInObject = z.output<typeof foundSchema>;

const schema = z.object({ object: z.string(), content: z.string(), found: z.optional(foundSchema) });

/** What was downloaded for an object. */
interface Download {
  readonly content: string;
  readonly found?: FoundInObject | undefined;
}

/**
 * The objects of buckets that were downloaded to a lake: one JSON line for each, written after its files are below `raw/`.
 * The last line about an object counts.
 */
export class Downloads {
  private constructor(
    private readonly file: string,
    private readonly byObject: Map<string, Download>,
  ) {}

  static async of({ downloadsFile }: LakeLayout): Promise<Downloads> {
    const text = await readFile(downloadsFile, "utf8").catch(() => "");
    const byObject = new Map<string, Download>();
    for (const line of text.split("\n")) {
      // A line that was cut off by a crash is left out: its object is downloaded again.
      const known = jsonAs(schema, line);
      if (known) byObject.set(known.object, { content: known.content, found: known.found });
    }
    return new Downloads(downloadsFile, byObject);
  }

  /** @returns `undefined` if the object was not downloaded, or has another content now */
  find(bucket: string, object: StoredObject, readAs = ""): Download | undefined {
    const known = this.byObject.get(hashOf(bucket, object.key));
    return known?.content === contentOf(object, readAs) ? known : undefined;
  }

  /** @param readAs what else decides how the object is read */
  async add(bucket: string, object: StoredObject, found?: FoundInObject, readAs = ""): Promise<void> {
    const download = { content: contentOf(object, readAs), ...(found ? { found } : {}) };
    const id = hashOf(bucket, object.key);
    this.byObject.set(id, download);
    // It begins with a line feed, because the last line may have been cut off.
    await appendFile(this.file, `\n${JSON.stringify({ object: id, ...download })}`, { mode: 0o600 });
  }
}

const contentOf = ({ etag, size }: StoredObject, readAs: string): string =>
  hashOf(etag, String(size), readAs);

const HASH_LETTERS = 22;
const hashOf = (...parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\0")).digest("base64url").slice(0, HASH_LETTERS);
