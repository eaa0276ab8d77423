/** One safeguard of the pipeline, taken away: the simulation must notice. */
export interface Mutation {
  readonly name: string;
  /** Source file, from the project's root. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: "the anti-join on log_file",
    file: "formats/render/lake-sql.ts",
    find: "AND ${sqlPath} NOT IN (",
    replace: "AND 'a' NOT IN (",
  },
  {
    name: "If-Match on deleting a marker",
    file: "handlers/core/commit-partitions.ts",
    find: `await store.deleteIfUnchanged(
        { bucket: this.config.bucket, key: pending.markerKey },
        pending.markerEtag,
      );`,
    replace: "await store.deleteAll(this.config.bucket, [pending.markerKey]);",
  },
  {
    name: "the unique content of a marker",
    file: "handlers/core/move-objects.ts",
    find: "`${clock.now().toISOString()} ${randomUUID()}\\n`",
    replace: "''",
  },
  {
    name: "the confirmed copy before the delete",
    file: "handlers/core/move-objects.ts",
    find: 'copies[index]?.outcome.kind === "moved"',
    replace: "copies[index] !== undefined && index >= 0",
  },
  {
    name: "the marker before the delete",
    file: "handlers/core/move-objects.ts",
    find: "failIf(copy, failedMarkers.get(partitionKeyOf(copy)))",
    replace: "failIf(copy, failedMarkers.get('nobody'))",
  },
  {
    name: "the target's existence when the source is gone",
    file: "handlers/core/move-objects.ts",
    find: "if (await store.exists(target))",
    replace: "if (!(await store.exists(target)))",
  },
  {
    name: "the hash in the target key",
    file: "handlers/core/move-plan.ts",
    find: "`${hash}-${fileNameOf(key)}`",
    replace: "`${hash.slice(HASH_LENGTH)}${fileNameOf(key)}`",
  },
  {
    name: "the note of the commit that is on its way",
    file: "handlers/core/commit-partitions.ts",
    find: "const noteEtag = await this.ports.store.putIfAbsent(this.note, body);",
    replace: 'const noteEtag: string | undefined = body && "none";',
  },
  {
    name: "the first writer of the note alone",
    file: "handlers/core/commit-partitions.ts",
    find: "const noteEtag = await this.ports.store.putIfAbsent(this.note, body);",
    replace: "await this.ports.store.put(this.note, body); const noteEtag: string | undefined = body;",
  },
  {
    name: "the note's stay while it is unknown whether the query goes on",
    file: "handlers/core/commit-partitions.ts",
    find: "if (!(error instanceof QueryFailedError)) throw error;",
    replace: "",
  },
  {
    name: "the token's stay while it is unknown whether the query goes on",
    file: "handlers/adapters/athena-query-engine.ts",
    find: 'if (outcome.kind === "failed") generation++;',
    replace: "generation++;",
  },
  {
    name: "the partition in the catalog before its commit",
    file: "handlers/core/commit-partitions.ts",
    find: "await ports.catalog.add(touched.map(({ partition }) => partition));",
    replace: "",
  },
  {
    name: "the markers' stay when partitions were added",
    file: "handlers/core/add-partitions.ts",
    find: "keepMarkers ? [] : touched",
    replace: "keepMarkers ? touched : []",
  },
];
