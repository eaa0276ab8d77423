import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { GlueCatalogDatabase } from "@cdktf/provider-aws/lib/glue-catalog-database";
import { type ITerraformDependable, TerraformStack, Tokenization } from "cdktf";
import { Construct } from "constructs";
import { FORMATS } from "../formats";
import { formatsOf } from "../formats/configured-source";
import type { PartitionEnvironment, ReportEnvironment } from "../handlers/environment";
import type { BucketRef } from "../pipeline/bucket-ref";
import type { CatalogArns } from "../pipeline/catalog-arns";
import type { FunctionPermissions } from "../pipeline/function-permissions";
import { type Delivery, deliveryOf } from "../pipeline/log-delivery";
import {
  isAsDelivered,
  keyPrefixOf,
  type LogSource,
  uncoveredSources,
  vendedDeliveryOf,
} from "../pipeline/log-source";
import { arrivalsNameOf, type WorkgroupId, workgroupNameOf } from "../pipeline/names";
import {
  type AccessLogPipelineProps,
  BUCKET_EVENTS,
  DEFAULT_REPORT_DAYS,
  DEFAULT_REPORT_SCHEDULE,
  DEFAULT_SCAN_LIMIT_GIB,
  hasDelivered,
  isColumnar,
  isLanding,
  isMoving,
  isProjected,
  PARTITION_MODES,
  type ReportProps,
} from "../pipeline/props";
import { CREATE_PARTITION, MOVE, PIPELINE_SCAN_LIMIT_GIB, REPORT } from "../pipeline/sizing";
import { tablesOf } from "../pipeline/tables";
import { AnalystPolicy, type DeliveredText } from "./analyst-policy";
import { catalogArns } from "./catalog-arns";
import { checkLimits } from "./check-limits";
import type { HandlerFunction } from "./handler-function";
import { Lake } from "./lake";
import { grantInLakeFormation } from "./lake-formation";
import type { LogBucket } from "./log-bucket";
import { LogTable } from "./log-table";
import { fixLogicalId, setIdPrefix } from "./logical-id";
import { Monitoring } from "./monitoring/monitoring";
import { watchedOf } from "./monitoring/watched";
import { moveFunction } from "./move-function";
import { ObjectCreatedTrigger } from "./object-created-trigger";
import { type PipelineBuckets, pipelineBuckets } from "./pipeline-buckets";
import { bytesOf, databaseNameOf, functionDefaults } from "./pipeline-defaults";
import { pipelinePermissions } from "./pipeline-permissions";
import { QueryWorkgroup } from "./query-workgroup";
import { Questions } from "./questions";
import { type PipelineFunctions, type ScheduledFunction, scheduledFunction } from "./scheduled-function";
import { SourceConfiguration } from "./source-configuration";
import { validatePipeline } from "./validate-pipeline";
import { validateProps } from "./validate-props";
import { VendedDelivery } from "./vended-delivery";

/** Lambda's rule: six times the timeout, plus the batch window. */
const VISIBILITY_TIMEOUT_SECONDS = 6 * MOVE.timeoutSeconds + MOVE.batchWindowSeconds;

/**
 * ALB and CloudFront access logs, queryable in Athena minutes after delivery.
 *
 * New objects go through a queue to `move-access-logs`, which moves each to a Hive-style prefix; every hour
 * `create-partition` adds the partitions of the coming day to the Glue tables; every ten minutes
 * `transform-partition` commits the new files to the typed tables. It finds the files of sources that are read as
 * delivered itself.
 *
 * @example
 * new AccessLogPipeline(this, "access_logs", {
 *   name: "access-logs",
 *   sources: [{ name: "web", format: "alb", prefix: "alb/" }],
 * });
 */
