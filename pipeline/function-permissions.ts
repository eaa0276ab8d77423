import {
  ARRIVALS_PREFIX,
  COMMITS_PREFIX,
  CONFIGURATION_KEY,
  LAKE_PREFIX,
  LISTED_PREFIX,
  PRIVACY_SALT_KEY,
  RAW_PREFIX,
  RECONCILED_PREFIX,
  REJECTED_PREFIX,
  REPORTS_PREFIX,
  TOUCHED_PREFIX,
} from "../formats/partition-layout";
import type { CatalogArns } from "./catalog-arns";
import { listSources, readDelivered, takeOriginals } from "./log-delivery";
import { isAsDelivered, type LogSource } from "./log-source";
import { allow, type PolicyStatement } from "./policy";

/** Resources of the functions' policy statements. */
export interface FunctionPermissionsProps {
  /** The pipeline's bucket. */
  readonly bucketArn: string;
  /** Bucket that logs are delivered to; may be the same one. */
  readonly landingArn: string;
  /** True if it is the pipeline's bucket. */
  readonly isLanding: boolean;
  readonly sources: readonly LogSource[];
  readonly keepOriginals: boolean;
  /**
   * ARN of the KMS key that the delivered objects are encrypted with.
   *
   * @default - S3's own keys, or the pipeline's
   */
  readonly landingKey?: string;
  /**
   * ARN of the queue of new objects.
   *
   * @default - no files are moved
   */
  readonly queueArn?: string;
  /** The workgroup that statements run in, and the key prefix of its results. */
  readonly workgroup: { readonly arn: string; readonly resultsPrefix: string };
  /** Glue database. */
  readonly database: string;
  /** Tables of the text in columns, and of its lines. */
  readonly rawTables: readonly string[];
  readonly linesTables: readonly string[];
  /** The same tables over files as delivered. */
  readonly deliveredTables: readonly string[];
  readonly deliveredLinesTables: readonly string[];
  /** Typed tables; none without them. */
  readonly typedTables: readonly string[];
  /** Views of the unparsed lines. */
  readonly views: readonly string[];
  readonly arns: CatalogArns;
  /** True if Lake Formation, together with IAM, controls access to the tables. */
  readonly lakeFormation: boolean;
  /** True if rows hold hashes of logged values. */
  readonly isHashed: boolean;
  /** True if the functions add partitions; false if Athena computes them. */
  readonly addsPartitions: boolean;
}

/**
 * Permissions of each function, with exact ARNs. Only the permissions for its log, dead letters, key and
 * network are elsewhere. The function's role also needs the permissions for Athena's requests on its behalf.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/managed-policies.html
 */
export class FunctionPermissions {
  constructor(private readonly props: FunctionPermissionsProps) {}

  /**
   * Permissions to move delivered objects, announced by the queue's messages, to the tables' locations.
   *
   * @param queueArn the queue
   */
  moveAccessLogs(queueArn: string): PolicyStatement[] {
    const { bucketArn, landingArn, isLanding, sources, keepOriginals, typedTables } = this.props;
    return [
      named(
        "TakeMessages",
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        [queueArn],
      ),
      takeOriginals(landingArn, sources, keepOriginals),
      ...this.decryptOriginals(),
      named("WriteText", ["s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"], [this.below(RAW_PREFIX)]),
      named("NoteArrivals", ["s3:PutObject"], [this.below(ARRIVALS_PREFIX)]),
      // The file of a repeated event may have been moved to `rejected/`.
      ...(typedTables.length > 0
        ? [named("FindRejectedFiles", ["s3:GetObject"], [this.below(REJECTED_PREFIX)])]
        : []),
      // Without this, S3 answers 403 for a missing object, as for a missing permission.
      named("TellMissingFromDenied", ["s3:ListBucket"], isLanding ? [bucketArn] : [bucketArn, landingArn]),
      this.readSources(),
    ];
  }

  /** Permissions to add partitions to the text tables. */
  createPartition(): PolicyStatement[] {
    const { typedTables, deliveredTables } = this.props;
    return [
      ...this.runStatements(),
      ...this.addPartitions(typedTables.length > 0 ? [] : deliveredTables),
      this.readSources(),
      ...(typedTables.length > 0 ? [] : this.listDelivered()),
      // With typed tables, transform-partition uses the notes as its work list and deletes them.
      ...(typedTables.length > 0
        ? [named("ReadNotes", ["s3:GetObject"], [this.below(ARRIVALS_PREFIX)])]
        : this.useNotes()),
    ];
  }

