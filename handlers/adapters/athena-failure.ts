import type { QueryFault } from "../core/errors";

/**
 * Athena's `Retryable` is not enough: it was seen false for Iceberg's commit conflicts, which another try resolves.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/performance-tuning-s3-throttling.html
 */
const TRANSIENT = [
  // Another statement changed the table: OPTIMIZE next to INSERT.
  /ICEBERG_COMMIT_ERROR|CommitFailedException|ConcurrentModification|concurrent(ly)? (update|modif)/i,
  // S3's own answers, as Athena hands them on: "Slow Down (Service: Amazon S3; Status Code: 503; ...".
  /Slow ?Down|Status Code: 5\d\d|reduce your request rate|Rate exceeded|Throttl|TooManyRequests|ServiceUnavailable|Service Unavailable/i,
  /timed? ?out|connection (was )?(reset|closed|refused)|Premature end of Content-Length|NoHttpResponse/i,
  /INTERNAL_ERROR_QUERY_ENGINE|GENERIC_INTERNAL_ERROR|Internal (server )?error/i,
  // A file that is gone by now: it was set aside, or its time is over.
  /NoSuchKey|specified key does not exist|HIVE_FILE_NOT_FOUND|FileNotFound/i,
];

/** The statement fails whatever files it reads. */
const OF_THE_STATEMENT = [
  /PERMISSION_DENIED|Access ?Denied|not authorized|Insufficient (Lake Formation )?permission|Forbidden|KMS/i,
  /SYNTAX_ERROR|ParseException|mismatched input|FUNCTION_NOT_FOUND|TYPE_MISMATCH/i,
  /(TABLE|SCHEMA|COLUMN|CATALOG)_NOT_FOUND|EntityNotFoundException|does not exist/i,
  /HIVE_METASTORE_ERROR|ICEBERG_(INVALID_METADATA|MISSING_METADATA|BAD_DATA|CATALOG_ERROR)/i,
  /Bytes scanned limit was exceeded/i,
];

/** `s3://bucket/key`, as in `Failed to read file: s3://...` and `Error opening Hive split s3://... (offset=0, length=9)`. */
const FILE = /s3:\/\/[^\s"'()]+[^\s"'(),.:;]/;

/** Athena adds this to failures of INSERT; the path in it is of no file that was read. */
const MANIFEST = /If a data manifest file was generated at .*/s;

const GZIP_IS_CUT =
  /Unexpected end|EOFException|Corrupt|Not in GZIP|gzip|zlib|incorrect (header|data) check/i;

/** What the reason that Athena gives for a failed query says about its cause. */
export function faultOf(reason: string, isRetryable: boolean): QueryFault {
  const said = reason.replace(MANIFEST, "");
  const path = FILE.exec(said)?.[0];
  // A load balancer may be called "timeout": what a file is called says nothing about the cause.
  const words = path === undefined ? said : said.replaceAll(path, "");
  if (path !== undefined && GZIP_IS_CUT.test(words)) return { kind: "file", path };
  if (isRetryable || TRANSIENT.some((pattern) => pattern.test(words))) return { kind: "transient" };
  if (OF_THE_STATEMENT.some((pattern) => pattern.test(words))) return { kind: "statement" };
  return path === undefined ? { kind: "unknown" } : { kind: "file", path };
}
