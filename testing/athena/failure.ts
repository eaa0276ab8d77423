import { TrinoError } from "../trino/client";
import { ParseException } from "./hive-reader";
import type { StatementKind } from "./statement";

/** Athena's description of a failed query. */
export interface Failure {
  /** `StateChangeReason`. */
  readonly reason: string;
  /** `AthenaError.ErrorCategory`: 1 system, 2 user, 3 other. */
  readonly category: 1 | 2 | 3;
  /** `AthenaError.ErrorType`, of the error catalog. */
  readonly type: number;
}

const CATEGORIES: Readonly<Record<TrinoError["type"], Failure["category"]>> = {
  USER_ERROR: 2,
  INTERNAL_ERROR: 1,
  INSUFFICIENT_RESOURCES: 1,
  EXTERNAL: 1,
};
/** Error types by the prefix of an error's name; the first match counts. */
const TYPES: readonly (readonly [prefix: string, type: number])[] = [
  ["ICEBERG_", 233],
  ["HIVE_", 1001],
  ["TABLE_NOT_FOUND", 1110],
  ["SYNTAX_ERROR", 1006],
  ["EXCEEDED_", 1],
  ["", 1000],
];
const DDL_TASK_FAILED = 1003;

export interface FailedStatement {
  readonly kind: StatementKind;
  /** Path of the data manifest that Athena names in the error. */
  readonly manifest: string;
  /** False if errors do not name the file. Some of Athena's do, e.g. "Failed to read file at s3://...". */
  readonly namesFiles: boolean;
}

const FILE_NAME = / (?:at|split) s3:\/\/\S+/;

/**
 * Athena's error for an error of Trino.
 *
 * A failed INSERT names a manifest after the error's own text, which may end with the name of a file.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
 * @see https://github.com/trinodb/trino/issues/19225
 */
export function failureOf(error: unknown, { kind, manifest, namesFiles }: FailedStatement): Failure {
  if (error instanceof ParseException) return { reason: error.message, category: 2, type: DDL_TASK_FAILED };
  if (!(error instanceof TrinoError)) return { reason: String(error), category: 1, type: 200 };
  const { code } = error;
  const text = `${code}: ${namesFiles ? error.message : error.message.replace(FILE_NAME, "")}`;
  return {
    reason:
      kind === "insert"
        ? `${text}. If a data manifest file was generated at '${manifest}', you may need to manually clean the data from locations specified in the manifest. Athena will not delete data in your account.`
        : text,
    category: CATEGORIES[error.type],
    type: TYPES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 1000,
  };
}
