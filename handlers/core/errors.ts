/**
 * Every code an error of the pipeline can have. Codes are stable: alarms and scripts may rest on them.
 * `docs/errors.md` says for each what happened and what to do.
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

/** An operation that failed, with what it was about in the message and the reason as its cause. */
export abstract class OperationError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Trying the same again cannot help: someone has to change something first. */
export class PermanentError extends OperationError {
  override readonly name = "PermanentError";
}

/** The same may succeed later; the queue or the schedule tries again. */
export class RetryableError extends OperationError {
  override readonly name = "RetryableError";
}

/**
 * What an engine's failure says about its cause, and so about what helps.
 *
 * - `transient`: the same statement may succeed later
 * - `file`: the engine cannot read this file, or could not just now
 * - `statement`: it is not allowed or wrong in itself; to read other files does not help
 * - `unknown`: it may be because of a line of some file
 */
export type QueryFault =
  | { readonly kind: "transient" | "statement" | "unknown" }
  | { readonly kind: "file"; readonly path: string };

/** A statement that the query engine did not carry out. */
export class QueryFailedError extends PermanentError {
  readonly fault: QueryFault;

  constructor(
    readonly queryId: string,
    /** The engine's own words. */
    readonly reason: string,
    { fault = { kind: "unknown" }, ...options }: ErrorOptions & { readonly fault?: QueryFault } = {},
  ) {
    super("QUERY_FAILED", `query ${queryId} failed: ${reason}`, options);
    this.fault = fault;
  }
}

export const messageOf = (error: unknown): string => String(propertyOf(error, "message") ?? error);

/** The code that Node's file system gives an error, e.g. `ENOENT`. */
export const codeOf = (error: unknown): string | undefined => {
  const code = propertyOf(error, "code");
  return typeof code === "string" ? code : undefined;
};

/** The name that the AWS SDK, or Node, gives an error, e.g. `NoSuchKey`. */
export const nameOf = (error: unknown): unknown => propertyOf(error, "name");

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
