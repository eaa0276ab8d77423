import {
  ARRIVALS_PREFIX,
  COMMITS_PREFIX,
  CONFIGURATION_KEY,
  LAKE_PREFIX,
  PRIVACY_SALT_KEY,
  RAW_PREFIX,
  REJECTED_PREFIX,
  TOUCHED_PREFIX,
} from "../formats/partition-layout";
import type { CatalogArns } from "./catalog-arns";
import { takeOriginals } from "./log-delivery";
import type { LogSource } from "./log-source";
import { allow, type PolicyStatement } from "./policy";

/** What the functions' statements are about. */
export interface FunctionPermissionsProps {
  /** The pipeline's bucket. */
  readonly bucketArn: string;
  /** Bucket that logs are delivered to; may be the same one. */
  readonly landingArn: string;
  readonly sources: readonly LogSource[];
  readonly keepOriginals: boolean;
  /**
   * ARN of the KMS key that the delivered objects are encrypted with.
   *
   * @default - S3's own keys, or the pipeline's
   */
  readonly landingKey?: string;
  /** ARN of the queue of new objects. */
  readonly queueArn: string;
  /** The workgroup that statements run in, and the key prefix of its results. */
  readonly workgroup: { readonly arn: string; readonly resultsPrefix: string };
  /** Glue database. */
  readonly database: string;
  /** Tables of the text in columns, and of its lines. */
  readonly rawTables: readonly string[];
  readonly linesTables: readonly string[];
  /** Typed tables; none without them. */
  readonly typedTables: readonly string[];
  /** Views of what is not typed. */
  readonly views: readonly string[];
  readonly arns: CatalogArns;
  /** True if Lake Formation, together with IAM, says who may see the tables. */
  readonly lakeFormation: boolean;
  /** True if rows hold hashes of what was logged. */
  readonly isHashed: boolean;
  /** True if the functions add partitions, and Athena does not compute them. */
  readonly addsPartitions: boolean;
}

/**
 * What each function may do, with exact ARNs: all of it is here, but for its own log, its dead letters, its key and its network.
 * What Athena does in a function's name is needed by the role of the function.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/managed-policies.html
 */
export class FunctionPermissions {
  constructor(private readonly props: FunctionPermissionsProps) {}

  /** To take delivered objects from the queue's messages to where the tables look for them. */
  moveAccessLogs(): PolicyStatement[] {
    const { bucketArn, landingArn, landingKey, sources, keepOriginals, queueArn, typedTables } = this.props;
    return [
      named(
        "TakeMessages",
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        [queueArn],
      ),
      takeOriginals(landingArn, sources, keepOriginals),
      ...(landingKey === undefined ? [] : [named("DecryptOriginals", ["kms:Decrypt"], [landingKey])]),
      named("WriteText", ["s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"], [this.below(RAW_PREFIX)]),
      named("NoteArrivals", ["s3:PutObject"], [this.below(ARRIVALS_PREFIX)]),
      // An event that comes again can be of a file that was set aside since then.
      ...(typedTables.length > 0
        ? [named("FindRejectedFiles", ["s3:GetObject"], [this.below(REJECTED_PREFIX)])]
        : []),
      // Without it S3 answers 403 for a missing object, which cannot be told from a missing permission.
      named(
        "TellMissingFromDenied",
        ["s3:ListBucket"],
        landingArn === bucketArn ? [bucketArn] : [bucketArn, landingArn],
      ),
      this.readSources(),
    ];
  }

  /** To add partitions to the tables of the text. */
  createPartition(): PolicyStatement[] {
    const { typedTables } = this.props;
    return [
      ...this.runStatements(),
      ...this.addPartitions(),
      this.readSources(),
      // With typed tables, the notes are the work list of transform-partition, which uses them up.
      ...(typedTables.length > 0
        ? [named("ReadNotes", ["s3:GetObject"], [this.below(ARRIVALS_PREFIX)])]
        : this.useNotes()),
    ];
  }

  /** To commit what arrived to the typed tables, each file once, and to set aside what cannot be read. */
  transformPartition(): PolicyStatement[] {
    const { isHashed, addsPartitions, bucketArn, rawTables, linesTables } = this.props;
    return [
      ...this.runStatements("athena:GetQueryResults"),
      ...this.writeTypedTables(),
      this.readSources(),
      ...this.useNotes(),
      ...this.commitRecords("s3:PutObject"),
      // A file that cannot be read is copied to where nobody reads it, with its tags, and deleted here.
      named("TakeRejectedFiles", ["s3:GetObjectTagging", "s3:DeleteObject"], [this.below(RAW_PREFIX)]),
      named("SetFilesAside", ["s3:PutObject", "s3:PutObjectTagging"], [this.below(REJECTED_PREFIX)]),
      ...(addsPartitions
        ? this.addPartitions()
        : [this.readPartitions(rawTables), this.catalog("LookUpLines", [], linesTables)]),
      ...(isHashed
        ? [named("KeepSalt", ["s3:GetObject", "s3:PutObject"], [`${bucketArn}/${PRIVACY_SALT_KEY}`])]
        : []),
    ];
  }

