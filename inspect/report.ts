import { write, writeText } from "../terminal/write";
import type { Finding } from "./finding";
import { printFindings } from "./print-findings";

/** Result of inspecting a pipeline or a lake. */
export interface Report {
  /** One line that names the inspected pipeline or lake. */
  readonly subject: string;
  readonly at: Date;
  /** Tables for people, each ended by a line feed. */
  readonly tables: readonly string[];
  /** The same as values. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
  /** Summary if there is no finding. */
  readonly allIsWell: string;
}

/** Prints a report; the exit code says whether something is wrong. */
export async function show(report: Report, asJson: boolean): Promise<void> {
  const isWrong = report.findings.some(({ severity }) => severity === "wrong");
  await (asJson ? write(`${JSON.stringify(jsonOf(report, isWrong))}\n`) : writeText(screenOf(report)));
  if (isWrong) process.exitCode = 1;
}

const jsonOf = ({ subject, at, values, findings }: Report, isWrong: boolean) => ({
  ok: !isWrong,
  subject,
  at,
  ...values,
  findings,
});

function screenOf({ subject, at, tables, findings, allIsWell }: Report): string {
  const parts = [
    `${subject}\n${at.toISOString().slice(0, 16).replace("T", " ")} UTC\n`,
    ...tables.filter((table) => table !== ""),
  ];
  return `${parts.map((part) => `${part}\n`).join("")}${printFindings(findings, allIsWell)}`;
}
