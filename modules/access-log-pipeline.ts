import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsS3Bucket } from "@cdktf/provider-aws/lib/data-aws-s3-bucket";
import { GlueCatalogDatabase } from "@cdktf/provider-aws/lib/glue-catalog-database";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { Construct } from "constructs";
import { FORMATS } from "../formats";
import { RAW_PREFIX, TOUCHED_PREFIX } from "../formats/partition-layout";
import { linesGlueTable, rawGlueTable } from "../formats/render/glue-table";
import { IDENTIFIER } from "../formats/render/sql-text";
import type { MoveEnvironment, PartitionEnvironment } from "../handlers/environment";
import { HandlerFunction, RUNTIMES, type Runtime } from "./handler-function";
import { Lake } from "./lake";
import { LogBucket } from "./log-bucket";
import { formatsOf, keyPrefixOf, type LogSource, moveSourcesOf } from "./log-source";
import { LogTable } from "./log-table";
import { type BucketRef, ObjectCreatedTrigger } from "./object-created-trigger";
import { allow, type PolicyStatement } from "./policy";
import { ADD_PARTITIONS, QueryPermissions, READ_PARTITIONS } from "./query-permissions";
import { QueryWorkgroup } from "./query-workgroup";
import { Schedule } from "./schedule";
import { validateProps } from "./validate-props";

/** Starts with a letter and is short enough for every name that is made of it. */
export const PIPELINE_NAME = /^[a-z][a-z0-9-]{0,30}$/;
export const DEFAULT_RESULTS_RETENTION_DAYS = 7;
export const DEFAULT_LOG_RETENTION_DAYS = 30;
export const DEFAULT_SCAN_LIMIT_GIB = 100;
const GIB = 1024 ** 3;
/** A commit scans an hour of text. This only stops a mistake. */
const PIPELINE_SCAN_LIMIT_BYTES = 1024 * GIB;
export const PARTITION_MODES = ["managed", "projection"] as const;
export type PartitionMode = (typeof PARTITION_MODES)[number];
/** Before there were load balancers of this kind. */
export const DEFAULT_PROJECTION_FROM = "2016-01-01";

const MOVE_TIMEOUT_SECONDS = 60;
const MOVE_BATCH_SIZE = 1000;
const MOVE_BATCH_WINDOW_SECONDS = 20;
const MOVE_CONCURRENCY = 10;
/** Lambda's rule: six times the timeout, and the window in which a batch is gathered. */
const VISIBILITY_TIMEOUT_SECONDS = 6 * MOVE_TIMEOUT_SECONDS + MOVE_BATCH_WINDOW_SECONDS;
const PARTITION_TIMEOUT_SECONDS = 300;
const MEMORY_MIB = 512;

export interface AccessLogPipelineProps {
  /** Prefix of every name in AWS: a lower-case letter, then letters, digits or "-", at most 31 characters. */
  readonly name: string;
  /** Where access logs come from: at least one. */
  readonly sources: readonly LogSource[];
  /**
   * Bucket that the logs arrive in already. Nothing on it is changed; it must send its events to EventBridge. The
   * moved files and query results go to a bucket of the pipeline.
   *
   * @default - a bucket is created that the logs are delivered to
   */
  readonly existingLogBucket?: string;
  /**
   * Keeps the objects as they were delivered next to the moved ones.
   *
   * @default false
   */
  readonly keepOriginals?: boolean;
  /**
   * Glue database: lower-case letters, digits and "_".
   *
   * @default - the pipeline's name with "_" for "-"
   */
  readonly database?: string;
  /**
   * Days after which moved text is deleted.
   *
   * @default - it is kept
   */
  readonly rawRetentionDays?: number;
  /**
   * Days after which query results are deleted.
   *
   * @default 7
   */
  readonly resultsRetentionDays?: number;
  /**
   * Days after which the functions' logs are deleted: one of the values that CloudWatch allows.
   *
   * @default 30
   */
  readonly logRetentionDays?: number;
  /**
   * GiB that one query of the analysts' workgroup may scan.
   *
   * @default 100
   */
  readonly scanLimitGiB?: number;
  /**
   * Keeps a typed table of each format, `alb_access_logs` or `cloudfront_access_logs`: Iceberg, minutes behind. Without
   * it there is only the text as delivered, in `<table>_raw`.
   *
   * @default true
   */
  readonly columnar?: boolean;
  /**
   * How Athena knows the partitions of the text: `managed`, they are added to the catalog every hour, or `projection`,
   * Athena computes them and no function is needed.
   *
   * @default "managed"
   */
  readonly partitions?: PartitionMode;
  /**
   * First day that projected partitions cover, `YYYY-MM-DD`; older files are not seen. Only with `projection`.
   *
   * @default "2016-01-01"
   */
  readonly projectionFrom?: string;
  /**
   * Lambda runtime.
   *
   * @default "nodejs24.x"
   */
  readonly runtime?: Runtime;
}

