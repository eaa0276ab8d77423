import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { byteText } from "../../terminal/quantities";
import type { StatementRecord } from "../../testing/athena/execution-record";

interface Measurement {
  readonly title: string;
  readonly textBytes: number;
  readonly statements: readonly StatementRecord[];
  /** The number of calls to AWS by the functions, and by Athena for them. */
  readonly calls: number;
}

/** Prints the bytes that the statements read, and stops the engine if it was started for these tests. */
export default function stopEngine(): void {
  const { ENGINE_MEASUREMENTS: file, ENGINE_STARTED: script } = process.env;
  if (file !== undefined) {
    if (existsSync(file)) print(readFileSync(file, "utf8"));
    rmSync(dirname(file), { recursive: true });
  }
  if (script !== undefined) execFileSync(script, ["stop"], { stdio: "inherit" });
}

function print(lines: string): void {
  const measurements = lines
    .trimEnd()
    .split("\n")
    .map((line): Measurement => JSON.parse(line));
  console.log(
    "\nBytes that statements read, for each byte of text that was delivered (number of statements):",
  );
  for (const { title, textBytes, statements } of measurements) {
    console.log(`  ${title}, ${byteText(textBytes)}: ${byKind(statements, textBytes).join(", ")}`);
  }
  const textBytes = measurements.reduce((sum, measurement) => sum + measurement.textBytes, 0);
  const statements = measurements.flatMap((measurement) => measurement.statements);
  console.log(`  all, ${byteText(textBytes)}: ${byKind(statements, textBytes).join(", ")}`);
  const calls = measurements.reduce((sum, measurement) => sum + measurement.calls, 0);
  console.log(`Calls of functions, each of which was judged by the policy of its role: ${calls}`);
}

function byKind(statements: readonly StatementRecord[], textBytes: number): string[] {
  return [...new Set(statements.map(({ kind }) => kind))].map((kind) => {
    const ofKind = statements.filter((statement) => statement.kind === kind);
    const bytes = ofKind.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
    return `${kind} ${(bytes / textBytes).toFixed(2)} (${ofKind.length})`;
  });
}
