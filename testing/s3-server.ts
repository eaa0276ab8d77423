import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { type LocalServer, startServer } from "./start-server";
import { escapeXml, keysInXml } from "./xml";

interface S3Object {
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: Date;
}

/**
 * A fault that a test requests. It is called before each request; its answer is sent instead of executing the
 * request.
 */
export type Fault = (request: S3Request) => FaultAnswer | undefined;
export type FaultAnswer =
  | {
      readonly status: number;
      readonly code: string;
      /** @default the code */
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection ends in the middle of the object. */
  | "broken-off";

export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** Region that the request is signed for. */
  readonly region: string;
  /** True for CopyObject. */
  readonly isCopy: boolean;
  /** True for DeleteObjects. */
  readonly isBatchDelete: boolean;
}

/** An S3 server in memory that enforces all preconditions of the operations that the project uses. */
export interface S3Server extends LocalServer {
  readonly requests: readonly S3Request[];
  forgetRequests(): void;
  /** Maximum of concurrent requests. */
  readonly maxInFlight: number;
  setFault(fault: Fault | undefined): void;
  put(bucket: string, key: string, body: string | Buffer, modified?: Date): void;
  delete(bucket: string, key: string): void;
  read(bucket: string, key: string): string | undefined;
  /** The same without decoding. */
  bytes(bucket: string, key: string): Buffer | undefined;
  keys(bucket: string): string[];
  /** Documents of a bucket by its name and kind, e.g. `logs policy`: JSON of a policy, XML of all others. */
  readonly documents: Map<string, string>;
  /** Notification document of a bucket, as it was last written. */
  readonly notifications: Map<string, string>;
  clear(): void;
}

/** @param latencyMs minimum duration of every request: S3's latency, for measurements */
export async function startS3Server(latencyMs = 0): Promise<S3Server> {
  const buckets = new Map<string, Map<string, S3Object>>();
  const requests: S3Request[] = [];
  const notifications = new Map<string, string>();
  const documents = new Map<string, string>();
  let fault: Fault | undefined;
  let inFlight = 0;
  let maxInFlight = 0;
  const uploads: Uploads = new Map();
  const server = await startServer(async (request, response) => {
    inFlight++;
    maxInFlight = Math.max(maxInFlight, inFlight);
    const body = await buffer(request);
    if (latencyMs > 0) await setTimeout(latencyMs);
    const parsed = parseRequest(request);
    requests.push(parsed);
    const failure = fault?.(parsed);
    if (failure === "broken-off") breakOff(buckets.get(parsed.bucket)?.get(parsed.key), response);
    else if (failure) {
      for (const [name, value] of Object.entries(failure.headers ?? {})) response.setHeader(name, value);
      sendError(response, failure.status, failure.code, false, failure.message);
    } else if (parsed.bucket === "") sendBuckets(buckets, request, response);
    else if (documentKind(request)) sendDocument(documents, response, parsed.bucket, documentKind(request));
    else if (new URL(request.url ?? "", "http://s3").searchParams.has("notification"))
      handleNotification(notifications, request, response, parsed, body);
    else if (isPartOfUpload(request)) handleUpload(uploads, bucketOf, request, response, parsed, body);
    else handle(buckets, request, response, parsed, body);
    inFlight--;
  });
  const bucketOf = (name: string) => {
    const bucket = buckets.get(name) ?? new Map<string, S3Object>();
    buckets.set(name, bucket);
    return bucket;
  };
  return {
    ...server,
    requests,
    forgetRequests: () => {
      requests.length = 0;
    },
    get maxInFlight() {
      return maxInFlight;
    },
    setFault: (next) => {
      fault = next;
    },
    put: (bucket, key, body, modified = new Date()) =>
      void bucketOf(bucket).set(key, { ...objectOf(Buffer.from(body)), modified }),
    delete: (bucket, key) => void bucketOf(bucket).delete(key),
    read: (bucket, key) => bucketOf(bucket).get(key)?.body.toString(),
    bytes: (bucket, key) => bucketOf(bucket).get(key)?.body,
    notifications,
    documents,
    keys: (bucket) => [...bucketOf(bucket).keys()].sort(),
    clear: () => {
      buckets.clear();
      requests.length = 0;
      maxInFlight = 0;
      fault = undefined;
    },
  };
}