/**
 * ALB and CloudFront access logs, queryable in Athena minutes after delivery.
 *
 * New objects go through a queue to `move-access-logs`, which moves each to a Hive-style prefix; every hour
 * `create-partition` adds the partitions of the coming day to the Glue tables; every ten minutes `transform-partition`
 * commits what came to the typed tables.
 *
 * @example
 * new AccessLogPipeline(this, "access_logs", {
 *   name: "access-logs",
 *   sources: [{ name: "web", format: "alb", prefix: "alb/" }],
 * });
 */
export class AccessLogPipeline extends Construct {
  readonly bucket: LogBucket;
  readonly trigger: ObjectCreatedTrigger;
  readonly move: HandlerFunction;
  readonly database: GlueCatalogDatabase;
  readonly tables: readonly LogTable[];
  readonly pipelineWorkgroup: QueryWorkgroup;
  readonly analystWorkgroup: QueryWorkgroup;
  /** Not with projected partitions. */
  readonly createPartition: HandlerFunction | undefined;
  readonly partitionSchedule: Schedule | undefined;
  /** Only with typed tables. */
  readonly lake: Lake | undefined;

  private readonly account: DataAwsCallerIdentity;

  constructor(scope: Construct, id: string, props: AccessLogPipelineProps) {
    super(scope, id);
    validate(this.node.path, props);
    this.account = new DataAwsCallerIdentity(this, "account");
    this.bucket = this.createBucket(props);
    const logBucket = this.logBucketOf(props);
    this.trigger = this.createTrigger(props, logBucket);
    this.move = this.createMove(props, logBucket);
    this.database = this.createDatabase(props);
    this.tables = this.createTables(props);
    this.pipelineWorkgroup = this.createWorkgroup(
      "pipeline",
      "Statements of the access-log pipeline",
      props,
      PIPELINE_SCAN_LIMIT_BYTES,
    );
    this.analystWorkgroup = this.createWorkgroup(
      "analysts",
      "Questions about access logs",
      props,
      (props.scanLimitGiB ?? DEFAULT_SCAN_LIMIT_GIB) * GIB,
    );
    const permissions = new QueryPermissions(this, {
      workgroup: this.pipelineWorkgroup,
      database: this.database.name,
      bucketArn: this.bucket.bucket.arn,
      accountId: this.account.accountId,
    });
    if (!isProjected(props)) {
      this.createPartition = this.createPartitionFunction(props, permissions);
      this.partitionSchedule = new Schedule(this, "create_partition_schedule", {
        name: `${props.name}-create-partition`,
        description: "Adds the partitions of the coming day, every hour",
        expression: "cron(50 * * * ? *)",
        target: this.createPartition,
        accountId: this.account.accountId,
      });
    }
    this.lake = isColumnar(props) ? this.createLake(props, permissions) : undefined;
  }

  private createBucket(props: AccessLogPipelineProps): LogBucket {
    return new LogBucket(this, "logs", {
      namePrefix: `${props.name}-`,
      resultsRetentionDays: props.resultsRetentionDays ?? DEFAULT_RESULTS_RETENTION_DAYS,
      keepMarkers: isColumnar(props),
      ...(props.existingLogBucket === undefined ? { deliveries: props.sources } : {}),
      ...(props.rawRetentionDays === undefined ? {} : { rawRetentionDays: props.rawRetentionDays }),
    });
  }

  private logBucketOf({ existingLogBucket }: AccessLogPipelineProps): BucketRef {
    return existingLogBucket === undefined
      ? this.bucket.bucket
      : new DataAwsS3Bucket(this, "existing_logs", { bucket: existingLogBucket });
  }

