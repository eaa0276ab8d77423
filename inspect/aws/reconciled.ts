import { FORMATS } from "../../formats";
import { RECONCILED_PREFIX } from "../../formats/partition-layout";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { type Reconciled, readReconciled } from "../../handlers/core/reconciled";
import { foundValue } from "../../operations/inspector";
import type { Inspection } from "./inspection";

/** The last comparison of files with each typed table, by its name; without tables that were never compared. */
export async function awsReconciled({
  clients,
  parts,
  bucket,
  inspector,
}: Inspection): Promise<ReadonlyMap<string, Reconciled>> {
  if (bucket === undefined || !parts.columnar) return new Map();
  const tables = [...new Set(parts.streams.map(({ format }) => FORMATS[format].table))];
  const found = await Promise.all(
    tables.map(async (table) => {
      const answer = await inspector.ask(
        "s3:GetObject",
        `s3://${bucket}/${RECONCILED_PREFIX}${table}.json`,
        () => readReconciled(s3ObjectStore(clients.s3), bucket, table),
      );
      const reconciled = foundValue(answer);
      return reconciled ? [[table, reconciled] as const] : [];
    }),
  );
  return new Map(found.flat());
}
