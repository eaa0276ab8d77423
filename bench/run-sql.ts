import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Run, runOnce } from "./measure";

/** Statements for DuckDB in a separate process. */
export interface SqlJob {
  readonly setup: readonly string[];
  readonly statements: readonly string[];
}

/** Cost of one statement, and its rows. */
export interface SqlResult {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Bytes read from files, and the number of read calls. */
  readonly readBytes: number;
  readonly reads: number;
  readonly rows: readonly (readonly unknown[])[];
}

/** @throws Error with DuckDB's message if a statement fails */
export function runSql(job: SqlJob): Run & { readonly results: readonly SqlResult[] } {
  const folder = mkdtempSync(join(tmpdir(), "bench-sql-"));
  try {
    const file = join(folder, "job.json");
    writeFileSync(file, JSON.stringify(job));
    const run = runOnce([process.execPath, join(__dirname, "bench", "sql.js"), file]);
    return { ...run, results: JSON.parse(run.output) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
