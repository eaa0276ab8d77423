import { movedFileAt } from "../handlers/core/arrival-notes";
import type { StoredObject } from "../handlers/core/ports";
import type { Downloads } from "./downloads";
import { type FoundLogs, type LineTools, nothingFound, readByLines } from "./read-by-lines";
import { areInLake, type OpenBucket } from "./remote-bucket";

/** Reads an object by its lines as `readByLines` does, unless the lake has its lines. */
export async function readObject(
  tools: LineTools,
  { bucket, open }: OpenBucket,
  object: StoredObject,
  downloads: Downloads,
): Promise<FoundLogs> {
  const { lake, suspects, format } = tools;
  const known = downloads.find(bucket, object, format)?.found;
  if (known && !known.files.some((key) => suspects.has(key)) && (await areInLake(lake, known.files))) {
    const files = known.files.flatMap((key) => movedFileAt(key) ?? []);
    return { ...nothingFound(), ...known, files };
  }
  const found = await readByLines(tools, { key: object.key, open: () => open(object) });
  if (found.skipped.length > 0) return found;
  const files = found.files.map(({ key }) => key);
  await downloads.add(bucket, object, { recognised: found.recognised, named: found.named, files }, format);
  return found;
}
