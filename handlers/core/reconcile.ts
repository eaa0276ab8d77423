import type { ConfiguredSource } from "../../formats/configured-source";
import { identityOfPath } from "../../formats/file-identity";
import { addHours, hourOf, partitionValuesOf } from "../../formats/hour";
import type { LakeTable } from "../../formats/render/lake-sql";
import { hashOf, renderFileSums, renderFilesOfHours } from "../../formats/render/reconcile-sql";
import { allNotes, type NotePorts, noteArrivals, pathOf } from "./arrival-notes";
import { type ExpectedFile, expectedFiles, type LandingPlace } from "./expected-files";
import type { PartitionedTable } from "./partitioned-table";
import type { MoveQueue, PagedListing, RowsEngine } from "./ports";
import { type Reconciled, readReconciled, writeReconciled } from "./reconciled";
import { rejectedIdentities } from "./rejected-files";

export interface ReconcilePorts extends NotePorts {
  readonly listing: PagedListing;
  readonly engine: RowsEngine;
}

export interface ReconcileConfig {
  readonly table: LakeTable;
  readonly partitioned: PartitionedTable;
  /** The sources of all tables. */
  readonly sources: readonly ConfiguredSource[];
  /** Where objects wait for their move. Default: no source's files are moved. */
  readonly landing?: (LandingPlace & { readonly queue: MoveQueue }) | undefined;
  readonly now: Date;
  /** Id of the night: the work is done once. */
  readonly night: string;
  /** When to stop listing, and to stop waiting for a statement. */
  readonly deadline: Date;
}

/** Full days before today whose files are compared. */
export const COMPARED_DAYS = 3;
const HOURS_PER_DAY = 24;

/**
 * Compares the files of the last days with the typed table, and notes or announces those that are not in it: their note
 * or event was lost, or they were later than a listing looks back. A file without rows is noted once, too.
 *
 * @returns what was found; `undefined` if it was done in this night
 */
export async function reconcile(
  ports: ReconcilePorts,
  config: ReconcileConfig,
): Promise<Reconciled | undefined> {
  const { table, partitioned, now, night } = config;
  const { bucket, format } = table;
  const before = await readReconciled(ports.store, bucket, format.table);
  if (before?.night === night) return undefined;
  const days = Array.from(
    { length: COMPARED_DAYS },
    (_, index) => partitionValuesOf(addHours(hourOf(now), -HOURS_PER_DAY * (index + 1))).dt,
  );
  const expected = await expectedFiles(ports, { ...config, bucket, table: partitioned, days });
  const known = (before?.known ?? []).filter(({ dt }) => days.includes(dt));
  const open = new Map(expected.files);
  for (const { file } of known) open.delete(file);
  // After the listing: a file that was committed in between has no note any more, but is in the table by then.
  for (const identity of await notedIdentities(ports, config)) open.delete(identity);
  for (const identity of await rejectedIdentities(ports.store, table.bucket, format.table))
    open.delete(identity);
  const missing = await withoutCommitted(ports, config, open);
  const files = [...missing.values()].flatMap((one) => (one.kind === "file" ? [one.file] : []));
  const originals = [...missing.values()].flatMap((one) => (one.kind === "original" ? [one.object] : []));
  await noteArrivals(ports, bucket, files);
  await config.landing?.queue.announce(originals);
  const reconciled: Reconciled = {
    night,
    at: ports.clock.now().toISOString(),
    days: [...expected.days],
    files: expected.files.size,
    noted: files.length,
    announced: originals.length,
    isCutShort: expected.isCutShort,
    requests: expected.requests,
    known: [...known, ...[...missing].map(([file, one]) => ({ file, dt: dayOf(one) }))],
  };
  await writeReconciled(ports.store, bucket, format.table, reconciled);
  return reconciled;
}

/** The notes of a pending commit exist until it has ended. */
async function notedIdentities(
  { store }: ReconcilePorts,
  { table, partitioned }: ReconcileConfig,
): Promise<string[]> {
  const notes = await allNotes(store, table.bucket, [partitioned]);
  return notes.flatMap(({ files }) =>
    files.map((file) => identityOfPath(table.bucket, pathOf(table.bucket, file))),
  );
}

type Files = ReadonlyMap<string, ExpectedFile>;

/** The files that are not in the typed table. */
async function withoutCommitted(
  ports: ReconcilePorts,
  config: ReconcileConfig,
  files: Files,
): Promise<Files> {
  const missing = new Map<string, ExpectedFile>();
  for (const dt of new Set([...files.values()].map(dayOf))) {
    const ofDay = new Map([...files].filter(([, file]) => dayOf(file) === dt));
    const hours = await differingHours(ports, config, dt, ofDay);
    if (hours.length === 0) continue;
    const committed = new Set(
      (await rowsOf(ports, config, renderFilesOfHours(config.table, dt, hours))).map(([file]) => file),
    );
    for (const [identity, file] of ofDay)
      if (hours.includes(hourTextOf(file)) && !committed.has(identity)) missing.set(identity, file);
  }
  return missing;
}

/** The hours of a day whose files differ from those in the typed table. */
async function differingHours(
  ports: ReconcilePorts,
  config: ReconcileConfig,
  dt: string,
  files: Files,
): Promise<readonly string[]> {
  const committed = new Map(
    (await rowsOf(ports, config, renderFileSums(config.table, dt))).map(
      ([source = "", hour = "", count = "", sum = ""]) => [groupText(source, hour), `${count} ${sum}`],
    ),
  );
  const listed = new Map<string, { readonly hour: string; count: number; sum: number }>();
  for (const [identity, file] of files) {
    const hour = hourTextOf(file);
    const key = groupText(file.partition.source ?? "", hour);
    const group = listed.get(key) ?? { hour, count: 0, sum: 0 };
    group.count++;
    group.sum += hashOf(identity);
    listed.set(key, group);
  }
  const differing = [...listed].filter(([key, { count, sum }]) => committed.get(key) !== `${count} ${sum}`);
  return [...new Set(differing.map(([, { hour }]) => hour))].sort();
}

const rowsOf = ({ engine, clock }: ReconcilePorts, { deadline }: ReconcileConfig, sql: string) =>
  // Another run needs newer results: its listing is newer.
  engine.rows({ sql, token: `reconcile/${clock.now().toISOString()}`, waitUntil: deadline });

const groupText = (source: string, hour: string): string => `${source}/${hour}`;
const dayOf = ({ partition }: ExpectedFile): string => partitionValuesOf(partition.hour).dt;
const hourTextOf = ({ partition }: ExpectedFile): string => partitionValuesOf(partition.hour).hour;
