import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { LogFormat } from "../../formats/log-format";
import type { StoredObject } from "../../handlers/core/ports";
import { spoolFile } from "../../lake/spool";
import { foundValue } from "../../operations/inspector";
import type { Inspection } from "./inspection";

/** Number of small files to open: a log without requests is small. */
const OPENED = 20;
const MAX_BYTES = 10_000;

/** Keys of the files without lines, e.g. only CloudFront's two header lines: no commit will contain them. */
export async function withoutLines(
  { clients, inspector }: Inspection,
  bucket: string,
  format: LogFormat,
  objects: readonly StoredObject[],
): Promise<ReadonlySet<string>> {
  const empty = new Set<string>();
  const small = objects.filter(({ size }) => size <= MAX_BYTES).slice(0, OPENED);
  if (small.length === 0) return empty;
  const folder = await mkdtemp(join(tmpdir(), "access-logs-"));
  const file = join(folder, "log");
  try {
    for (const { key } of small) {
      const body = foundValue(
        await inspector.ask("s3:GetObject", `s3://${bucket}/${key}`, async () => {
          const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
          return Body?.transformToByteArray();
        }),
      );
      if (!body) break;
      await writeFile(file, body);
      const spooled = await spoolFile(format, file, devNull);
      if (spooled.kind === "spooled" && spooled.lines === 0) empty.add(key);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return empty;
}