export class AccessLogPipeline extends Construct {
  /** Prefix of every name in AWS. */
  readonly name: string;
  /** Bucket of the moved files, the typed tables and the query results. */
  readonly bucket: LogBucket;
  /**
   * Bucket that logs are delivered to: `bucket`, unless a KMS key encrypts it or a landing bucket exists
   * already.
   */
  readonly landing: BucketRef;
  /** What must exist before logs are delivered to the landing bucket; empty if that bucket exists already. */
  readonly landingPermissions: readonly ITerraformDependable[];
  /** For each source, the values to enter where its logging is switched on. */
  readonly deliveries: readonly Delivery[];
  /** Only if files are moved. */
  readonly trigger: ObjectCreatedTrigger | undefined;
  /** Only if files are moved. */
  readonly move: HandlerFunction | undefined;
  readonly database: GlueCatalogDatabase;
  readonly tables: readonly LogTable[];
  readonly pipelineWorkgroup: QueryWorkgroup;
  readonly analystWorkgroup: QueryWorkgroup;
  /** `undefined` with projected partitions. */
  readonly createPartition: ScheduledFunction | undefined;
  /** Only with typed tables. */
  readonly lake: Lake | undefined;
  /** Only with the option `report`. */
  readonly makeReport: ScheduledFunction | undefined;
  readonly monitoring: Monitoring;
  /** Permissions of analysts. */
  readonly analystPolicy: AnalystPolicy;
  /** The account of the deployment. */
  readonly account: DataAwsCallerIdentity;
  private readonly buckets: PipelineBuckets;
  private readonly arns: CatalogArns;
  /** The sources, as the functions read them. */
  private readonly configuration: SourceConfiguration;
  private readonly functions: PipelineFunctions;
  private readonly permissions: FunctionPermissions;

  constructor(scope: Construct, id: string, props: AccessLogPipelineProps) {
    super(scope, id);
    validatePipeline(this.node.path, props);
    this.refuseSameName(props.name);
    checkLimits(this);
    if (props.idPrefix !== undefined) setIdPrefix(this, props.idPrefix);
    this.name = props.name;
    this.account = new DataAwsCallerIdentity(this, "account");
    this.buckets = pipelineBuckets(this, props, this.account.accountId);
    this.bucket = this.buckets.bucket;
    this.landing = this.buckets.landing;
    this.landingPermissions = this.buckets.landingPermissions;
    this.configuration = new SourceConfiguration(this, "configuration", {
      bucket: this.bucket.bucket,
      landing: this.landing.bucket,
      sources: props.sources,
    });
    this.deliveries = props.sources.map((source) => ({
      source: source.name,
      ...deliveryOf(source, this.landing),
    }));
    for (const source of props.sources) this.deliver(source);
    this.trigger = isMoving(props) ? this.createTrigger(props) : undefined;
    this.database = this.createDatabase(props);
    this.tables = this.createTables(props);
    this.pipelineWorkgroup = this.createWorkgroup(
      "pipeline",
      "Statements of the access-log pipeline",
      props,
      bytesOf(PIPELINE_SCAN_LIMIT_GIB),
    );
    this.analystWorkgroup = this.createWorkgroup(
      "analysts",
      "Queries on access logs",
      props,
      bytesOf(props.scanLimitGiB ?? DEFAULT_SCAN_LIMIT_GIB),
    );
    this.arns = catalogArns(this, "catalog", this.account.accountId);
    this.permissions = pipelinePermissions(props, {
      buckets: this.buckets,
      trigger: this.trigger,
      database: this.database.name,
      workgroup: this.pipelineWorkgroup,
      arns: this.arns,
    });
    this.functions = {
      name: props.name,
      functionDefaults: functionDefaults(props),
      accountId: this.account.accountId,
      reservedConcurrency: props.reservedConcurrency ?? false,
    };
    this.move = this.trigger && this.createMove(props, this.trigger);
    this.createPartition = isProjected(props) ? undefined : this.createPartitionFunction(props);
    this.lake = isColumnar(props) ? this.createLake(props) : undefined;
    this.makeReport = props.report && this.createReport(props.report);
    if (this.lake && (props.questions ?? true)) this.saveQuestions(props);
    this.analystPolicy = this.createAnalystPolicy(props);
    if (props.lakeFormation)
      grantInLakeFormation(this, props, {
        buckets: this.buckets,
        database: this.database.name,
        createPartition: this.createPartition,
        lake: this.lake,
        makeReport: this.makeReport,
      });
    this.monitoring = new Monitoring(this, "monitoring", {
      ...props,
      watched: watchedOf(this, { sources: props.sources, hasDelivered: hasDelivered(props) }),
      accountId: this.account.accountId,
    });
  }

