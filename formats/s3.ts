import { bucketGroups, classifyBucketObject } from "./bucket-object";
import { column, type Field, field, type LogFormat } from "./log-format";
import type { PersonalKind } from "./privacy";
import type { TokenKind } from "./tokens";

/** A field that is one column of text. */
const text = (name: string, token: TokenKind, doc: string, personal?: PersonalKind): Field =>
  field(name, token, column(name, "string", doc, personal));

/** A field that is one whole number. */
const count = (name: string, doc: string): Field => field(name, "integer", column(name, "bigint", doc));

/**
 * S3 server access log: 27 fields. Files of 2018 and before have 18; later ones end at any field after these.
 *
 * S3 escapes no quote of a client. A line is a row only if there is one way to read it, so no client can forge fields.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
 */
export const s3: LogFormat = {
  id: "s3",
  table: "s3_access_logs",
  title: "S3 server access logs",
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html (read 2026-11)",
  notes: [
    "`dt` and `hour` are those of the file's name: the time of the delivery, which is usually some hours after the requests. If the bucket's logging partitions keys by the date of the requests (`EventTime`), `dt` is their day and `hour` is `00`. `time` is always the time of the request.",
    "S3 delivers only to a bucket of the same account and Region, which has no KMS key as its default encryption. Let a bucket never log to itself: each delivered file would be logged, too.",
    "The prefix of a source is the part of the target prefix up to its last slash: `logs/` for files like `logs/shop-2026-11-23-07-05-12-4E57427F3EXAMPLE`.",
    "S3 does not escape quotes of clients. A quote inside a field is part of its value if no space is next to it, or if it ends a URL; a line with another one is unparsed, because a client could forge other fields with it.",
    "S3 delivers most requests, not all, and some lines twice: `requestid` tells them apart.",
  ],
  separator: " ",
  fields: [
    text("bucketowner", "firstWord", "Canonical user id of the owner of the bucket"),
    text("bucket_name", "word", "Bucket of the request"),
    {
      name: "requestdatetime",
      token: "bracketedTime",
      columns: [
        {
          ...column(
            "time",
            "timestamp",
            "When S3 received the request (UTC), in seconds; AWS's own table calls it requestdatetime",
          ),
          form: "day-month-year",
        },
      ],
    },
    text("remoteip", "word", "Address of the client; NULL for requests of S3 itself", "address"),
    text(
      "requester",
      "word",
      "ARN of the user or the session of a role, canonical user id, or service; NULL if anonymous",
      "identity",
    ),
    text("requestid", "word", "Unique id of the request"),
    text("operation", "word", "Operation, e.g. REST.GET.OBJECT, or S3.EXPIRE.OBJECT by a lifecycle rule"),
    text("key", "word", "Key of the object, URL-encoded by S3; NULL if the operation has none"),
    text("request_uri", "unescapedRequest", "Method, URL and protocol of the request as sent", "request"),
    text("httpstatus", "status", "Status code of the response; NULL for operations of S3 itself"),
    text("errorcode", "word", "Error code, e.g. AccessDenied; NULL without an error"),
    count("bytessent", "Bytes of the response's body; NULL if there were none"),
    count("objectsize", "Bytes of the object"),
    count("totaltime", "Milliseconds from receiving the request to sending the response's last byte"),
    count(
      "turnaroundtime",
      "Milliseconds from receiving the request's last byte to sending the response's first",
    ),
    text("referrer", "unescapedQuoted", "Referer header", "url"),
    text("useragent", "unescapedQuoted", "User-Agent header"),
    text("versionid", "word", "Version of the object; NULL without versions"),
    {
      ...text("hostid", "word", "Extended id of the request, x-amz-id-2"),
      optional: true,
    },
    text("sigv", "word", "Version of the signature: SigV2 or SigV4; NULL if unsigned"),
    text("ciphersuite", "word", "TLS cipher; NULL for plain HTTP"),
    text("authtype", "word", "AuthHeader, or QueryString for a presigned URL; NULL if unsigned"),
    text("endpoint", "word", "Host that the client connected to"),
    text("tlsversion", "word", "TLS protocol; NULL for plain HTTP"),
    text("accesspointarn", "word", "Access point of the request; NULL without one"),
    text("aclrequired", "word", "Yes if the request was allowed by an access control list"),
    text("sourceregion", "word", "Region of the request; NULL if it came from outside of AWS"),
  ],
  time: ["time"],
  samples: [
    '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be shop-media [23/Nov/2026:07:05:12 +0000] 198.51.100.7 arn:aws:sts::111122223333:assumed-role/uploads/web-1 3E57427F3EXAMPLE REST.GET.OBJECT images/a+b.png "GET /images/a%20b.png?versionId=v1 HTTP/1.1" 206 - 1024 4406583 41 28 "https://www.example.com/" "Mozilla/5.0 (X11; Linux x86_64)" v1 s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 TLS_AES_128_GCM_SHA256 AuthHeader shop-media.s3.eu-central-1.amazonaws.com TLSv1.3 arn:aws:s3:eu-central-1:111122223333:accesspoint/web Yes eu-central-1',
    '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be shop-media [23/Nov/2026:07:05:14 +0000] 2001:db8::7 - 7B4A0FABBEXAMPLE REST.GET.OBJECT private/plan.pdf "GET /private/plan.pdf HTTP/1.1" 403 AccessDenied 243 - 8 - "-" "curl/8.10.1" - uX0bVYmGLRNyZbKPDSGRdvWkXxUIO6gzlEpbJj0ZKXNLYFL5QlmqfA1234= - TLS_AES_128_GCM_SHA256 - shop-media.s3.eu-central-1.amazonaws.com TLSv1.3 - - -',
  ],
  sampleKeys: [
    "2026-11-23-07-05-12-4E57427F3EXAMPLE",
    "111122223333/eu-central-1/shop-media/2026/11/23/2026-11-23-07-05-12-4E57427F3EXAMPLE",
  ],
  // Files that are named by the day of the requests can arrive at any time of this day, and some hours after it.
  lateByHours: 30,
  delivery: {
    kind: "own-account",
    by: "buckets",
    setting: "aws_s3_bucket_logging of a bucket",
    target: "key-prefix",
    takesKmsKey: false,
    statementId: "S3LogDelivery",
    service: "S3",
    principal: "logging.s3.amazonaws.com",
  },
  delivered: {
    kind: "flat",
    groups: bucketGroups,
    reason:
      "S3 delivers the files of all days to one folder, unless the bucket's logging partitions the keys by date, which the pipeline cannot see",
  },
  classify: classifyBucketObject,
};
