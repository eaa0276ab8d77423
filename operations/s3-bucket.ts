import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { listPages } from "../handlers/adapters/s3-listing";
import { codeOf, messageOf, nameOf, PermanentError } from "../handlers/core/errors";
import { isRecord } from "../handlers/core/json";
import type { StoredObject } from "../handlers/core/ports";
import { UserError, usageError } from "../terminal/user-error";

export interface S3BucketOptions {
  /** @default the Region of the environment or the profile; a bucket of another Region is found */
  readonly region?: string;
  /** @default the profile of the environment */
  readonly profile?: string;
}

const URL_FORM = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/i;
/** AWS answers there for the buckets of all its usual Regions. */
const FIRST_REGION = "us-east-1";
const MAX_ATTEMPTS = 5;
/** A connection without data for this long is broken, and reading goes on with another. */
const TIMEOUTS = { connectionTimeout: 10_000, socketTimeout: 60_000 };

/**
 * The objects of S3 whose keys begin with a prefix. Credentials come from where the SDK and the AWS CLI look for them.
 *
 * @param url `s3://bucket/prefix`
 * @throws UserError if there is no such bucket, no such object, or no permission to list them
 */
export async function openS3Bucket(url: string, options: S3BucketOptions) {
  const [, bucket, prefix = ""] = URL_FORM.exec(url) ?? [];
  if (bucket === undefined) throw usageError(`${url}: expected s3://bucket or s3://bucket/prefix`);
  const client = await clientFor({ bucket, prefix, url }, options);
  return {
    name: `s3://${bucket}`,
    async *list(): AsyncGenerator<StoredObject> {
      for await (const { objects } of listPages(client, bucket, prefix)) yield* objects;
    },
    /**
     * The bytes of an object.
     *
     * @throws OperationError if this object cannot be read; any other error means that no object can be read now
     */
    read: (object: StoredObject) => bytesOf(client, bucket, object),
  };
}

interface Place {
  readonly url: string;
  readonly bucket: string;
  readonly prefix: string;
}

/** A client of the bucket's Region, with which the objects can be listed. */
async function clientFor(place: Place, options: S3BucketOptions): Promise<S3Client> {
  const client = new S3Client({ ...options, maxAttempts: MAX_ATTEMPTS, requestHandler: TIMEOUTS });
  const region = await client.config.region().catch(() => undefined);
  if (region === undefined) return clientFor(place, { ...options, region: FIRST_REGION });
  try {
    await requireObject(client, place);
    return client;
  } catch (error) {
    const actual = regionOfBucket(error);
    if (actual !== undefined && actual !== region) return clientFor(place, { ...options, region: actual });
    throw explained(error, place);
  }
}

async function requireObject(client: S3Client, { url, bucket, prefix }: Place): Promise<void> {
  for await (const { objects } of listPages(client, bucket, prefix)) if (objects.length > 0) return;
  throw new UserError(
    `${url}: there is no object whose key begins with "${prefix}"; aws s3 ls shows what is there`,
  );
}

/** S3 names the Region of a bucket in its errors. */
function regionOfBucket(error: unknown): string | undefined {
  const { $response } = isRecord(error) ? error : {};
  const { headers } = isRecord($response) ? $response : {};
  const region = isRecord(headers) ? headers["x-amz-bucket-region"] : undefined;
  return typeof region === "string" ? region : undefined;
}

function explained(error: unknown, { url, bucket }: Place): unknown {
  const problem = (text: string) => new UserError(`${url}: ${text}`, undefined, { cause: error });
  const name = nameOf(error);
  if (name === "NoSuchBucket") return problem("the bucket does not exist; check its name");
  if (name === "AccessDenied")
    return problem(`access denied; you need s3:ListBucket on ${bucket}, and s3:GetObject on its objects`);
  return isConnection(error) ? unreachable(url, error) : error;
}

/** Errors of the network have a code of Node, or are several of them. */
const isConnection = (error: unknown): boolean =>
  !hasStatus(error) && (codeOf(error) !== undefined || nameOf(error) === "TimeoutError");
const unreachable = (url: string, cause: unknown): UserError =>
  new UserError(
    `${url}: S3 cannot be reached (${messageOf(cause) || codeOf(cause)}); check the network, and run the same command again to continue`,
    undefined,
    { cause },
  );

/** Reads on where a connection broke off. */
async function* bytesOf(
  client: S3Client,
  bucket: string,
  { key, etag }: StoredObject,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (let attempt = 1; ; attempt++) {
    const rest = offset === 0 ? {} : { Range: `bytes=${offset}-` };
    const request = new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag, ...rest });
    const { Body } = await client.send(request).catch((error: unknown) => {
      throw objectError(error, `s3://${bucket}/${key}`);
    });
    try {
      for await (const chunk of Body as AsyncIterable<Uint8Array>) {
        offset += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw unreachable(`s3://${bucket}/${key}`, error);
    }
  }
}

/** Errors that are about one object, with the reasons. */
const OBJECT_ERRORS: Readonly<Record<string, string>> = {
  AccessDenied: "access denied; you need s3:GetObject, and kms:Decrypt if a KMS key encrypts the object",
  InvalidObjectState: "it is archived; restore it, then run ingest again",
  NoSuchKey: "it was deleted meanwhile",
  PreconditionFailed: "it changed meanwhile; run ingest again",
};

/** S3 says this of an object that is encrypted with a key that each request must have, and has no error code for it. */
const NEEDS_KEY = /Server Side Encryption/i;
const WITH_KEY =
  "it is encrypted with a key that S3 does not keep (SSE-C), and ingest takes no key; copy it with " +
  '"aws s3 cp --sse-c AES256 --sse-c-key fileb://KEY_FILE", then ingest the copy';

function objectError(error: unknown, url: string): unknown {
  const isLocked = nameOf(error) === "InvalidRequest" && NEEDS_KEY.test(messageOf(error));
  const reason = isLocked ? WITH_KEY : OBJECT_ERRORS[String(nameOf(error))];
  if (reason !== undefined) return new PermanentError("STORE_FAILED", reason, { cause: error });
  return isConnection(error) ? unreachable(url, error) : error;
}

const hasStatus = (error: unknown): boolean =>
  isRecord(error) && isRecord(error.$metadata) && error.$metadata.httpStatusCode !== undefined;
