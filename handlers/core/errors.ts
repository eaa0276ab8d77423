/**
 * All error codes of the pipeline. Codes are stable: alarms and scripts may depend on them. `docs/errors.md`
 * explains each code and its fix.
 */
export const ERROR_CODES = [
  "INVALID_ENVIRONMENT",
  "INVALID_EVENT",
  "SOURCE_MISSING",
  "STORE_FAILED",
  "DELETE_FAILED",
  "QUERY_FAILED",
  "QUERY_TIMEOUT",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** A failed operation: the message names the affected resource, the cause is the reason. */
export abstract class OperationError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A retry cannot help: something must be changed first. */
export class PermanentError extends OperationError {
  override readonly name = "PermanentError";
}

/** A retry may succeed; the queue or the schedule retries. */
export class RetryableError extends OperationError {
  override readonly name = "RetryableError";
}

/**
 * Cause of an engine's failure, which decides what helps.
 *
 * - `transient`: the same statement may succeed later
 * - `file`: the engine cannot read this file, at least at the moment
 * - `statement`: the statement is invalid or not allowed; other files do not help
 * - `unknown`: a line of some file may be the cause
 */
export type QueryFault =
  | { readonly kind: "transient" | "statement" | "unknown" }
  | { readonly kind: "file"; readonly path: string };

/** A statement that the query engine did not execute. */
export class QueryFailedError extends PermanentError {
  readonly fault: QueryFault;

  constructor(
    readonly queryId: string,
    /** The engine's message. */
    readonly reason: string,
    { fault = { kind: "unknown" }, ...options }: ErrorOptions & { readonly fault?: QueryFault } = {},
  ) {
    super("QUERY_FAILED", `query ${queryId} failed: ${reason}`, options);
    this.fault = fault;
  }
}

export const messageOf = (error: unknown): string => String(propertyOf(error, "message") ?? error);

/** The code of an error of Node's file system, e.g. `ENOENT`. */
export const codeOf = (error: unknown): string | undefined => {
  const code = propertyOf(error, "code");
  return typeof code === "string" ? code : undefined;
};

/** The name of an error of the AWS SDK or Node, e.g. `NoSuchKey`. */
export const nameOf = (error: unknown): unknown => propertyOf(error, "name");

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
