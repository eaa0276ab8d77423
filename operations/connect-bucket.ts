import {
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { UserError } from "../terminal/user-error";
import { type Connection, normalized, planConnection, planRemoval } from "./notification-plan";

export interface ConnectOptions {
  readonly bucket: string;
  /** Account that must own the bucket: buckets of other accounts are never changed. */
  readonly owner: string;
  /** @default the Region of the environment */
  readonly region?: string;
  readonly connection: Connection;
  readonly remove: boolean;
  /** Called with the planned changes; the configuration is written only if it returns true. */
  readonly confirm: (changes: readonly string[]) => Promise<boolean>;
}

/** Outcome for the bucket's configuration. */
export type Connected =
  | { readonly kind: "unchanged" }
  | { readonly kind: "declined"; readonly changes: readonly string[] }
  | { readonly kind: "written"; readonly changes: readonly string[] };

/**
 * Connects an existing bucket to the pipeline, without changing its other notifications.
 *
 * S3 keeps one notification document per bucket, without versions: it is read, changed, written whole, and
 * read again. If it differs from the written document, the previous document is restored.
 *
 * @throws UserError if S3 refuses, if another entry covers the same objects, or if the document differs
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
 */
export async function connectBucket(options: ConnectOptions): Promise<Connected> {
  const { region } = options;
  const client = new S3Client({ maxAttempts: 5, ...(region === undefined ? {} : { region }) });
  const before = await read(client, options);
  const plan = (options.remove ? planRemoval : planConnection)(before, options.connection);
  const { next, changes } = plan;
  if (changes.length === 0) return { kind: "unchanged" };
  if (!(await options.confirm(changes))) return { kind: "declined", changes };
  await write(client, options, next);
  const after = await read(client, options);
  if (normalized(after) === normalized(next)) return { kind: "written", changes };
  await write(client, options, before);
  throw new UserError(
    `bucket ${options.bucket}: its notification configuration differs from the written one, so the earlier one was restored; another program may have changed it. Try again`,
  );
}

async function read(client: S3Client, { bucket, owner }: ConnectOptions): Promise<NotificationConfiguration> {
  const { $metadata, ...configuration } = await client.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: bucket, ExpectedBucketOwner: owner }),
  );
  return configuration;
}

async function write(
  client: S3Client,
  { bucket, owner }: ConnectOptions,
  NotificationConfiguration: NotificationConfiguration,
): Promise<void> {
  await client.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      ExpectedBucketOwner: owner,
      NotificationConfiguration,
      SkipDestinationValidation: false,
    }),
  );
}