  /** Permissions to commit new files to the typed tables and to move unreadable files to `rejected/`. */
  transformPartition(): PolicyStatement[] {
    const { isHashed, addsPartitions, bucketArn, rawTables, linesTables } = this.props;
    const delivered = this.deliveredTables();
    return [
      // The statistics and the text tables of lines serve to count unparsed lines.
      ...this.runStatements("athena:GetQueryResults", "athena:GetQueryRuntimeStatistics"),
      ...this.writeTypedTables(),
      this.readSources(),
      ...this.useNotes(),
      named("RecordCommits", ["s3:GetObject", "s3:PutObject"], [this.below(COMMITS_PREFIX)]),
      named("ReadText", ["s3:GetObject"], [this.below(RAW_PREFIX)]),
      // An unreadable file is copied to `rejected/` with its tags, and the original is deleted.
      named("TakeRejectedFiles", ["s3:GetObjectTagging", "s3:DeleteObject"], [this.below(RAW_PREFIX)]),
      named("SetFilesAside", ["s3:PutObject", "s3:PutObjectTagging"], [this.below(REJECTED_PREFIX)]),
      ...(addsPartitions
        ? this.addPartitions(delivered)
        : [
            this.readPartitions([...rawTables, ...linesTables]),
            ...(delivered.length > 0
              ? [this.catalog("AddDelivered", [...READ_PARTITIONS, ...ADD_PARTITIONS], delivered)]
              : []),
          ]),
      ...this.listDelivered(),
      // The copy of an unreadable file includes its tags.
      ...this.readDelivered("s3:GetObjectTagging"),
      ...(delivered.length > 0
        ? [named("RememberListing", ["s3:GetObject", "s3:PutObject"], [this.below(LISTED_PREFIX)])]
        : []),
      ...(isHashed
        ? [named("KeepSalt", ["s3:GetObject", "s3:PutObject"], [`${bucketArn}/${PRIVACY_SALT_KEY}`])]
        : []),
    ];
  }

  /**
   * Permissions to merge small files, to delete old rows, snapshots and table versions, and to find files that were not
   * committed.
   */
  maintainLake(): PolicyStatement[] {
    const { landingArn, isLanding, queueArn, sources } = this.props;
    const { rawTables, linesTables, deliveredTables, deliveredLinesTables } = this.props;
    return [
      ...this.runStatements("athena:GetQueryResults"),
      this.catalog("AlignPartitions", ALIGN_PARTITIONS, [...rawTables, ...deliveredTables]),
      // The view of unparsed lines is on these.
      this.catalog("LookUpLines", [], [...linesTables, ...deliveredLinesTables]),
      ...(isLanding ? [] : [listSources(landingArn, sources)]),
      named("NoteFoundFiles", ["s3:GetObject", "s3:PutObject"], [this.below(ARRIVALS_PREFIX)]),
      named("RememberFoundFiles", ["s3:GetObject", "s3:PutObject"], [this.below(RECONCILED_PREFIX)]),
      ...(queueArn === undefined ? [] : [named("AnnounceAgain", ["sqs:SendMessage"], [queueArn])]),
      ...this.writeTypedTables(),
      this.catalog("DeleteVersions", TABLE_VERSIONS, this.props.typedTables),
      named("DeleteRecords", ["s3:DeleteObject"], [this.below(COMMITS_PREFIX)]),
      this.readSources(),
    ];
  }

  /** Permissions to read the typed tables and the rejected files, and to write the reports. */
  makeReport(): PolicyStatement[] {
    return [
      ...this.runStatements("athena:GetQueryResults"),
      this.catalog("LookUpTables", [], this.props.typedTables),
      named("ReadRows", ["s3:GetObject"], [this.below(LAKE_PREFIX)]),
      named("ReadReasons", ["s3:GetObject"], [this.below(REJECTED_PREFIX)]),
      named("WriteReports", ["s3:PutObject"], [this.below(REPORTS_PREFIX)]),
      this.readSources(),
    ];
  }

  /** Permissions to submit statements, wait for them and write their results. */
  private runStatements(...furtherActions: readonly string[]): PolicyStatement[] {
    const { bucketArn, workgroup, lakeFormation } = this.props;
    return [
      named(
        "RunStatements",
        ["athena:StartQueryExecution", "athena:GetQueryExecution", ...furtherActions],
        [workgroup.arn],
      ),
      // Lake Formation controls access to the data; this action does not support resources.
      ...(lakeFormation ? [named("AskLakeFormation", ["lakeformation:GetDataAccess"], ["*"])] : []),
      // Athena looks up the default database for every statement, and creates it if it does not exist in the
      // Region:
      // https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html#full-access-to-default-db-per-region
      named(
        "UseDefaultDatabase",
        ["glue:GetDatabase", "glue:CreateDatabase"],
        [this.props.arns.catalog(), this.props.arns.database("default")],
      ),
      named(
        "ListBucket",
        ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        [bucketArn],
      ),
      named(
        "WriteResults",
        ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
        [this.below(workgroup.resultsPrefix)],
      ),
    ];
  }

