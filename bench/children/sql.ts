import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import type { SqlJob, SqlResult } from "../run-sql";

/**
 * Runs the statements of the job in the first argument, one after another, in DuckDB with default settings,
 * and prints the cost of each as JSON.
 */
const [, , file = ""] = process.argv;

async function main({ setup, statements }: SqlJob): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (const sql of setup) await connection.run(sql);
  const results: SqlResult[] = [];
  for (const sql of statements) {
    const [reads, cpu, start] = [readsSoFar(), process.cpuUsage(), performance.now()];
    const rows = (await connection.runAndReadAll(sql)).getRowsJson();
    const { user, system } = process.cpuUsage(cpu);
    results.push({
      seconds: (performance.now() - start) / 1000,
      cpuSeconds: (user + system) / 1e6,
      readBytes: readsSoFar().bytes - reads.bytes,
      reads: readsSoFar().count - reads.count,
      rows,
    });
  }
  console.log(JSON.stringify(results));
}

/**
 * Read bytes and read calls of this process so far. @see
 * https://man7.org/linux/man-pages/man5/proc_pid_io.5.html
 */
function readsSoFar(): { readonly bytes: number; readonly count: number } {
  const text = readFileSync("/proc/self/io", "utf8");
  const value = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, "m").exec(text)?.[1]);
  return { bytes: value("rchar"), count: value("syscr") };
}

main(JSON.parse(readFileSync(file, "utf8"))).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