  /** To merge small files and forget what is old: rows, snapshots, and the catalog's versions of the tables. */
  maintainLake(): PolicyStatement[] {
    return [
      ...this.runStatements("athena:GetQueryResults"),
      // Lines that could not be read are counted.
      this.readPartitions(this.props.linesTables),
      ...this.writeTypedTables(),
      this.catalog("DeleteVersions", TABLE_VERSIONS, this.props.typedTables),
      ...this.commitRecords("s3:DeleteObject"),
      this.readSources(),
    ];
  }

  /** To submit statements, wait for them and have their results written. */
  private runStatements(...furtherActions: readonly string[]): PolicyStatement[] {
    const { bucketArn, workgroup, lakeFormation } = this.props;
    return [
      named(
        "RunStatements",
        ["athena:StartQueryExecution", "athena:GetQueryExecution", ...furtherActions],
        [workgroup.arn],
      ),
      // Lake Formation hands the data out by its own rules; this action knows no resources.
      ...(lakeFormation ? [named("AskLakeFormation", ["lakeformation:GetDataAccess"], ["*"])] : []),
      // Athena looks the default database up whatever the statement is about, and makes it in a Region where it was never used:
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

  /** To look the partitions of the text up, and to read it. */
  private readPartitions(tables: readonly string[]): PolicyStatement {
    return this.catalog("ReadPartitions", READ_PARTITIONS, tables);
  }

  private textTables(): readonly string[] {
    return [...this.props.rawTables, ...this.props.linesTables];
  }

  private addPartitions(): PolicyStatement[] {
    return [
      this.catalog("AddPartitions", [...READ_PARTITIONS, ...ADD_PARTITIONS], this.textTables()),
      // ALTER TABLE ADD PARTITION makes a folder for a location where there is none, as an object with a name of one of these
      // forms. Partitions are added a day before the first file of them comes.
      // https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html
      named(
        "MakeFolders",
        ["s3:GetObject", "s3:PutObject"],
        FOLDER_MARKERS.map((form) => this.below(RAW_PREFIX, form)),
      ),
    ];
  }

  /** To read the text, and to write and clean up the typed tables: their data, Iceberg's metadata, and the catalog. */
  private writeTypedTables(): PolicyStatement[] {
    const { typedTables, views, arns } = this.props;
    return [
      named("DescribeTables", ["athena:GetTableMetadata"], [arns.dataCatalog()]),
      this.catalog("CatalogTypedTables", WRITE_TABLES, [...typedTables, ...views]),
      named("ReadText", ["s3:GetObject"], [this.below(RAW_PREFIX)]),
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

  /** To delete notes that are used up, and to replace the markers of older versions by notes. */
  private useNotes(): PolicyStatement[] {
    return [
      named("UseNotes", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [this.below(ARRIVALS_PREFIX)]),
      named("ReplaceMarkers", ["s3:DeleteObject"], [this.below(TOUCHED_PREFIX)]),
    ];
  }

  /** To know which commit is pending, and which have ended. */
  private commitRecords(furtherAction: "s3:PutObject" | "s3:DeleteObject"): PolicyStatement[] {
    return [named("RecordCommits", ["s3:GetObject", furtherAction], [this.below(COMMITS_PREFIX)])];
  }

  private readSources(): PolicyStatement {
    return named("ReadSources", ["s3:GetObject"], [`${this.props.bucketArn}/${CONFIGURATION_KEY}`]);
  }

  /**
   * To do something with tables of the catalog.
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
const ADD_PARTITIONS = ["glue:CreatePartition", "glue:BatchCreatePartition"] as const;
/** Iceberg moves a table on by updating it in the catalog. */
const WRITE_TABLES = ["glue:CreateTable", "glue:UpdateTable"] as const;
/** Each commit makes one. The catalog keeps them all, up to its limit. */
const TABLE_VERSIONS = [
  "glue:GetTableVersions",
  "glue:BatchDeleteTableVersion",
  "glue:DeleteTableVersion",
] as const;
const FOLDER_MARKERS = ["/", "_$folder$"] as const;
