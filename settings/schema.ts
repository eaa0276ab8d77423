import * as z from "zod";
import { FORMAT_IDS, FORMATS } from "../formats";
import { ACCOUNTS_FOLDER } from "../formats/delivery";
import { ADDRESS_MODES, TEXT_MODES } from "../formats/privacy";
import { IDENTIFIER } from "../formats/render/sql-text";
import { ALARM_PROTOCOLS } from "../pipeline/alarm-protocols";
import { LAYOUTS, MAX_SILENT_HOURS } from "../pipeline/log-source";
import {
  BUCKET_EVENTS,
  DAILY_SCHEDULE,
  DEFAULT_LOG_RETENTION_DAYS,
  DEFAULT_PROJECTION_FROM,
  DEFAULT_REPORT_DAYS,
  DEFAULT_REPORT_SCHEDULE,
  DEFAULT_RESULTS_RETENTION_DAYS,
  DEFAULT_SCAN_LIMIT_GIB,
  MAX_REPORT_DAYS,
  PARTITION_MODES,
  PIPELINE_NAME,
} from "../pipeline/props";
import { RUNTIMES } from "../pipeline/runtime";
import { backendSettings } from "./backend";
import { providerSettings } from "./provider";

/** A bucket allows 100 notifications, and a dashboard widget shows 100 alarms; this leaves some for other uses. */
export const MAX_SOURCES = 90;
const MAX_RETENTION_DAYS = 3650;
/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const days = z.int().min(1).max(MAX_RETENTION_DAYS);

/** Any AWS partition: aws, and others such as aws-cn, aws-us-gov and aws-eusc. */
const PARTITION = "aws(?:-[a-z]+)*";
const arn = (rest: string): RegExp => new RegExp(`^arn:${PARTITION}:${rest}$`);
const KMS_KEY = arn("kms:[a-z0-9-]+:\\d{12}:key\\/[\\w-]+");
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** A pebibyte: a larger value is a typing error. */
const MAX_SCAN_GIB = 1024 ** 2;
/** @see https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
export const TAGS = {
  max: 50,
  keyLength: 128,
  valueLength: 256,
  characters: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
} as const;

const TAG_CHARACTERS = "must be letters, digits, spaces, and _ . : / = + - @";

const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;

const accountId = z.string().regex(/^\d{12}$/, "must be a 12-digit AWS account id, in quotes");

const TITLES = Object.values(FORMATS)
  .map(({ id, title }) => `${id}: ${title}`)
  .join("; ");
const DELIVERIES = Object.values(FORMATS).map(({ delivery }) => delivery);
const WITH_ACCOUNTS = [
  ...new Set(DELIVERIES.flatMap((delivery) => (delivery.kind === "bucket-policy" ? delivery.by : []))),
];
const WITHOUT_ACCOUNTS = DELIVERIES.flatMap((delivery) =>
  delivery.kind === "bucket-policy" ? [] : delivery.service,
);
const LATE_HOURS = Object.values(FORMATS)
  .map(({ id, lateByHours }) => `${lateByHours} for ${id}`)
  .join(", ");
const VENDED = Object.values(FORMATS).flatMap(({ id, delivery }) => (delivery.vended ? [id] : []));
const FLAT = Object.values(FORMATS).flatMap(({ id, delivered }) => (delivered.kind === "flat" ? [id] : []));
/** Metadata of an option with a fixed default. */
const withDefault = (description: string, value: string | number | boolean) => ({
  description: `${description}. Default: ${value === "" ? "none" : value}`,
  default: value,
});

const privacy = z.strictObject({
  clientIps: z
    .enum(ADDRESS_MODES)
    .optional()
    .describe("Client addresses. truncate: IPv4 to 24 bits, IPv6 to 48 bits. Default: keep"),
  queryStrings: z
    .enum(TEXT_MODES)
    .optional()
    .describe(
      "Query strings, also in URLs; unless they are kept, user names and passwords in URLs are removed, too. Default: keep",
    ),
  cookies: z.enum(TEXT_MODES).optional().describe("Cookie headers. Default: keep"),
});