/** Owner of every bucket. */
export const OWNER = "111122223333";
const EMPTY_DOCUMENT = '<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>';

/** One document per bucket: a put replaces the whole document. */
function handleNotification(
  notifications: Map<string, string>,
  { headers }: IncomingMessage,
  response: ServerResponse,
  { method, bucket }: S3Request,
  body: Buffer,
): ServerResponse {
  const expected = headers["x-amz-expected-bucket-owner"];
  // Writes must name the expected bucket owner.
  if (expected !== OWNER && (method === "PUT" || expected !== undefined))
    return sendError(response, 403, "AccessDenied");
  if (method === "PUT") {
    notifications.set(bucket, body.toString());
    return response.end();
  }
  response.writeHead(200, { "content-type": "application/xml" });
  return response.end(notifications.get(bucket) ?? EMPTY_DOCUMENT);
}

function sendBuckets(
  buckets: Map<string, unknown>,
  { url = "" }: IncomingMessage,
  response: ServerResponse,
): ServerResponse {
  const prefix = new URL(url, "http://s3").searchParams.get("prefix") ?? "";
  const names = [...buckets.keys()].filter((name) => name.startsWith(prefix)).sort();
  return sendXml(
    response,
    `<ListAllMyBucketsResult><Buckets>${names.map((name) => `<Bucket><Name>${name}</Name></Bucket>`).join("")}</Buckets></ListAllMyBucketsResult>`,
  );
}

/** Kinds of read-only documents, with the error for a bucket without one. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  policy: "NoSuchBucketPolicy",
  ownershipControls: "OwnershipControlsNotFoundError",
};

function documentKind({ url = "", method }: IncomingMessage): string | undefined {
  const query = new URL(url, "http://s3").searchParams;
  return method === "GET" ? Object.keys(DOCUMENTS).find((kind) => query.has(kind)) : undefined;
}

function sendDocument(
  documents: Map<string, string>,
  response: ServerResponse,
  bucket: string,
  kind = "",
): ServerResponse {
  const document = documents.get(`${bucket} ${kind}`);
  if (document === undefined) return sendError(response, 404, DOCUMENTS[kind] ?? "");
  response.writeHead(200, { "content-type": kind === "policy" ? "application/json" : "application/xml" });
  return response.end(document);
}

const objectOf = (body: Buffer): S3Object => ({
  body,
  etag: createHash("md5").update(body).digest("hex"),
  modified: new Date(),
});

function parseRequest({ method = "", url = "", headers }: IncomingMessage): S3Request {
  const [path = "", query = ""] = url.split("?");
  const [, bucket = "", ...key] = path.split("/");
  return {
    method,
    bucket: decodeURIComponent(bucket),
    key: key.map(decodeURIComponent).join("/"),
    region: /Credential=[^/]+\/\d+\/([^/]+)/.exec(headers.authorization ?? "")?.[1] ?? "",
    isCopy: headers["x-amz-copy-source"] !== undefined,
    isBatchDelete: method === "POST" && new URLSearchParams(query).has("delete"),
  };
}

function handle(
  buckets: Map<string, Map<string, S3Object>>,
  request: IncomingMessage,
  response: ServerResponse,
  { method, bucket: bucketName, key, isCopy, isBatchDelete }: S3Request,
  content: Buffer,
): ServerResponse {
  if (key === "" && method === "PUT") {
    buckets.set(bucketName, buckets.get(bucketName) ?? new Map());
    return response.end();
  }
  const bucket = buckets.get(bucketName);
  if (!bucket) return sendError(response, 404, "NoSuchBucket");
  if (isBatchDelete) return deleteObjects(bucket, response, content);
  if (key === "") return listObjects(bucket, response, new URL(request.url ?? "", "http://s3").searchParams);
  const current = bucket.get(key);
  if (method === "PUT") {
    const failed = failedPrecondition(request, current);
    if (failed) return sendError(response, 412, "PreconditionFailed");
    if (isCopy) return copyObject(buckets, bucket, key, request, response);
    const object = objectOf(withoutChunks(request, content));
    bucket.set(key, object);
    response.setHeader("etag", `"${object.etag}"`);
    return response.end();
  }
  if (method === "DELETE") {
    if (current && failedPrecondition(request, current))
      return sendError(response, 412, "PreconditionFailed");
    bucket.delete(key);
    return response.writeHead(204).end();
  }
  if (!current) return sendError(response, 404, "NoSuchKey", method === "HEAD");
  if (failedPrecondition(request, current)) return sendError(response, 412, "PreconditionFailed");
  const [, start, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  if (Number(start) >= current.body.length) return sendError(response, 416, "InvalidRange");
  const body = current.body.subarray(Number(start ?? 0), last ? Number(last) + 1 : undefined);
  response.setHeader("etag", `"${current.etag}"`);
  response.setHeader("content-length", body.length);
  response.setHeader("last-modified", current.modified.toUTCString());
  response.statusCode = start === undefined ? 200 : 206;
  if (start !== undefined)
    response.setHeader(
      "content-range",
      `bytes ${start}-${Number(start) + body.length - 1}/${current.body.length}`,
    );
  return response.end(method === "HEAD" ? undefined : body);
}

/** Parts of the uploads that have not ended, by their numbers. */
type Uploads = Map<string, Map<number, Buffer>>;

