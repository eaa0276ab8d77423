import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { DataAwsS3Bucket } from "@cdktf/provider-aws/lib/data-aws-s3-bucket";
import { GlueCatalogDatabase } from "@cdktf/provider-aws/lib/glue-catalog-database";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { type ITerraformDependable, TerraformStack, Tokenization } from "cdktf";
import { Construct } from "constructs";
import { FORMATS } from "../formats";
import { formatsOf } from "../formats/configured-source";
import {
  deliveredLinesTableOf,
  deliveredTableOf,
  linesTableOf,
  rawTableOf,
  unparsedViewOf,
} from "../formats/log-format";
import { needsSalt } from "../formats/privacy";
import type { MoveEnvironment, PartitionEnvironment, ReportEnvironment } from "../handlers/environment";
import type { BucketRef } from "../pipeline/bucket-ref";
import type { CatalogArns } from "../pipeline/catalog-arns";
import { FunctionPermissions } from "../pipeline/function-permissions";
import { type Delivery, deliveryOf, withoutSlash } from "../pipeline/log-delivery";
import {
  isAsDelivered,
  keyPrefixOf,
  type LogSource,
  privacyOf,
  uncoveredSources,
  vendedDeliveryOf,
} from "../pipeline/log-source";
import {
  arrivalsNameOf,
  LANDING_SUFFIX,
  landingPrefixOf,
  moveFunctionNameOf,
  scheduledNameOf,
  type WorkgroupId,
  workgroupNameOf,
} from "../pipeline/names";
import {
  type AccessLogPipelineProps,
  BUCKET_EVENTS,
  DEFAULT_REPORT_DAYS,
  DEFAULT_REPORT_SCHEDULE,
  DEFAULT_SCAN_LIMIT_GIB,
  deliveredPrefixesOf,
  hasDelivered,
  isColumnar,
  isLanding,
  isMoving,
  isProjected,
  PARTITION_MODES,
  type ReportProps,
} from "../pipeline/props";
import {
  CREATE_PARTITION,
  MOVE,
  PIPELINE_SCAN_LIMIT_GIB,
  REPORT,
  SCHEDULED_CONCURRENCY,
} from "../pipeline/sizing";
import { tablesOf } from "../pipeline/tables";
import { AnalystPolicy, type DeliveredText } from "./analyst-policy";
import { catalogArns } from "./catalog-arns";
import { checkLimits } from "./check-limits";
import { HandlerFunction } from "./handler-function";
import { Lake } from "./lake";
import { LakeFormationGrants } from "./lake-formation-grants";
import { type LakeLocation, LakeLocations } from "./lake-locations";
import { LogBucket } from "./log-bucket";
import { LogTable } from "./log-table";
import { fixLogicalId, setIdPrefix } from "./logical-id";
import { Monitoring } from "./monitoring/monitoring";
import { watchedOf } from "./monitoring/watched";
import { ObjectCreatedTrigger } from "./object-created-trigger";
import {
  bytesOf,
  databaseNameOf,
  expirationsOf,
  functionDefaults,
  originalExpirationsOf,
} from "./pipeline-defaults";
import { QueryWorkgroup } from "./query-workgroup";
import { Questions } from "./questions";
import { Schedule } from "./schedule";
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
  readonly createPartition: HandlerFunction | undefined;
  readonly partitionSchedule: Schedule | undefined;
  /** Only with typed tables. */
  readonly lake: Lake | undefined;
  /** Only with the option `report`. */
  readonly makeReport: HandlerFunction | undefined;
  readonly reportSchedule: Schedule | undefined;
  readonly monitoring: Monitoring;
  /** Permissions of analysts. */
  readonly analystPolicy: AnalystPolicy;
  private readonly arns: CatalogArns;
  /** The sources, as the functions read them. */
  private readonly configuration: SourceConfiguration;
  /** The account of the deployment. */
  readonly account: DataAwsCallerIdentity;

  constructor(scope: Construct, id: string, props: AccessLogPipelineProps) {
    super(scope, id);
    validatePipeline(this.node.path, props);
    this.refuseSameName(props.name);
    checkLimits(this);
    if (props.idPrefix !== undefined) setIdPrefix(this, props.idPrefix);
    this.name = props.name;
    this.account = new DataAwsCallerIdentity(this, "account");
    this.bucket = this.createBucket(props);
    const { existingLogBucket, existingLogBucketOwner } = props;
    if (existingLogBucket === undefined) {
      const { bucket, permissions } = this.createLanding(props);
      this.landing = bucket;
      this.landingPermissions = permissions;
    } else {
      this.landing = this.existingBucket(existingLogBucket, existingLogBucketOwner, props.region);
      this.landingPermissions = [];
    }
    this.configuration = new SourceConfiguration(this, "configuration", {
      bucket: this.bucket.bucket,
      landing: this.landing.bucket,
      sources: props.sources,
    });
    this.deliveries = props.sources.map((source) => ({
      source: source.name,
      ...deliveryOf(source, this.landing),
    }));
    for (const source of props.sources) this.deliver(source, props);
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
    const permissions = this.createPermissions(props);
    this.move = this.trigger && this.createMove(props, permissions, this.trigger);
    if (!isProjected(props)) {
      this.createPartition = this.createPartitionFunction(props, permissions);
      this.partitionSchedule = new Schedule(this, "create_partition_schedule", {
        name: scheduledNameOf(props.name, "create-partition"),
        description: "Adds the partitions of the next day, every hour",
        expression: CREATE_PARTITION.schedule,
        target: this.createPartition,
        accountId: this.account.accountId,
      });
    }
    this.lake = isColumnar(props) ? this.createLake(props, permissions) : undefined;
    if (props.report) {
      this.makeReport = this.createReport(props, props.report, permissions);
      this.reportSchedule = new Schedule(this, "make_report_schedule", {
        name: scheduledNameOf(props.name, "make-report"),
        description: "Writes a report of the typed tables, every day",
        expression: props.report.schedule ?? DEFAULT_REPORT_SCHEDULE,
        target: this.makeReport,
        accountId: this.account.accountId,
      });
    }
    if (this.lake && (props.questions ?? true)) this.saveQuestions(props);
    this.analystPolicy = new AnalystPolicy(this, "analyst_policy", {
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
    if (props.lakeFormation) this.grantInLakeFormation(props);
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
  private deliver(source: LogSource, props: AccessLogPipelineProps): void {
    const { name, format, deliverFrom } = source;
    const delivery = vendedDeliveryOf(source);
    if (delivery === undefined || deliverFrom === undefined) return;
    new VendedDelivery(this, `delivery-${name}`, {
      pipeline: props.name,
      format,
      delivery,
      from: deliverFrom,
      bucketArn: this.landingArnOf(props),
      prefix: keyPrefixOf(source),
      permissions: this.landingPermissions,
    });
  }

  private createBucket(props: AccessLogPipelineProps): LogBucket {
    return new LogBucket(this, "logs", {
      ...bucketOptions(props, `${props.name}-`, ""),
      expirations: [...expirationsOf(props), ...(isLanding(props) ? originalExpirationsOf(props) : [])],
      ...(isLanding(props) ? { deliveries: props.sources } : {}),
      account: this.account.accountId,
      ...(props.kmsKey === undefined ? {} : { kmsKey: props.kmsKey }),
    });
  }

  private createLanding(props: AccessLogPipelineProps): LogBucket {
    if (isLanding(props)) return this.bucket;
    return new LogBucket(this, "landing", {
      ...bucketOptions(props, landingPrefixOf(props.name), LANDING_SUFFIX),
      expirations: originalExpirationsOf(props),
      deliveries: props.sources,
      account: this.account.accountId,
    });
  }

  private existingBucket(
    bucket: string,
    owner: string | undefined,
    knownRegion: string | undefined,
  ): BucketRef {
    if (owner === undefined) {
      const region = knownRegion ?? new DataAwsRegion(this, "existing_logs_region").region;
      const isHere = `self.bucket_region == ${region.includes("${") ? region : JSON.stringify(region)}`;
      return new DataAwsS3Bucket(this, "existing_logs", {
        bucket,
        lifecycle: {
          postcondition: [
            {
              condition: `\${${isHere}}`,
              // Its events go only to EventBridge and queues in its own Region.
              errorMessage: `existingLogBucket: ${bucket} must be in the pipeline's Region, ${region}`,
            },
          ],
        },
      });
    }
    // Another account's bucket cannot always be looked up.
    const { partition } = new DataAwsPartition(this, "existing_logs_partition");
    return {
      bucket,
      arn: `arn:${partition}:s3:::${bucket}`,
      bucketDomainName: `${bucket}.s3.amazonaws.com`,
    };
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

  private createPermissions(props: AccessLogPipelineProps): FunctionPermissions {
    const formats = formatsOf(props.sources).map((id) => FORMATS[id]);
    const delivered = formats.filter(({ id }) => id in deliveredPrefixesOf(props));
    const bucketArn = this.bucket.bucket.arn;
    return new FunctionPermissions({
      bucketArn,
      landingArn: this.landingArnOf(props),
      isLanding: isLanding(props),
      sources: props.sources,
      keepOriginals: props.keepOriginals ?? false,
      ...(props.existingLogBucketKey === undefined ? {} : { landingKey: props.existingLogBucketKey }),
      ...(this.trigger ? { queueArn: this.trigger.queue.arn } : {}),
      workgroup: {
        arn: this.pipelineWorkgroup.workgroup.arn,
        resultsPrefix: this.pipelineWorkgroup.resultsPrefix,
      },
      database: this.database.name,
      rawTables: formats.map(rawTableOf),
      linesTables: isColumnar(props) ? formats.map(linesTableOf) : [],
      deliveredTables: delivered.map(deliveredTableOf),
      deliveredLinesTables: isColumnar(props) ? delivered.map(deliveredLinesTableOf) : [],
      typedTables: isColumnar(props) ? formats.map(({ table }) => table) : [],
      views: isColumnar(props) ? formats.map(unparsedViewOf) : [],
      arns: this.arns,
      lakeFormation: props.lakeFormation ?? false,
      isHashed: props.isHashed ?? props.sources.some((source) => needsSalt(privacyOf(source))),
      addsPartitions: !isProjected(props),
    });
  }

  private createMove(
    props: AccessLogPipelineProps,
    permissions: FunctionPermissions,
    { queue }: ObjectCreatedTrigger,
  ): HandlerFunction {
    const environment: MoveEnvironment = {
      LANDING_BUCKET: this.landing.bucket,
      TARGET_BUCKET: this.bucket.bucket.bucket,
      KEEP_ORIGINALS: flagOf(props.keepOriginals ?? false),
    };
    const move = new HandlerFunction(this, "move_access_logs", {
      ...functionDefaults(props),
      name: moveFunctionNameOf(props.name),
      handler: "move-access-logs",
      description: "Moves access logs to Hive-style prefixes as they arrive",
      timeoutSeconds: MOVE.timeoutSeconds,
      environment: { ...environment, ...this.configuration.variables },
      statements: permissions.moveAccessLogs(queue.arn),
      ...(props.reservedConcurrency ? { reservedConcurrency: MOVE.concurrency } : {}),
    });
    new LambdaEventSourceMapping(this, "arrivals_mapping", {
      eventSourceArn: queue.arn,
      functionName: move.lambda.arn,
      batchSize: MOVE.batchSize,
      maximumBatchingWindowInSeconds: MOVE.batchWindowSeconds,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: MOVE.concurrency },
    });
    return move;
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

  private createPartitionFunction(
    props: AccessLogPipelineProps,
    permissions: FunctionPermissions,
  ): HandlerFunction {
    const environment: PartitionEnvironment = {
      ...this.tablesEnvironment(),
      COLUMNAR: flagOf(isColumnar(props)),
    };
    return new HandlerFunction(this, "create_partition", {
      ...functionDefaults(props),
      name: scheduledNameOf(props.name, "create-partition"),
      handler: "create-partition",
      description: "Adds partitions to the tables of access logs",
      timeoutSeconds: CREATE_PARTITION.timeoutSeconds,
      environment,
      statements: permissions.createPartition(),
      ...(props.reservedConcurrency ? { reservedConcurrency: SCHEDULED_CONCURRENCY } : {}),
    });
  }

  private createLake(props: AccessLogPipelineProps, permissions: FunctionPermissions): Lake {
    return new Lake(this, "lake", {
      name: props.name,
      formats: formatsOf(props.sources).map((id) => FORMATS[id]),
      environment: { ...this.tablesEnvironment(), PARTITIONS: props.partitions ?? PARTITION_MODES[0] },
      maintenance: {
        LANDING_BUCKET: this.landing.bucket,
        ...(this.trigger ? { QUEUE_URL: this.trigger.queue.url } : {}),
        ...(props.lakeRetentionDays === undefined
          ? {}
          : { RETENTION_DAYS: Tokenization.stringifyNumber(props.lakeRetentionDays) }),
      },
      permissions,
      functionDefaults: functionDefaults(props),
      accountId: this.account.accountId,
      reservedConcurrency: props.reservedConcurrency ?? false,
    });
  }

  private createReport(
    props: AccessLogPipelineProps,
    { days = DEFAULT_REPORT_DAYS }: ReportProps,
    permissions: FunctionPermissions,
  ): HandlerFunction {
    const environment: ReportEnvironment = {
      ...this.tablesEnvironment(),
      DAYS: Tokenization.stringifyNumber(days),
    };
    return new HandlerFunction(this, "make_report", {
      ...functionDefaults(props),
      name: scheduledNameOf(props.name, "make-report"),
      handler: "make-report",
      description: "Writes a report of the typed tables",
      timeoutSeconds: REPORT.timeoutSeconds,
      environment,
      statements: permissions.makeReport(),
      ...(props.reservedConcurrency ? { reservedConcurrency: SCHEDULED_CONCURRENCY } : {}),
    });
  }

  private saveQuestions(props: AccessLogPipelineProps): void {
    new Questions(this, "questions", {
      workgroup: this.analystWorkgroup,
      database: this.database.name,
      formats: formatsOf(props.sources),
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

  /** Files as delivered that the tables include. */
  private deliveredOf(props: AccessLogPipelineProps): { readonly delivered?: DeliveredText } {
    if (!hasDelivered(props)) return {};
    const { sources, existingLogBucketKey: kmsKey } = props;
    return {
      delivered: {
        bucketArn: this.landingArnOf(props),
        isOwnBucket: isLanding(props),
        sources,
        ...(kmsKey === undefined ? {} : { kmsKey }),
      },
    };
  }

  private landingArnOf({ landingArn }: AccessLogPipelineProps): string {
    return landingArn ?? this.landing.arn;
  }

  private grantInLakeFormation(props: AccessLogPipelineProps): void {
    // The function that adds the partitions of files as delivered needs their locations.
    const addsDelivered = this.lake?.transform ?? this.createPartition;
    const functions: readonly (readonly [string, HandlerFunction | undefined, readonly LakeLocation[]])[] = [
      ["create_partition", this.createPartition, ["raw"]],
      ["transform_partition", this.lake?.transform, ["raw", "lake"]],
      ["maintain_lake", this.lake?.maintain, ["lake"]],
      ["make_report", this.makeReport, []],
    ];
    const registered = props.lakeFormationLocations
      ? new LakeLocations(this, "lake_formation", {
          bucketArn: this.bucket.bucket.arn,
          hasLake: this.lake !== undefined,
          delivered: this.deliveredLocations(props),
        })
      : undefined;
    for (const [id, handler, locations] of functions) {
      if (!handler) continue;
      new LakeFormationGrants(this, `${id}_grants`, {
        role: handler.role,
        database: this.database.name,
        locations: registered ? locations.flatMap((location) => registered.arns[location] ?? []) : [],
        delivered: registered && handler === addsDelivered ? registered.delivered : {},
        createsTables: handler === this.lake?.transform,
      });
    }
  }

  /** Locations of files as delivered, by the name of their source. */
  private deliveredLocations(props: AccessLogPipelineProps): Readonly<Record<string, string>> {
    const landingArn = this.landingArnOf(props);
    return Object.fromEntries(
      uncoveredSources(props.sources)
        .filter(isAsDelivered)
        .map((source) => [source.name, `${landingArn}/${withoutSlash(keyPrefixOf(source))}`]),
    );
  }
}

/** A variable of a function that is true or false. */
const flagOf = (value: boolean): "true" | "false" => (value ? "true" : "false");

/** Name of a bucket of the pipeline, and the options that all its buckets share. */
const bucketOptions = (props: AccessLogPipelineProps, prefix: string, suffix: string) => ({
  name: props.bucketName === undefined ? { prefix } : { whole: `${props.bucketName}${suffix}` },
  forceDestroy: props.forceDestroy ?? false,
  ...(props.region === undefined ? {} : { region: props.region }),
});
