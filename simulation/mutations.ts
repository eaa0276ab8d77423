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
    find: "AND ${identity} NOT IN (",
    replace: "AND ${identity} <> (",
  },
  {
    name: "the identity of moved files, whatever their names",
    file: "formats/render/delivered-sql.ts",
    find: "`COALESCE(regexp_extract(${path}, ${sqlString(MOVED_IDENTITY)}, 1), ${path})`",
    replace: "path",
  },
  {
    name: "the identity of files as delivered",
    file: "formats/render/delivered-sql.ts",
    find: "ELSE ${renderDeliveredIdentity(path)} END",
    replace: "ELSE ${path} END",
  },
  {
    name: "the rows of other spellings in the anti-join",
    file: "formats/render/lake-sql.ts",
    find: "[anyOf([...own, ...outside(sqlIdentifier(LOG_FILE), present)])]",
    replace: "[anyOf(own)]",
  },
  {
    name: "the confirmed copy before the delete",
    file: "handlers/core/move-objects.ts",
    find: 'copies[index]?.outcome.kind === "moved"',
    replace: "copies[index] !== undefined && index >= 0",
  },
  {
    name: "the names of fields in another order",
    file: "handlers/core/write-text.ts",
    find: "if (!readable) return copy(ports, object, target);",
    replace: "if (readable !== null) return copy(ports, object, target);",
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
    find: "if (await store.exists({ bucket: target.bucket, key: known }))",
    replace: "if (!(await store.exists({ bucket: target.bucket, key: known })))",
  },
  {
    name: "the existence of a rejected file when source and target are gone",
    file: "handlers/core/move-objects.ts",
    find: "if (await store.exists({ bucket: target.bucket, key: reasonKeyOf(known) }))",
    replace: "if (reasonKeyOf(known) === known)",
  },
  {
    name: "the name of an earlier version when an event is received again",
    file: "handlers/core/move-objects.ts",
    find: "configuredAt !== undefined &&",
    replace: "configuredAt === undefined &&",
  },
  {
    name: "the hash in the target key",
    file: "formats/file-identity.ts",
    find: "`${bucket}/${key}`",
    replace: "fileNameOf(key)",
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
    find: "await this.ports.catalog.add(movedPartitions(files));",
    replace: "",
  },
  {
    name: "the folder in the catalog before its commit",
    file: "handlers/core/commit-tables.ts",
    find: "await this.ports.catalog.addDelivered(deliveredFolders(files));",
    replace: "",
  },
  {
    name: "the notes' stay until all of their files are committed",
    file: "handlers/core/commit-tables.ts",
    find: ".filter(({ files }) => files.every((file) => ended.has(fileId(file))))",
    replace: "",
  },
  {
    name: "the second failure that names a file before it is set aside",
    file: "handlers/core/failed-commits.ts",
    find: "if (this.suspects.has(id)) return",
    replace: "if (!this.suspects.has(`${id} `)) return",
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
    find: "await deleteOrFail(store, bucket, moved);",
    replace: "",
  },
  {
    name: "the count of what a commit did not write",
    file: "handlers/core/unparsed-lines.ts",
    find: "[0, headers].includes(read - written)",
    replace: "read >= written + 0 * headers",
  },
  {
    name: "the files that are counted with another commit",
    file: "handlers/core/unparsed-lines.ts",
    find: " && !elsewhere.has(idOf(path))",
    replace: " && !elsewhere.has(`${path} `)",
  },
  {
    name: "the report of unparsed lines before their record",
    file: "handlers/core/commit-counts.ts",
    find: "this.onCounted(unparsed);\n      await this.ports.records.recordCount(commit.number, count);",
    replace: "await this.ports.records.recordCount(commit.number, count);\n      this.onCounted(unparsed);",
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