  /**
   * Refuses two pipelines of one name in a stack, thus in a Region: AWS would reject the second one's names.
   */
  private refuseSameName(name: string): void {
    const others = TerraformStack.of(this).node.findAll();
    const other = others.find(
      (construct) => construct !== this && construct instanceof AccessLogPipeline && construct.name === name,
    );
    validateProps(this.node.path, [
      {
        option: "name",
        value: name,
        holds: other === undefined,
        expected: `must differ from the name of ${other?.node.path}`,
      },
    ]);
  }

  /** Creates the delivery of a source's logs, if they are not enabled elsewhere. */
  private deliver(source: LogSource): void {
    const { name, format, deliverFrom } = source;
    const delivery = vendedDeliveryOf(source);
    if (delivery === undefined || deliverFrom === undefined) return;
    new VendedDelivery(this, `delivery-${name}`, {
      pipeline: this.name,
      format,
      delivery,
      from: deliverFrom,
      bucketArn: this.buckets.landingArn,
      prefix: keyPrefixOf(source),
      permissions: this.landingPermissions,
    });
  }

  private createTrigger(props: AccessLogPipelineProps): ObjectCreatedTrigger {
    return new ObjectCreatedTrigger(this, "arrivals", {
      name: arrivalsNameOf(props.name),
      kind:
        props.existingLogBucket === undefined
          ? "s3-notification"
          : (props.existingLogBucketEvents ?? BUCKET_EVENTS[0]),
      bucket: this.landing,
      ...(props.existingLogBucketOwner === undefined ? {} : { bucketOwner: props.existingLogBucketOwner }),
      ...(props.kmsKey === undefined ? {} : { kmsKey: props.kmsKey }),
      sources: uncoveredSources(props.sources)
        .filter((source) => !isAsDelivered(source))
        .map((source) => ({ name: source.name, keyPrefix: keyPrefixOf(source) })),
      ...(props.ruleForEachSource === undefined ? {} : { ruleForEachSource: props.ruleForEachSource }),
      visibilityTimeoutSeconds: VISIBILITY_TIMEOUT_SECONDS,
    });
  }

  private createDatabase(props: AccessLogPipelineProps): GlueCatalogDatabase {
    const database = new GlueCatalogDatabase(this, "database", {
      name: databaseNameOf(props),
      description: "Access logs of load balancers and distributions",
    });
    fixLogicalId(database, "database");
    return database;
  }

  private createTables(props: AccessLogPipelineProps): LogTable[] {
    return tablesOf(props, this.bucket.bucket.bucket, this.landing.bucket).map(
      (options) => new LogTable(this, options.glue.name, { ...options, database: this.database.name }),
    );
  }

  private createWorkgroup(
    id: WorkgroupId,
    description: string,
    { name, kmsKey }: AccessLogPipelineProps,
    scanLimitBytes: number,
  ): QueryWorkgroup {
    return new QueryWorkgroup(this, id, {
      name: workgroupNameOf(name, id),
      description,
      bucket: this.bucket.bucket.bucket,
      scanLimitBytes,
      ...(kmsKey === undefined ? {} : { kmsKey }),
    });
  }

