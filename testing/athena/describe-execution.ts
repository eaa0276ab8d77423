import { bytesOf, timeOf } from "./execution-record";
import type { Execution } from "./executions";
import type { StatementKind } from "./statement";

/**
 * Answer of GetQueryExecution.
 *
 * @param results `s3://.../` of the results
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html
 */
export function describeExecution(execution: Execution, results: string): object {
  const { id, sql, kind, workgroup, database, progress, submittedAt, endedAt } = execution;
  const failure = progress.state === "FAILED" ? progress.failure : undefined;
  return {
    QueryExecutionId: id,
    Query: sql,
    StatementType: isDml(kind) ? "DML" : "DDL",
    WorkGroup: workgroup,
    ResultConfiguration: { OutputLocation: `${results}${id}.csv` },
    QueryExecutionContext: { Database: database },
    EngineVersion: { EffectiveEngineVersion: "Athena engine version 3" },
    Status: {
      State: progress.state,
      SubmissionDateTime: submittedAt / 1000,
      ...(endedAt === undefined ? {} : { CompletionDateTime: endedAt / 1000 }),
      ...(failure
        ? {
            StateChangeReason: failure.reason,
            AthenaError: {
              ErrorCategory: failure.category,
              ErrorType: failure.type,
              // As in public reports of failed statements, even where a retry would help.
              Retryable: false,
              ErrorMessage: failure.reason,
            },
          }
        : {}),
    },
    Statistics: {
      DataScannedInBytes: bytesOf(progress),
      EngineExecutionTimeInMillis: timeOf(execution),
      TotalExecutionTimeInMillis: timeOf(execution),
      ResultReuseInformation: { ReusedPreviousResult: false },
    },
  };
}

const isDml = (kind: StatementKind): boolean =>
  kind === "select" || kind === "insert" || kind === "delete" || kind === "optimize";