const source = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]{0,62}$/,
      'must be lower-case letters, digits, "_" or "-", at most 63 characters',
    )
    .describe("Unique name; the value of the partition key source if the table has it"),
  format: z.enum(FORMAT_IDS).describe(TITLES),
  prefix: z
    .string()
    .regex(
      /^(?:[A-Za-z0-9!_.'()-]+\/)*$/,
      'must be empty or end with "/", without "//", "*" or characters that need encoding',
    )
    .refine(
      (prefix) => !prefix.includes(ACCOUNTS_FOLDER),
      `must not contain "${ACCOUNTS_FOLDER}": AWS adds that folder itself`,
    )
    .describe(
      'Log prefix configured at the load balancer, distribution, bucket or web ACL, with "/" at the end; empty without a prefix. Required for a distribution or bucket that delivers to the pipeline\'s bucket',
    ),
  accounts: z
    .array(accountId)
    .min(1)
    .refine(isUnique, "must name each account once")
    .optional()
    .describe(
      `Accounts whose ${WITH_ACCOUNTS.join(" and ")} may deliver; not for ${WITHOUT_ACCOUNTS.join(" and ")}. Default: the account of the pipeline`,
    ),
  deliverFrom: z
    .string()
    .regex(/^arn:/, "must be an ARN")
    .optional()
    .describe(
      `ARN of a distribution or an Application Load Balancer of the pipeline's account whose logs the pipeline has delivered by CloudWatch Logs, as JSON; only for ${VENDED.join(" and ")}. Default: logs are enabled elsewhere`,
    ),
  partition: z
    .boolean()
    .optional()
    .describe(
      "Partition the table by source, too; must be the same for all sources of a format. Default: false",
    ),
  silentAfterHours: z
    .int()
    .min(0)
    .max(MAX_SILENT_HOURS)
    .optional()
    .describe(
      `Hours without a file after which an alarm is raised; 0: no alarm. A load balancer without requests delivers no files. Default: ${LATE_HOURS}`,
    ),
  layout: z
    .enum(LAYOUTS)
    .optional()
    .describe(
      `hive: each file is moved to a partition of the raw table; as-delivered: the files are read where AWS delivers them and stay there, not for ${FLAT.join(" and ")}. Default: ${LAYOUTS[0]}`,
    ),
  privacy: privacy
    .optional()
    .describe(
      "How the typed table stores personal data; must be the same for all sources of a format unless they are partitioned. Default: as logged",
    ),
});