  private createTrigger(props: AccessLogPipelineProps, logBucket: BucketRef): ObjectCreatedTrigger {
    return new ObjectCreatedTrigger(this, "arrivals", {
      name: `${props.name}-arrivals`,
      kind: props.existingLogBucket === undefined ? "s3-notification" : "eventbridge",
      bucket: logBucket,
      keyPrefixes: props.sources.map(keyPrefixOf),
      visibilityTimeoutSeconds: VISIBILITY_TIMEOUT_SECONDS,
    });
  }

  private createMove(props: AccessLogPipelineProps, logBucket: BucketRef): HandlerFunction {
    const keepOriginals = props.keepOriginals ?? false;
    const environment: MoveEnvironment = {
      SOURCES: JSON.stringify(moveSourcesOf(props.sources)),
      TARGET_BUCKET: this.bucket.bucket.bucket,
      KEEP_ORIGINALS: keepOriginals ? "true" : "false",
    };
    const move = new HandlerFunction(this, "move_access_logs", {
      ...functionDefaults(props),
      name: `${props.name}-move-access-logs`,
      handler: "move-access-logs",
      description: "Moves access logs to Hive-style prefixes as they arrive",
      timeoutSeconds: MOVE_TIMEOUT_SECONDS,
      environment,
      statements: this.moveStatements(props, logBucket, keepOriginals),
    });
    new LambdaEventSourceMapping(this, "arrivals_mapping", {
      eventSourceArn: this.trigger.queue.arn,
      functionName: move.lambda.arn,
      batchSize: MOVE_BATCH_SIZE,
      maximumBatchingWindowInSeconds: MOVE_BATCH_WINDOW_SECONDS,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: MOVE_CONCURRENCY },
    });
    return move;
  }

  private moveStatements(
    props: AccessLogPipelineProps,
    logBucket: BucketRef,
    keepOriginals: boolean,
  ): PolicyStatement[] {
    const target = this.bucket.bucket.arn;
    const originals = props.sources.map((source) => `${logBucket.arn}/${keyPrefixOf(source)}*`);
    return [
      allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], [this.trigger.queue.arn]),
      allow(
        ["s3:GetObject", "s3:GetObjectTagging", ...(keepOriginals ? [] : ["s3:DeleteObject"])],
        originals,
      ),
      allow(["s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"], [`${target}/${RAW_PREFIX}*`]),
      allow(["s3:PutObject"], [`${target}/${TOUCHED_PREFIX}*`]),
      // Without it S3 answers 403 for a missing object, which cannot be told from a missing permission.
      allow(["s3:ListBucket"], props.existingLogBucket === undefined ? [target] : [target, logBucket.arn]),
    ];
  }

  private createDatabase(props: AccessLogPipelineProps): GlueCatalogDatabase {
    const database = new GlueCatalogDatabase(this, "database", {
      name: databaseOf(props),
      description: "Access logs of load balancers and distributions",
    });
    database.overrideLogicalId("database");
    return database;
  }

  private createTables(props: AccessLogPipelineProps): LogTable[] {
    const bucket = this.bucket.bucket.bucket;
    return formatsOf(props.sources).flatMap((id) => {
      const sources = sourceNamesOf(props.sources, id);
      const options = { bucket, bySource: sources.length > 0 };
      const from = props.projectionFrom ?? DEFAULT_PROJECTION_FROM;
      const glueTables = [
        rawGlueTable(FORMATS[id], options),
        ...(isColumnar(props) ? [linesGlueTable(FORMATS[id], options)] : []),
      ];
      return glueTables.map(
        (glue) =>
          new LogTable(this, glue.name, {
            glue,
            database: this.database.name,
            ...(isProjected(props) ? { projection: { from, sources } } : {}),
          }),
      );
    });
  }

  private createWorkgroup(
    id: WorkgroupId,
    description: string,
    { name }: AccessLogPipelineProps,
    scanLimitBytes: number,
  ): QueryWorkgroup {
    return new QueryWorkgroup(this, id, {
      name: workgroupNameOf(name, id),
      description,
      bucket: this.bucket.bucket.bucket,
      scanLimitBytes,
    });
  }

  private createPartitionFunction(
    props: AccessLogPipelineProps,
    permissions: QueryPermissions,
  ): HandlerFunction {
    const environment: PartitionEnvironment = {
      ...this.tablesEnvironment(props),
      COLUMNAR: isColumnar(props) ? "true" : "false",
    };
    return new HandlerFunction(this, "create_partition", {
      ...functionDefaults(props),
      name: `${props.name}-create-partition`,
      handler: "create-partition",
      description: "Adds partitions to the tables of access logs",
      timeoutSeconds: PARTITION_TIMEOUT_SECONDS,
      environment,
      statements: [
        ...permissions.run(),
        permissions.catalog(
          [...READ_PARTITIONS, ...ADD_PARTITIONS],
          this.tables.map(({ table }) => table.name),
        ),
        ...(isColumnar(props) ? [] : [permissions.markers()]),
      ],
      // Two runs at once would only get in each other's way.
      reservedConcurrency: 1,
    });
  }

  private createLake(props: AccessLogPipelineProps, permissions: QueryPermissions): Lake {
    return new Lake(this, "lake", {
      name: props.name,
      formats: formatsOf(props.sources).map((id) => FORMATS[id]),
      environment: { ...this.tablesEnvironment(props), PARTITIONS: props.partitions ?? PARTITION_MODES[0] },
      permissions,
      functionDefaults: functionDefaults(props),
      accountId: this.account.accountId,
    });
  }

  private tablesEnvironment({ sources }: AccessLogPipelineProps) {
    return {
      DATABASE: this.database.name,
      WORKGROUP: this.pipelineWorkgroup.workgroup.name,
      BUCKET: this.bucket.bucket.bucket,
      TABLES: JSON.stringify(
        formatsOf(sources).map((id) => {
          const names = sourceNamesOf(sources, id);
          return { table: FORMATS[id].table, ...(names.length > 0 ? { sources: names } : {}) };
        }),
      ),
    };
  }
}