const MIN_PART_BYTES = 5 << 20;

const uploadQuery = ({ url = "" }: IncomingMessage) => new URL(url, "http://s3").searchParams;
const isPartOfUpload = (request: IncomingMessage): boolean =>
  uploadQuery(request).has("uploads") || uploadQuery(request).has("uploadId");

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
function handleUpload(
  uploads: Uploads,
  bucketOf: (name: string) => Map<string, S3Object>,
  request: IncomingMessage,
  response: ServerResponse,
  { method, bucket, key }: S3Request,
  body: Buffer,
): ServerResponse {
  const query = uploadQuery(request);
  const id = query.get("uploadId") ?? String(uploads.size + 1);
  if (query.has("uploads")) {
    uploads.set(id, new Map());
    return sendXml(
      response,
      `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  }
  const parts = uploads.get(id);
  if (!parts) return sendError(response, 404, "NoSuchUpload");
  if (method === "PUT") {
    const part = withoutChunks(request, body);
    parts.set(Number(query.get("partNumber")), part);
    response.setHeader("etag", `"${objectOf(part).etag}"`);
    // Required at the end, because the upload was begun with an algorithm.
    response.setHeader("x-amz-checksum-crc32", String(request.headers["x-amz-checksum-crc32"] ?? ""));
    return response.end();
  }
  uploads.delete(id);
  if (method === "DELETE") return response.writeHead(204).end();
  const bytes = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
  if (bytes.slice(0, -1).some(({ length }) => length < MIN_PART_BYTES))
    return sendError(response, 400, "EntityTooSmall");
  if (body.toString().split("<ChecksumCRC32>").length - 1 !== bytes.length)
    return sendError(response, 400, "InvalidRequest");
  bucketOf(bucket).set(key, objectOf(Buffer.concat(bytes)));
  return sendXml(
    response,
    "<CompleteMultipartUploadResult><ETag>&quot;parts&quot;</ETag></CompleteMultipartUploadResult>",
  );
}

function breakOff(object: S3Object | undefined, response: ServerResponse): void {
  const body = object?.body ?? Buffer.alloc(0);
  response.setHeader("content-length", body.length);
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

const unquoted = (etag: string): string => etag.replaceAll('"', "");

function failedPrecondition({ headers }: IncomingMessage, current: S3Object | undefined): boolean {
  if (headers["if-none-match"] === "*" && current) return true;
  const expected = headers["if-match"];
  return expected !== undefined && unquoted(expected) !== current?.etag;
}

function copyObject(
  buckets: Map<string, Map<string, S3Object>>,
  target: Map<string, S3Object>,
  key: string,
  { headers }: IncomingMessage,
  response: ServerResponse,
): ServerResponse {
  // As S3 does: decoded exactly once.
  const source = decodeURIComponent(String(headers["x-amz-copy-source"]).replace(/^\//, ""));
  const slash = source.indexOf("/");
  const object = buckets.get(source.slice(0, slash))?.get(source.slice(slash + 1));
  if (!object) return sendError(response, 404, "NoSuchKey");
  const expected = headers["x-amz-copy-source-if-match"];
  if (expected !== undefined && unquoted(String(expected)) !== object.etag) {
    return sendError(response, 412, "PreconditionFailed");
  }
  if (target.get(key) === object) return sendError(response, 400, "InvalidRequest");
  target.set(key, { ...object, modified: new Date() });
  return sendXml(response, `<CopyObjectResult><ETag>&quot;${object.etag}&quot;</ETag></CopyObjectResult>`);
}

function deleteObjects(
  bucket: Map<string, S3Object>,
  response: ServerResponse,
  body: Buffer,
): ServerResponse {
  const keys = keysInXml(body.toString());
  if (keys.length > 1000 || ![...keys.join("")].every(isInXml))
    return sendError(response, 400, "MalformedXML");
  for (const key of keys) bucket.delete(key);
  return sendXml(response, "<DeleteResult></DeleteResult>");
}

/** XML 1.0 cannot represent other characters, not even as references. */
const isInXml = (character: string): boolean => character >= " " || "\t\n\r".includes(character);

function listObjects(
  bucket: Map<string, S3Object>,
  response: ServerResponse,
  query: URLSearchParams,
): ServerResponse {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const limit = Number(query.get("max-keys") ?? 1000);
  const entries = new Map<string, S3Object | "prefix">();
  for (const [key, object] of bucket) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (end < 0) entries.set(key, object);
    else entries.set(key.slice(0, end + delimiter.length), "prefix");
  }
  const names = [...entries.keys()]
    .filter((name) => Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const page = names.slice(0, limit).map((name) => listedEntry(name, entries.get(name)));
  const next =
    names.length > limit
      ? `<NextContinuationToken>${escapeXml(names[limit - 1] ?? "")}</NextContinuationToken>`
      : "";
  return sendXml(
    response,
    `<ListBucketResult><IsTruncated>${next !== ""}</IsTruncated>${next}${page.join("")}</ListBucketResult>`,
  );
}

/** An object, or the start of several keys. */
const listedEntry = (name: string, entry: S3Object | "prefix" | undefined): string =>
  entry === undefined || entry === "prefix"
    ? `<CommonPrefixes><Prefix>${escapeXml(name)}</Prefix></CommonPrefixes>`
    : `<Contents><Key>${escapeXml(name)}</Key><ETag>&quot;${entry.etag}&quot;</ETag><LastModified>${entry.modified.toISOString()}</LastModified><Size>${entry.body.length}</Size></Contents>`;

/** The body of a streamed upload consists of chunks with their lengths. */
function withoutChunks({ headers }: IncomingMessage, body: Buffer): Buffer {
  if (!String(headers["content-encoding"] ?? "").includes("aws-chunked")) return body;
  const parts: Buffer[] = [];
  for (let start = 0; ; ) {
    const end = body.indexOf("\r\n", start);
    const size = Number.parseInt(body.toString("latin1", start, end), 16);
    if (end < 0 || !size) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + size));
    start = end + 2 + size + 2;
  }
}

function sendXml(response: ServerResponse, xml: string, status = 200): ServerResponse {
  response.writeHead(status, { "content-type": "application/xml" });
  return response.end(`<?xml version="1.0"?>${xml}`);
}

function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  isHead = false,
  message = code,
): ServerResponse {
  if (isHead) return response.writeHead(status).end();
  return sendXml(response, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`, status);
}