  private createMove(
    { keepOriginals = false }: AccessLogPipelineProps,
    { queue }: ObjectCreatedTrigger,
  ): HandlerFunction {
    return moveFunction(this, {
      ...this.functions,
      queue,
      environment: {
        LANDING_BUCKET: this.landing.bucket,
        TARGET_BUCKET: this.bucket.bucket.bucket,
        KEEP_ORIGINALS: flagOf(keepOriginals),
      },
      configuration: this.configuration.variables,
      permissions: this.permissions,
    });
  }

  private createPartitionFunction(props: AccessLogPipelineProps): ScheduledFunction {
    const environment: PartitionEnvironment = {
      ...this.tablesEnvironment(),
      COLUMNAR: flagOf(isColumnar(props)),
    };
    return scheduledFunction(this, this.functions, {
      handler: "create-partition",
      description: "Adds partitions to the tables of access logs",
      timeoutSeconds: CREATE_PARTITION.timeoutSeconds,
      environment,
      statements: this.permissions.createPartition(),
      schedule: {
        description: "Adds the partitions of the next day, every hour",
        expression: CREATE_PARTITION.schedule,
      },
    });
  }

  private createLake(props: AccessLogPipelineProps): Lake {
    return new Lake(this, "lake", {
      ...this.functions,
      formats: formatsOf(props.sources).map((id) => FORMATS[id]),
      environment: { ...this.tablesEnvironment(), PARTITIONS: props.partitions ?? PARTITION_MODES[0] },
      maintenance: {
        LANDING_BUCKET: this.landing.bucket,
        ...(this.trigger ? { QUEUE_URL: this.trigger.queue.url } : {}),
        ...(props.lakeRetentionDays === undefined
          ? {}
          : { RETENTION_DAYS: Tokenization.stringifyNumber(props.lakeRetentionDays) }),
      },
      permissions: this.permissions,
    });
  }

  private createReport({
    days = DEFAULT_REPORT_DAYS,
    schedule = DEFAULT_REPORT_SCHEDULE,
  }: ReportProps): ScheduledFunction {
    const environment: ReportEnvironment = {
      ...this.tablesEnvironment(),
      DAYS: Tokenization.stringifyNumber(days),
    };
    return scheduledFunction(this, this.functions, {
      handler: "make-report",
      description: "Writes a report of the typed tables",
      timeoutSeconds: REPORT.timeoutSeconds,
      environment,
      statements: this.permissions.makeReport(),
      schedule: { description: "Writes a report of the typed tables, every day", expression: schedule },
    });
  }

  private tablesEnvironment() {
    return {
      DATABASE: this.database.name,
      WORKGROUP: this.pipelineWorkgroup.workgroup.name,
      BUCKET: this.bucket.bucket.bucket,
      ...this.configuration.variables,
    };
  }

  private saveQuestions(props: AccessLogPipelineProps): void {
    new Questions(this, "questions", {
      workgroup: this.analystWorkgroup,
      database: this.database.name,
      formats: formatsOf(props.sources),
    });
  }

  private createAnalystPolicy(props: AccessLogPipelineProps): AnalystPolicy {
    return new AnalystPolicy(this, "analyst_policy", {
      name: props.name,
      workgroup: this.analystWorkgroup,
      database: this.database.name,
      bucketArn: this.bucket.bucket.arn,
      ...this.deliveredOf(props),
      arns: this.arns,
      lakeFormation: props.lakeFormation ?? false,
      security: props,
      isManaged: props.analystPolicy ?? false,
    });
  }

  /** Files as delivered that the tables include. */
  private deliveredOf(props: AccessLogPipelineProps): { readonly delivered?: DeliveredText } {
    if (!hasDelivered(props)) return {};
    const { sources, existingLogBucketKey: kmsKey } = props;
    return {
      delivered: {
        bucketArn: this.buckets.landingArn,
        isOwnBucket: isLanding(props),
        sources,
        ...(kmsKey === undefined ? {} : { kmsKey }),
      },
    };
  }
}

/** A variable of a function that is true or false. */
const flagOf = (value: boolean): "true" | "false" => (value ? "true" : "false");
