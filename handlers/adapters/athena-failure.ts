import type { QueryFault } from "../core/errors";

/**
 * Athena's `Retryable` is not enough: it can be false for Iceberg's commit conflicts, which a retry resolves.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/performance-tuning-s3-throttling.html
 */
const TRANSIENT = [
  // Another statement changed the table at the same time, e.g. OPTIMIZE during INSERT.
  /ICEBERG_COMMIT_ERROR|CommitFailedException|ConcurrentModification|concurrent(ly)? (update|modif)/i,
  // S3's answers, as Athena reports them: "Slow Down (Service: Amazon S3; Status Code: 503; ...".
  /Slow ?Down|Status Code: 5\d\d|reduce your request rate|Rate exceeded|Throttl|TooManyRequests|ServiceUnavailable|Service Unavailable/i,
  /timed? ?out|connection (was )?(reset|closed|refused)|Premature end of Content-Length|NoHttpResponse/i,
  /INTERNAL_ERROR_QUERY_ENGINE|GENERIC_INTERNAL_ERROR|Internal (server )?error/i,
  // A file that no longer exists: it was moved to `rejected/`, or it expired.
  /NoSuchKey|specified key does not exist|HIVE_FILE_NOT_FOUND|FileNotFound/i,
];

/** Failures of the statement, independent of its files. */
const OF_THE_STATEMENT = [
  /PERMISSION_DENIED|Access ?Denied|not authorized|Insufficient (Lake Formation )?permission|Forbidden|KMS/i,
  /SYNTAX_ERROR|ParseException|mismatched input|FUNCTION_NOT_FOUND|TYPE_MISMATCH/i,
  /(TABLE|SCHEMA|COLUMN|CATALOG)_NOT_FOUND|EntityNotFoundException|does not exist/i,
  /HIVE_METASTORE_ERROR|ICEBERG_(INVALID_METADATA|MISSING_METADATA|BAD_DATA|CATALOG_ERROR)/i,
  /Bytes scanned limit was exceeded/i,
];

/**
 * A path of a file, as in `Failed to read file: s3://...` and `Error opening Hive split s3://... (offset=0,
 * length=9)`.
 */
const FILE = /s3:\/\/[^\s"'()]+[^\s"'(),.:;]/;

/** Athena adds this to failures of INSERT; its path is not a file that was read. */
const MANIFEST = /If a data manifest file was generated at .*/s;

const GZIP_IS_CUT =
  /Unexpected end|EOFException|Corrupt|Not in GZIP|gzip|zlib|incorrect (header|data) check/i;

/** Classifies the cause of a failed query by Athena's reason. */
export function faultOf(reason: string, isRetryable: boolean): QueryFault {
  const said = reason.replace(MANIFEST, "");
  const path = FILE.exec(said)?.[0];
  // Ignores the file's path: a load balancer may have the name "timeout".
  const words = path === undefined ? said : said.replaceAll(path, "");
  if (path !== undefined && GZIP_IS_CUT.test(words)) return { kind: "file", path };
  if (isRetryable || TRANSIENT.some((pattern) => pattern.test(words))) return { kind: "transient" };
  if (OF_THE_STATEMENT.some((pattern) => pattern.test(words))) return { kind: "statement" };
  return path === undefined ? { kind: "unknown" } : { kind: "file", path };
}
