/** Removes one safeguard of the pipeline: the simulation must detect it. */
export interface Mutation {
  readonly name: string;
  /** Source file, relative to the project's root. */
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
    name: "the confirmed copy before the delete",
    file: "handlers/core/move-objects.ts",
    find: 'copies[index]?.outcome.kind === "moved"',
    replace: "copies[index] !== undefined && index >= 0",
  },
  {
    name: "the note before the delete",
    file: "handlers/core/move-objects.ts",
    find: "copy.file ? failIf(copy, noteError) : copy",
    replace: "copy.file ? failIf(copy, noteError && undefined) : copy",
  },
  {
    name: "the target's existence when the source is gone",
    file: "handlers/core/move-objects.ts",
    find: "if (await store.exists(target))",
    replace: "if (!(await store.exists(target)))",
  },
  {
    name: "the existence of a rejected file when source and target are gone",
    file: "handlers/core/move-objects.ts",
    find: "if (await store.exists({ bucket: target.bucket, key: rejectedKeyOf(key) }))",
    replace: "if (rejectedKeyOf(key) === key)",
  },
  {
    name: "the hash in the target key",
    file: "handlers/core/move-plan.ts",
    find: "`${hash}-${fileNameOf(key)}`",
    replace: "`${hash.slice(HASH_LENGTH)}${fileNameOf(key)}`",
  },
  {
    name: "the first writer of a commit's number alone",
    file: "handlers/core/commit-tables.ts",
    find: 'if (!(await this.records.begin(commit))) return { kind: "overtaken" };',
    replace: "await this.records.begin(commit);",
  },
  {
    name: "the end of a commit before the next one",
    file: "handlers/core/commit-tables.ts",
    find: 'if (pending) return { kind: "overtaken" };',
    replace: "",
  },
  {
    name: "the same token for a commit that another run submits",
    file: "handlers/core/commit-tables.ts",
    find: "const { number, sql, token, notes } = commit;",
    replace: "const { number, sql, notes } = commit; const token = randomUUID();",
  },
  {
    name: "the record's stay while it is unknown whether the query goes on",
    file: "handlers/core/commit-tables.ts",
    find: "if (!(error instanceof QueryFailedError)) throw error;\n      await",
    replace: "await",
  },
  {
    name: "the partition in the catalog before its commit",
    file: "handlers/core/commit-tables.ts",
    find: "await this.ports.catalog.add(partitionsOf(this.notes.flatMap(({ files }) => files)));",
    replace: "",
  },
  {
    name: "the notes' stay until all of their files are committed",
    file: "handlers/core/commit-tables.ts",
    find: ".filter(({ files }) => files.every(({ key }) => ended.has(key)))",
    replace: "",
  },
  {
    name: "the second failure that names a file before it is set aside",
    file: "handlers/core/failed-commits.ts",
    find: "if (key !== undefined && this.suspects.has(key)) return",
    replace: "if (key !== undefined) return",
  },
  {
    name: "the statement over no file before one is set aside that was not named",
    file: "handlers/core/failed-commits.ts",
    find: "(await this.canCommitNothing(batch))",
    replace: "true",
  },
  {
    name: "the rejected file's removal from the text",
    file: "handlers/core/rejected-files.ts",
    find: "await deleteOrFail(store, bucket, [key]);",
    replace: "",
  },
  {
    name: "the count of what a commit did not write",
    file: "handlers/core/unparsed-lines.ts",
    find: "[0, headers].includes(read - written)",
    replace: "read >= written + 0 * headers",
  },
  {
    name: "the files of earlier commits in a count",
    file: "handlers/core/unparsed-lines.ts",
    find: "!counted.has(key)",
    replace: "!counted.has(`${key} `)",
  },
  {
    name: "the report of unparsed lines before their record",
    file: "handlers/core/commit-counts.ts",
    find: "this.onCounted(unparsed);\n      await this.ports.records.recordCount(commit.number, unparsed);",
    replace:
      "await this.ports.records.recordCount(commit.number, unparsed);\n      this.onCounted(unparsed);",
  },
  {
    name: "the count of commits that a run left",
    file: "handlers/core/commit-counts.ts",
    find: "for (const ended of this.left ?? []) {",
    replace: "for (const ended of []) {",
  },
  {
    name: "the notes' stay when partitions were added",
    file: "handlers/core/add-partitions.ts",
    find: "if (!keepNotes) await ports.store.deleteAll",
    replace: "if (keepNotes) await ports.store.deleteAll",
  },
];
