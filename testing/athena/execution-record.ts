import type { Execution, Progress } from "./executions";
import type { StatementKind } from "./statement";

/** An ended query. */
export interface StatementRecord {
  readonly kind: StatementKind;
  readonly state: "SUCCEEDED" | "FAILED" | "CANCELLED";
  /** Why it failed. */
  readonly reason: string | undefined;
  readonly bytesRead: number;
  /** Rows that it wrote, deleted or returned. */
  readonly rows: number;
  readonly milliseconds: number;
  readonly sql: string;
}

export const timeOf = ({ submittedAt, endedAt }: Execution): number => (endedAt ?? Date.now()) - submittedAt;

export const bytesOf = (progress: Progress): number => {
  switch (progress.state) {
    case "RUNNING":
      return 0;
    case "SUCCEEDED":
      return progress.result.bytesRead;
    case "FAILED":
    case "CANCELLED":
      return progress.bytesRead;
  }
};

/** Rows that it wrote, deleted or returned. */
export const rowsOf = (progress: Progress): number =>
  progress.state === "SUCCEEDED" ? (progress.result.updateCount ?? progress.result.rows.length) : 0;

/** Record of a query; nothing while it runs. */
export function recordOf(execution: Execution): StatementRecord[] {
  const { kind, sql, progress } = execution;
  if (progress.state === "RUNNING") return [];
  return [
    {
      kind,
      sql,
      state: progress.state,
      reason: progress.state === "FAILED" ? progress.failure.reason : undefined,
      bytesRead: bytesOf(progress),
      rows: rowsOf(progress),
      milliseconds: timeOf(execution),
    },
  ];
}
