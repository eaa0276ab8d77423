import { EventEmitter, once } from "node:events";
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { type Operation, operation, ServiceError } from "../aws-json-server";
import type { TableVersions } from "../glue/table-versions";
import { TrinoError } from "../trino/client";
import { carryOut } from "./carry-out";
import { describeExecution } from "./describe-execution";
import { recordOf, type StatementRecord, timeOf } from "./execution-record";
import { type Execution, Executions, type Progress, TokenConflict } from "./executions";
import { failureOf } from "./failure";
import { ParseException } from "./hive-reader";
import { IcebergProperties } from "./iceberg-properties";
import type { ProjectedPartitions } from "./projected-partitions";
import { MAX_ROWS_PER_PAGE, resultPage } from "./result-page";
import { runtimeStatistics } from "./runtime-statistics";
import { type AthenaStatement, parseStatement, RefusedStatement, type StatementKind } from "./statement";
import { tableMetadata } from "./table-metadata";

export interface AthenaOptions {
  /** Address of Trino. */
  readonly trino: string;
  readonly versions: TableVersions;
  readonly projected: ProjectedPartitions;
  /** `s3://.../` of results; used only in errors. */
  readonly results: string;
}

/** The parts of Athena that the pipeline uses, on Trino. */
export interface AthenaOnTrino {
  /** Operations of the service `AmazonAthena`. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** Ended queries, in order of submission. */
  records(): readonly StatementRecord[];
  /** Makes VACUUM treat all data as older by this time. */
  letTimePass(seconds: number): void;
  /** Makes errors name no file from now on, like some of Athena's errors. */
  hideFileNames(): void;
  /** Resolves when the next statement of a kind has been submitted. */
  submitted(kind: StatementKind): Promise<void>;
}

const MAX_STATEMENT_BYTES = 262_144;
const [MIN_TOKEN, MAX_TOKEN] = [32, 128];
/**
 * Long polling: an answer about a running query waits this long for its end, so that clients poll and sleep
 * less.
 */
const ANSWER_WITHIN_MS = 5_000;
const INVALID = "InvalidRequestException";

const idSchema = z.object({ QueryExecutionId: z.string() });
const lengthBetween = (least: number, most: number) =>
  z
    .string()
    .min(least, { error: `Member must have length greater than or equal to ${least}` })
    .max(most, { error: `Member must have length less than or equal to ${most}` });
const startSchema = z.looseObject({
  QueryString: z.string().refine((sql) => Buffer.byteLength(sql) <= MAX_STATEMENT_BYTES, {
    error: `Member must have length less than or equal to ${MAX_STATEMENT_BYTES}`,
  }),
  ClientRequestToken: lengthBetween(MIN_TOKEN, MAX_TOKEN).optional(),
  WorkGroup: z.string().optional(),
  QueryExecutionContext: z.object({ Database: z.string().optional() }).optional(),
});
const resultsSchema = idSchema.extend({
  MaxResults: z.int().min(1).max(MAX_ROWS_PER_PAGE).optional(),
  NextToken: z.string().optional(),
});
const tableSchema = z.object({ CatalogName: z.string(), DatabaseName: z.string(), TableName: z.string() });

/** @see https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html */
export function athenaOnTrino(options: AthenaOptions): AthenaOnTrino {
  const executions = new Executions();
  const properties = new IcebergProperties();
  let elapsedSeconds = 0;
  let namesFiles = true;
  const submissions = new EventEmitter();

  const find = (id: string): Execution => {
    const found = executions.get(id);
    if (!found) throw new ServiceError(INVALID, `QueryExecution ${id} was not found`);
    return found;
  };

  const start = (input: z.output<typeof startSchema>) => {
    const { QueryString: sql, ClientRequestToken: token, WorkGroup: workgroup, ...others } = input;
    const database = input.QueryExecutionContext?.Database;
    const parameters = JSON.stringify([sql, workgroup, others]);
    const known = refusing(() => executions.startedBefore(token, parameters));
    if (known !== undefined) return { QueryExecutionId: known };
    const parsed = refusing(() => parsedOrFailed(sql, database ?? "default"));
    const kind = "statement" in parsed ? parsed.statement.kind : "create-table";
    const run = async (id: string, signal: AbortSignal): Promise<Progress> => {
      try {
        if (!("statement" in parsed)) throw parsed.error;
        const surroundings = { ...options, properties, elapsedSeconds, database, signal };
        return { state: "SUCCEEDED", result: await carryOut(parsed.statement, sql, surroundings) };
      } catch (error) {
        const bytesRead = error instanceof TrinoError ? error.bytesRead : 0;
        if (signal.aborted) return { state: "CANCELLED", bytesRead };
        return {
          state: "FAILED",
          failure: failureOf(error, { kind, manifest: `${options.results}${id}-manifest.csv`, namesFiles }),
          bytesRead,
        };
      }
    };
    const id = executions.start({ sql, kind, workgroup, database }, token, parameters, run);
    submissions.emit(kind);
    return { QueryExecutionId: id };
  };

  return {
    letTimePass: (seconds) => {
      elapsedSeconds += seconds;
    },
    hideFileNames: () => {
      namesFiles = false;
    },
    submitted: async (kind) => {
      await once(submissions, kind);
    },
    records: () => executions.all().flatMap(recordOf),
    operations: {
      StartQueryExecution: operation(startSchema, INVALID, start),
      GetQueryExecution: operation(idSchema, INVALID, async ({ QueryExecutionId }) => {
        const execution = find(QueryExecutionId);
        await Promise.race([execution.ended, setTimeout(ANSWER_WITHIN_MS, undefined, { ref: false })]);
        return { QueryExecution: describeExecution(execution, options.results) };
      }),
      GetQueryResults: operation(resultsSchema, INVALID, (input) => {
        const { progress } = find(input.QueryExecutionId);
        if (progress.state === "RUNNING")
          throw new ServiceError(INVALID, "Query has not yet finished. Current state: RUNNING");
        if (progress.state !== "SUCCEEDED") {
          const message = `Query did not finish successfully. Final query state: ${progress.state}`;
          throw new ServiceError(INVALID, message);
        }
        return resultPage(progress.result, input.NextToken, input.MaxResults ?? MAX_ROWS_PER_PAGE);
      }),
      GetQueryRuntimeStatistics: operation(idSchema, INVALID, async ({ QueryExecutionId }) => {
        const execution = find(QueryExecutionId);
        const { progress } = execution;
        return {
          QueryRuntimeStatistics: {
            ...(progress.state === "SUCCEEDED"
              ? await runtimeStatistics(options.trino, progress.result.queryId)
              : {}),
            Timeline: { TotalExecutionTimeInMillis: timeOf(execution) },
          },
        };
      }),
      StopQueryExecution: operation(idSchema, INVALID, ({ QueryExecutionId }) => {
        find(QueryExecutionId).abort.abort();
        return {};
      }),
      GetTableMetadata: operation(tableSchema, INVALID, ({ DatabaseName, TableName }) =>
        tableMetadata(options.trino, DatabaseName, TableName),
      ),
    },
  };
}

/** Statements that Athena's Trino parser rejects are refused; those that its Hive parser rejects fail. */
function parsedOrFailed(
  sql: string,
  database: string,
): { readonly statement: AthenaStatement } | { readonly error: ParseException } {
  try {
    return { statement: parseStatement(sql, database) };
  } catch (error) {
    if (error instanceof ParseException) return { error };
    throw error;
  }
}

function refusing<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TokenConflict || error instanceof RefusedStatement)
      throw new ServiceError(INVALID, error.message);
    throw error;
  }
}
