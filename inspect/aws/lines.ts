import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { LogFormat } from "../../formats/log-format";
import type { ObjectLocation, StoredObject } from "../../handlers/core/ports";
import { spoolFiles } from "../../lake/spool-files";
import { foundValue } from "../../operations/inspector";
import type { Inspection } from "./inspection";

/** Number of small files to open: a log without requests is small. */
const OPENED = 20;
const MAX_BYTES = 10_000;

/** The files without lines, e.g. only CloudFront's two header lines: no commit will contain them. */
export async function withoutLines<File extends StoredObject & ObjectLocation>(
  { clients, inspector }: Inspection,
  format: LogFormat,
  files: readonly File[],
): Promise<ReadonlySet<File>> {
  const empty = new Set<File>();
  const small = files.filter(({ size }) => size <= MAX_BYTES).slice(0, OPENED);
  if (small.length === 0) return empty;
  const folder = await mkdtemp(join(tmpdir(), "access-logs-"));
  const task = { table: format.table, folder, names: ["log"] };
  try {
    for (const file of small) {
      const { bucket, key } = file;
      const body = foundValue(
        await inspector.ask("s3:GetObject", `s3://${bucket}/${key}`, async () => {
          const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
          return Body?.transformToByteArray();
        }),
      );
      if (!body) break;
      await writeFile(join(folder, "log"), body);
      const [outcome] = (await spoolFiles(task)).outcomes;
      if (outcome?.kind === "spooled" && outcome.lines === 0) empty.add(file);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return empty;
}
