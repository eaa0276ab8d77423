import { faultOf } from "../../handlers/adapters/athena-failure";

const FILE = "s3://logs/raw/alb_access_logs/dt=2026-11-23/hour=07/5f2a-x.log.gz";

/** The text that Athena adds to a failed INSERT: https://github.com/trinodb/trino/issues/19225 */
const MANIFEST =
  " If a data manifest file was generated at 's3://logs/athena-results/5f-manifest.csv', you may need to manually clean the data from locations specified in the manifest. Athena will not delete data in your account.";

/** Reasons in the words of Athena and Trino as far as they are published; none was recorded from a run of this project. */
const TRANSIENT = [
  "ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update to table: logs.alb_access_logs. If a data manifest file was generated at 's3://logs/athena-results/5-manifest.csv', you may need to manually clean the data from locations specified in the manifest. Athena will not delete data in your account.",
  "Error committing write to Hive: Please reduce your request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown; Request ID: X)",
  `HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split ${FILE} (offset=0, length=912): Please reduce your request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown)`,
  // https://repost.aws/knowledge-center/hive-cannot-open-split-503-athena
  `HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split ${FILE} (offset=0, length=18614): Slow Down (Service: Amazon S3; Status Code: 503; Error Code: 503 Slow Down;`,
  "INTERNAL_ERROR_QUERY_ENGINE",
  "GENERIC_INTERNAL_ERROR: io.trino.spi.TrinoException",
  "Query timed out",
  `HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split ${FILE} (offset=0, length=912): The specified key does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey)`,
  `HIVE_CURSOR_ERROR: Failed to read file: ${FILE}: Premature end of Content-Length delimited message body (expected: 912; received: 100)`,
];

const OF_THE_STATEMENT = [
  "PERMISSION_DENIED: Access denied: User: arn:aws:sts::111122223333:assumed-role/logs-transform-partition is not authorized to perform: glue:UpdateTable",
  `HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split ${FILE} (offset=0, length=912): Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)`,
  "Insufficient Lake Formation permission(s) on alb_access_logs",
  "SYNTAX_ERROR: line 1:8: Column 'elb' cannot be resolved",
  "TABLE_NOT_FOUND: line 41:6: Table 'awsdatacatalog.logs.alb_access_logs' does not exist",
  "TYPE_MISMATCH: Insert query has mismatched column types",
  "Query exhausted its limit: Bytes scanned limit was exceeded",
  "HIVE_METASTORE_ERROR: com.amazonaws.services.glue.model.EntityNotFoundException: Database logs not found",
];

const OF_A_FILE = [
  `HIVE_CURSOR_ERROR: Failed to read file: ${FILE}`,
  `HIVE_CURSOR_ERROR: Unexpected end of ZLIB input stream: ${FILE}`,
  `HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split ${FILE} (offset=0, length=912): Not in GZIP format`,
  `HIVE_BAD_DATA: Error reading data from ${FILE}: java.util.zip.ZipException: incorrect data check`,
  `HIVE_CURSOR_ERROR: Failed to read file: ${FILE}, offset 0.`,
  // https://github.com/trinodb/trino/issues/19225
  `HIVE_FILESYSTEM_ERROR: Error reading from ${FILE} at position 12345.`,
];

const UNKNOWN = [
  "HIVE_BAD_DATA: Line too long in text file",
  "EXCEEDED_LOCAL_MEMORY_LIMIT: Query exceeded per-node total memory limit",
  "no reason given",
];

describe("the cause in Athena's reason", () => {
  it.each(TRANSIENT)("is temporary: %s", (reason) => {
    expect(faultOf(`FAILED: ${reason}`, false)).toEqual({ kind: "transient" });
  });

  it.each(OF_THE_STATEMENT)("is the statement itself, not a file: %s", (reason) => {
    expect(faultOf(`FAILED: ${reason}`, false)).toEqual({ kind: "statement" });
  });

  it.each(OF_A_FILE)("is a file: %s", (reason) => {
    expect(faultOf(`FAILED: ${reason}`, false)).toEqual({ kind: "file", path: FILE });
  });

  it.each(UNKNOWN)("is unknown, and may be a line in some file: %s", (reason) => {
    expect(faultOf(`FAILED: ${reason}`, false)).toEqual({ kind: "unknown" });
  });

  it.each(OF_A_FILE)("is the same file if Athena also names a manifest: %s", (reason) => {
    expect(faultOf(`FAILED: ${reason}${MANIFEST}`, false)).toEqual({ kind: "file", path: FILE });
  });

  it("is not the manifest of an INSERT", () => {
    expect(faultOf(`FAILED: HIVE_BAD_DATA: Line too long in text file.${MANIFEST}`, false)).toEqual({
      kind: "unknown",
    });
  });

  it.each(["app.timeout-gzip", "app.kms-forbidden", "app.slowdown"])(
    "is not derived from a file name: %s",
    (name) => {
      const path = FILE.replace("x.log", name);
      const reason = `FAILED: HIVE_CURSOR_ERROR: Failed to read file: ${path}`;
      expect(faultOf(reason, false)).toEqual({ kind: "file", path });
      expect(faultOf(reason, true)).toEqual({ kind: "transient" });
    },
  );

  it("is temporary if Athena says so", () => {
    expect(faultOf("no reason given", true)).toEqual({ kind: "transient" });
  });

  it("is a truncated file, even if Athena marks the error as retryable", () => {
    expect(faultOf(`Unexpected end of input stream: ${FILE}`, true)).toEqual({ kind: "file", path: FILE });
  });
});