const functionDefaults = ({ runtime, logRetentionDays }: AccessLogPipelineProps) => ({
  memoryMiB: MEMORY_MIB,
  runtime: runtime ?? RUNTIMES[0],
  logRetentionDays: logRetentionDays ?? DEFAULT_LOG_RETENTION_DAYS,
});

const isColumnar = ({ columnar }: AccessLogPipelineProps): boolean => columnar ?? true;
const isProjected = ({ partitions }: AccessLogPipelineProps): boolean => partitions === "projection";

/** The Glue database of a pipeline. */
export const databaseOf = ({
  database,
  name,
}: {
  readonly name: string;
  readonly database?: string | undefined;
}): string => database ?? name.replaceAll("-", "_");

/** @param id `pipeline` or `analysts` */
export const workgroupNameOf = (pipeline: string, id: WorkgroupId): string => `${pipeline}-${id}`;

type WorkgroupId = "pipeline" | "analysts";

/** Values of the `source` partition key of a format's table; empty if it has none. */
const sourceNamesOf = (sources: readonly LogSource[], format: string): string[] =>
  sources.filter((source) => source.format === format && source.partition).map(({ name }) => name);

function validate(path: string, props: AccessLogPipelineProps): void {
  const { name, sources } = props;
  validateProps(path, [
    {
      option: "name",
      value: name,
      holds: PIPELINE_NAME.test(name),
      expected: 'must be a lower-case letter, then letters, digits or "-", at most 31 characters',
    },
    {
      option: "database",
      value: databaseOf(props),
      holds: IDENTIFIER.test(databaseOf(props)),
      expected: 'must be lower-case letters, digits and "_"',
    },
    {
      option: "sources",
      value: sources,
      holds: sources.length > 0,
      expected: "must name at least one source",
    },
    {
      option: "projectionFrom",
      value: props.projectionFrom,
      holds: props.projectionFrom === undefined || isProjected(props),
      expected: 'must be left out unless "partitions" is "projection"',
    },
    ...formatsOf(sources).map((format) => {
      const partitioned = sourceNamesOf(sources, format).length;
      const all = sources.filter((source) => source.format === format).length;
      return {
        option: "sources",
        value: sources.map(({ name: source, partition }) => ({ name: source, partition })),
        holds: partitioned === 0 || partitioned === all,
        expected: `must all have "partition", or none, among those of one format (${format})`,
      };
    }),
  ]);
}