/** Schema of the settings of a deployment. */
export const settingsSchema = z.strictObject({
  $schema: z.string().optional().describe("JSON Schema for editors; ignored"),
  name: z
    .string()
    .regex(PIPELINE_NAME, 'must be a lower-case letter, then letters, digits or "-", at most 31 characters')
    .describe("Prefix of all names in AWS"),
  region: z
    .string()
    .regex(
      /^[a-z]{2,4}(?:-[a-z]{2,4})?-(?:central|(?:north|south)(?:east|west)?|east|west)-[1-9]$/,
      'must be an AWS Region, e.g. "eu-central-1"',
    )
    .describe("Region of the pipeline; load balancers deliver only to a bucket in their own Region"),
  backend: backendSettings
    .optional()
    .describe('Backend for the Terraform state. Default: { "type": "local" }'),
  sources: z.array(source).min(1).max(MAX_SOURCES).describe("Sources of access logs"),
  provider: providerSettings.optional().describe("Configuration of the AWS provider"),
  existingLogBucket: z
    .string()
    .regex(BUCKET_NAME, "must be the name of a bucket, without a prefix")
    .optional()
    .describe("Existing bucket that receives the logs; it is not changed. Default: a bucket is created"),
  existingLogBucketOwner: accountId
    .optional()
    .describe("Account that owns the existing bucket. Default: the account of the pipeline"),
  existingLogBucketKey: z
    .string()
    .regex(KMS_KEY, "must be the ARN of a KMS key, not of an alias")
    .optional()
    .describe("KMS key that encrypts the objects in the existing bucket. Default: S3's own keys, or kmsKey"),
  existingLogBucketEvents: z
    .enum(BUCKET_EVENTS)
    .optional()
    .describe(
      "How the existing bucket notifies the pipeline: by its events in EventBridge, or by a notification to the pipeline's queue. Default: eventbridge",
    ),
  bucketName: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
      'must be lower-case letters, digits or "-", from 3 to 63 characters',
    )
    .optional()
    .describe("Name of the pipeline's bucket. Default: the name with a unique suffix"),
  keepOriginals: z.boolean().optional().meta(withDefault("Keep the delivered objects, too", false)),
  database: z
    .string()
    .regex(IDENTIFIER, 'must be lower-case letters, digits and "_"')
    .optional()
    .describe('Glue database. Default: the name with "_" instead of "-"'),
  rawRetentionDays: days
    .optional()
    .describe(
      "Days after which the text is deleted: moved files, and files as delivered in a bucket that the pipeline created. Default: never",
    ),
  lakeRetentionDays: days
    .optional()
    .describe("Days after which rows of the typed tables are deleted. Default: never"),
  resultsRetentionDays: days
    .optional()
    .meta(withDefault("Days after which query results are deleted", DEFAULT_RESULTS_RETENTION_DAYS)),
  logRetentionDays: z
    .union(
      LOG_RETENTION_DAYS.map((value) => z.literal(value)),
      {
        error: `must be one of ${LOG_RETENTION_DAYS.join(", ")}`,
      },
    )
    .optional()
    .meta(withDefault("Days after which the functions' logs are deleted", DEFAULT_LOG_RETENTION_DAYS)),
  scanLimitGiB: z
    .number()
    .min(0.01)
    .max(MAX_SCAN_GIB)
    .optional()
    .meta(withDefault("Scan limit of the analysts' workgroup: GiB per query", DEFAULT_SCAN_LIMIT_GIB)),
  columnar: z
    .boolean()
    .optional()
    .meta(withDefault("Create a typed table for each format, in addition to the raw table", true)),
  questions: z
    .boolean()
    .optional()
    .meta(withDefault("Save the built-in questions in the analysts' workgroup, if typed tables exist", true)),
  report: z
    .strictObject({
      schedule: z
        .string()
        .regex(DAILY_SCHEDULE, "must be a time of day, as cron(minute hour * * ? *)")
        .optional()
        .meta(withDefault("Time of day in UTC, as cron(minute hour * * ? *)", DEFAULT_REPORT_SCHEDULE)),
      days: z
        .int()
        .min(1)
        .max(MAX_REPORT_DAYS)
        .optional()
        .meta(
          withDefault(
            "Complete days, in UTC, that each report is about: Athena scans all of them every day",
            DEFAULT_REPORT_DAYS,
          ),
        ),
    })
    .optional()
    .describe(
      "Write a report of the typed tables every day, as an HTML file below _reports/ in the pipeline's bucket. Default: none",
    ),
  partitions: z
    .enum(PARTITION_MODES)
    .optional()
    .meta(
      withDefault(
        "managed: a function adds partitions every hour; projection: Athena computes them",
        PARTITION_MODES[0],
      ),
    ),
  projectionFrom: z.iso
    .date("must be a valid day, as YYYY-MM-DD")
    .optional()
    .describe(`First day of projected partitions. Default: ${DEFAULT_PROJECTION_FROM}`),
  kmsKey: z
    .string()
    .regex(KMS_KEY, "must be the ARN of a KMS key, not of an alias")
    .optional()
    .describe("KMS key that encrypts everything except the bucket for deliveries. Default: AWS's own keys"),
  permissionsBoundary: z
    .string()
    .regex(arn("iam::(?:\\d{12}|aws):policy\\/[\\w+=,.@/-]+"), "must be the ARN of an IAM policy")
    .optional()
    .describe("Permissions boundary of each role. Default: none"),
  iamPath: z
    .string()
    .regex(/^\/(?:[\w+=,.@-]+\/)*$/, 'must start and end with "/"')
    .optional()
    .describe("IAM path of all roles and policies. Default: /"),
  globalNameSuffix: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{0,32}$/, 'must be letters, digits, "_" or "-", at most 32 characters')
    .optional()
    .meta(
      withDefault(
        "Suffix of names that must be unique in the account: IAM roles and policies, and the dashboard. Needed for a pipeline with the same name in another Region",
        "",
      ),
    ),
  lakeFormation: z
    .boolean()
    .optional()
    .meta(withDefault("Grant the functions permissions in Lake Formation", false)),
  lakeFormationLocations: z
    .boolean()
    .optional()
    .meta(
      withDefault(
        "Register the tables' locations with Lake Formation, and grant the functions access",
        false,
      ),
    ),
  analystPolicy: z.boolean().optional().meta(withDefault("Create a managed IAM policy for analysts", false)),
  alarms: z.boolean().optional().meta(withDefault("Create CloudWatch alarms", true)),
  alarmTopic: z
    .string()
    .regex(
      arn("sns:[a-z0-9-]+:\\d{12}:[\\w-]{1,256}"),
      "must be the ARN of a standard SNS topic, not a FIFO topic",
    )
    .optional()
    .describe("Topic that alarms publish to; its policy must allow CloudWatch. Default: a topic is created"),
  alarmSubscriptions: z
    .array(
      z.strictObject({
        protocol: z.enum(ALARM_PROTOCOLS).describe("Protocol of the subscription"),
        endpoint: z
          .string()
          .regex(/^(?:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, "must be an e-mail address or an https URL")
          .describe("E-mail address, which its owner must confirm, or URL"),
      }),
    )
    .refine((list) => isUnique(list.map(({ endpoint }) => endpoint)), "must name each endpoint once")
    .optional()
    .meta({ description: "Subscribers of the alarm topic. Default: none", default: [] }),
  dashboard: z.boolean().optional().meta(withDefault("Create a CloudWatch dashboard", true)),
  vpc: z
    .strictObject({
      subnetIds: z
        .array(z.string().regex(/^subnet-[0-9a-f]+$/, "must be the id of a subnet"))
        .min(1)
        .describe("Subnets that can reach S3 and Athena"),
      securityGroupIds: z
        .array(z.string().regex(/^sg-[0-9a-f]+$/, "must be the id of a security group"))
        .min(1)
        .describe("Security groups of the functions"),
    })
    .optional()
    .describe("Network of the functions. Default: Lambda's own"),
  reservedConcurrency: z
    .boolean()
    .optional()
    .meta(
      withDefault(
        "Reserve concurrency for each function: 10 for move-access-logs, 1 for each other function; 100 of an account's limit cannot be reserved",
        false,
      ),
    ),
  forceDestroy: z
    .boolean()
    .optional()
    .meta(withDefault("Let terraform destroy delete the buckets with all objects: for test accounts", false)),
  runtime: z.enum(RUNTIMES).optional().meta(withDefault("Lambda runtime", RUNTIMES[0])),
  tags: z
    .record(
      z
        .string()
        .min(1)
        .max(TAGS.keyLength)
        .regex(TAGS.characters, TAG_CHARACTERS)
        .refine((key) => !/^aws:/i.test(key), 'must not start with "aws:", which AWS reserves'),
      z.string().max(TAGS.valueLength).regex(TAGS.characters, TAG_CHARACTERS),
    )
    .refine(
      (tags) => Object.keys(tags).length <= TAGS.max,
      `must be at most ${TAGS.max}: AWS allows no more per resource`,
    )
    .optional()
    .describe("Tags of every resource"),
});

/** The settings of one deployment. */
export type Settings = z.output<typeof settingsSchema>;

/** JSON Schema of the settings file, for editors. */
export const settingsJsonSchema = () => z.toJSONSchema(settingsSchema, { io: "input" });