  /** Permissions to look up the partitions of the text, and to read it. */
  private readPartitions(tables: readonly string[]): PolicyStatement {
    return this.catalog("ReadPartitions", READ_PARTITIONS, tables);
  }

  private deliveredTables(): readonly string[] {
    return [...this.props.deliveredTables, ...this.props.deliveredLinesTables];
  }

  /** Permissions to list the folders of files as delivered. */
  private listDelivered(): PolicyStatement[] {
    const { landingArn, isLanding, sources, deliveredTables } = this.props;
    if (deliveredTables.length === 0 || isLanding) return [];
    return [listSources(landingArn, sources.filter(isAsDelivered))];
  }

  private readDelivered(...furtherActions: readonly string[]): PolicyStatement[] {
    const { landingArn, isLanding, sources, deliveredTables } = this.props;
    if (deliveredTables.length === 0) return [];
    return [
      readDelivered(landingArn, sources, ...furtherActions),
      ...(isLanding ? [] : [named("LocateBucket", ["s3:GetBucketLocation"], [landingArn])]),
      ...this.decryptOriginals(),
    ];
  }

  private decryptOriginals(): PolicyStatement[] {
    const { landingKey } = this.props;
    return landingKey === undefined ? [] : [named("DecryptOriginals", ["kms:Decrypt"], [landingKey])];
  }

  /** @param delivered tables over files as delivered, in addition to those over moved files */
  private addPartitions(delivered: readonly string[]): PolicyStatement[] {
    const { rawTables, linesTables } = this.props;
    return [
      this.catalog(
        "AddPartitions",
        [...READ_PARTITIONS, ...ADD_PARTITIONS],
        [...rawTables, ...linesTables, ...delivered],
      ),
      // ALTER TABLE ADD PARTITION creates a folder for a location without one, as an object with one of these
      // names. Partitions are added a day before their first file arrives.
      // https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html
      named(
        "MakeFolders",
        ["s3:GetObject", "s3:PutObject"],
        FOLDER_MARKERS.map((form) => this.below(RAW_PREFIX, form)),
      ),
    ];
  }

  /** Permissions to write and clean up the typed tables: data, Iceberg's metadata, and the catalog. */
  private writeTypedTables(): PolicyStatement[] {
    const { typedTables, views, arns } = this.props;
    return [
      named("DescribeTables", ["athena:GetTableMetadata"], [arns.dataCatalog()]),
      this.catalog("CatalogTypedTables", WRITE_TABLES, [...typedTables, ...views]),
      named(
        "WriteTypedTables",
        [
          "s3:GetObject",
          "s3:PutObject",
          "s3:DeleteObject",
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
        ],
        [this.below(LAKE_PREFIX)],
      ),
    ];
  }

  /** Permissions to delete consumed notes, and to replace the markers of older versions by notes. */
  private useNotes(): PolicyStatement[] {
    return [
      named("UseNotes", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [this.below(ARRIVALS_PREFIX)]),
      named("ReplaceMarkers", ["s3:DeleteObject"], [this.below(TOUCHED_PREFIX)]),
    ];
  }

  private readSources(): PolicyStatement {
    return named("ReadSources", ["s3:GetObject"], [`${this.props.bucketArn}/${CONFIGURATION_KEY}`]);
  }

  /**
   * Permissions for actions on tables of the catalog.
   *
   * @see https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
   */
  private catalog(sid: string, actions: readonly string[], tables: readonly string[]): PolicyStatement {
    const { database, arns } = this.props;
    return named(
      sid,
      ["glue:GetDatabase", "glue:GetTable", ...actions],
      [arns.catalog(), arns.database(database), ...tables.map((table) => arns.table(database, table))],
    );
  }

  private below(prefix: string, form = ""): string {
    return `${this.props.bucketArn}/${prefix}*${form}`;
  }
}

const named = (Sid: string, actions: readonly string[], resources: readonly string[]): PolicyStatement => ({
  Sid,
  ...allow(actions, resources),
});

const READ_PARTITIONS = ["glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"] as const;
const ALIGN_PARTITIONS = ["glue:GetPartitions", "glue:BatchUpdatePartition", "glue:UpdatePartition"] as const;
const ADD_PARTITIONS = ["glue:CreatePartition", "glue:BatchCreatePartition"] as const;
/** Each Iceberg commit updates the table in the catalog. */
const WRITE_TABLES = ["glue:CreateTable", "glue:UpdateTable"] as const;
/** Each commit creates a table version. The catalog keeps all versions, up to its limit. */
const TABLE_VERSIONS = [
  "glue:GetTableVersions",
  "glue:BatchDeleteTableVersion",
  "glue:DeleteTableVersion",
] as const;
const FOLDER_MARKERS = ["/", "_$folder$"] as const;
