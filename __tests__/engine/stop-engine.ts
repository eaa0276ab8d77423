import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { StatementRecord } from "../../testing/athena/execution-record";

interface Measurement {
  readonly title: string;
  readonly textBytes: number;
  readonly statements: readonly StatementRecord[];
}

/** Prints what the statements read, and stops the engine if it was started for these tests. */
export default function stopEngine(): void {
  const { ENGINE_MEASUREMENTS: file, ENGINE_STARTED: script } = process.env;
  if (file !== undefined) {
    if (existsSync(file)) print(readFileSync(file, "utf8"));
    if (process.env.KEEP) require("node:fs").copyFileSync(file, process.env.KEEP);
    rmSync(dirname(file), { recursive: true });
  }
  if (script !== undefined) execFileSync(script, ["stop"], { stdio: "inherit" });
}

function print(lines: string): void {
  console.log(
    "\nBytes that statements read, for each byte of text that was delivered (number of statements):",
  );
  for (const line of lines.trimEnd().split("\n")) {
    const { title, textBytes, statements }: Measurement = JSON.parse(line);
    const kinds = [...new Set(statements.map(({ kind }) => kind))].map((kind) => {
      const ofKind = statements.filter((statement) => statement.kind === kind);
      const bytes = ofKind.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
      return `${kind} ${(bytes / textBytes).toFixed(2)} (${ofKind.length})`;
    });
    console.log(`  ${title}, ${(textBytes / 1e6).toFixed(1)} MB: ${kinds.join(", ")}`);
  }
}
