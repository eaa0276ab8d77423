import { type FormatQuestion, limit, type Question, questionsOf } from "./question";
import { latencies, percent } from "./words";

const DENIED = "httpstatus = '403'";
const SUCCEEDED = "(httpstatus LIKE '2%' OR httpstatus IS NULL)";
/** Requests that delete objects or versions, also many at once, and lifecycle rules. */
const DELETES = "regexp_like(operation, 'DELETE[.]OBJECT|CREATE[.]DELETEMARKER|EXPIRE[.]OBJECT')";
/** Also by the website of a bucket, and as the source of a copy. */
const READS =
  "operation IN ('REST.GET.OBJECT', 'WEBSITE.GET.OBJECT', 'REST.COPY.OBJECT_GET', 'REST.COPY.PART_GET')";
const WRITES = "regexp_like(operation, '^REST[.](PUT|POST|COPY)[.](OBJECT|PART|UPLOAD)$')";
const ACTOR = "bucket_name AS bucket, requester";

const QUESTIONS: readonly FormatQuestion[] = [
  {
    name: "deleted_objects",
    title: "Who deleted which objects?",
    explanation:
      "One row per deleted object or version, newest first. The requester AmazonS3 is a lifecycle rule; an empty requester is anonymous.",
    parameters: [limit(100)],
    sql: `SELECT time, bucket_name AS bucket, key, versionid AS version, operation, requester, remoteip AS client
FROM {table}
WHERE {range} AND ${DELETES} AND ${SUCCEEDED}
ORDER BY time DESC, bucket, key, version
LIMIT {limit}`,
  },
  {
    name: "requesters",
    title: "Which requesters read, write and delete in which bucket?",
    explanation:
      "One row per bucket and requester, with the numbers of successful requests for objects. An empty requester is anonymous.",
    parameters: [limit(50)],
    sql: `SELECT ${ACTOR}, count(*) AS requests,
  count(*) FILTER (WHERE ${READS} AND ${SUCCEEDED}) AS reads,
  count(*) FILTER (WHERE ${WRITES} AND ${SUCCEEDED}) AS writes,
  count(*) FILTER (WHERE ${DELETES} AND ${SUCCEEDED}) AS deletes,
  count(*) FILTER (WHERE ${DENIED}) AS denied, count(DISTINCT remoteip) AS clients, max(time) AS last_seen
FROM {table}
WHERE {range}
GROUP BY bucket_name, requester
ORDER BY requests DESC, bucket, requester
LIMIT {limit}`,
  },
  {
    name: "object_history",
    title: "Who did what with one object, step by step?",
    explanation: "One row per request for the key, oldest first.",
    parameters: [
      {
        name: "key",
        type: "text",
        example: "private/plan.pdf",
        doc: "key of the object, URL-encoded as logged",
      },
      limit(200),
    ],
    sql: `SELECT time, bucket_name AS bucket, operation, httpstatus AS status, errorcode AS error, requester,
  remoteip AS client, bytessent AS bytes_sent, versionid AS version, requestid AS request_id
FROM {table}
WHERE {range} AND key = {key}
ORDER BY time, request_id
LIMIT {limit}`,
  },
  {
    name: "denied_requests",
    title: "Which requests does a bucket deny, and whose are they?",
    explanation:
      "One row per bucket, operation and requester with 403 responses. An empty requester is anonymous.",
    parameters: [limit(50)],
    sql: `SELECT bucket_name AS bucket, operation, requester, errorcode AS error, count(*) AS denied,
  count(DISTINCT key) AS keys, count(DISTINCT remoteip) AS clients, min(time) AS first_seen, max(time) AS last_seen
FROM {table}
WHERE {range} AND ${DENIED}
GROUP BY bucket_name, operation, requester, errorcode
ORDER BY denied DESC, bucket, operation, requester, error
LIMIT {limit}`,
  },
  {
    name: "anonymous_reads",
    title: "Which objects are read without a signature?",
    explanation: "Objects that a policy or an access control list makes public, with the number of clients.",
    parameters: [limit(50)],
    sql: `SELECT bucket_name AS bucket, key, count(*) AS reads, count(DISTINCT remoteip) AS clients,
  sum(bytessent) AS bytes_sent, max(time) AS last_seen
FROM {table}
WHERE {range} AND requester IS NULL AND ${READS} AND httpstatus LIKE '2%'
GROUP BY bucket_name, key
ORDER BY reads DESC, bucket, key
LIMIT {limit}`,
  },
  {
    name: "top_objects",
    title: "Which objects are read most, and how many bytes were sent?",
    explanation: "One row per object. A read of a part of an object counts as one read.",
    parameters: [limit(20)],
    sql: `SELECT bucket_name AS bucket, key, count(*) AS reads, count(DISTINCT requester) AS requesters,
  count(DISTINCT remoteip) AS clients, sum(bytessent) AS bytes_sent, max(objectsize) AS object_size
FROM {table}
WHERE {range} AND ${READS} AND httpstatus LIKE '2%'
GROUP BY bucket_name, key
ORDER BY reads DESC, bucket, key
LIMIT {limit}`,
  },
  {
    name: "acl_requests",
    title: "Which requests need access control lists?",
    explanation:
      "Requests that would be denied with access control lists disabled. Give these requesters a policy, then disable the lists.",
    parameters: [limit(50)],
    sql: `SELECT ${ACTOR}, operation, count(*) AS requests, count(DISTINCT key) AS keys, max(time) AS last_seen
FROM {table}
WHERE {range} AND aclrequired = 'Yes'
GROUP BY bucket_name, requester, operation
ORDER BY requests DESC, bucket, requester, operation
LIMIT {limit}`,
  },
  {
    name: "tls",
    title: "Which TLS versions and signatures do clients use?",
    explanation:
      "One row per protocol, cipher and signature, with the number of clients that would lose access without it. Empty protocol: plain HTTP.",
    parameters: [],
    sql: `SELECT tlsversion AS tls_protocol, ciphersuite AS tls_cipher, sigv AS signature, count(*) AS requests,
  count(DISTINCT remoteip) AS clients,
  ${percent("count(*)", "sum(count(*)) OVER ()")} AS percent_of_requests
FROM {table}
WHERE {range} AND endpoint IS NOT NULL
GROUP BY tlsversion, ciphersuite, sigv
ORDER BY requests DESC, tls_protocol, tls_cipher, signature`,
  },
  {
    name: "operation_time",
    title: "How long do operations take?",
    explanation:
      "Seconds from receiving a request to sending the last byte, by operation: it includes the time of the client's network. Athena computes approximate quantiles.",
    parameters: [],
    sql: `SELECT operation, count(*) AS requests,
  ${latencies({ seconds: "seconds" })}
FROM (
  SELECT operation, totaltime / 1e3 AS seconds
  FROM {table}
  WHERE {range} AND totaltime >= 0
)
GROUP BY operation
ORDER BY average DESC, operation`,
  },
  {
    name: "requests_over_time",
    title: "How many requests of each kind were there, hour by hour?",
    explanation: "One row per bucket and hour (UTC) of the requests, which S3 delivers later.",
    parameters: [],
    sql: `SELECT date_trunc('hour', time) AS requested, bucket_name AS bucket, count(*) AS requests,
  count(*) FILTER (WHERE ${READS}) AS reads, count(*) FILTER (WHERE ${WRITES}) AS writes,
  count(*) FILTER (WHERE ${DELETES}) AS deletes,
  count(*) FILTER (WHERE httpstatus LIKE '4%') AS client_errors,
  count(*) FILTER (WHERE httpstatus LIKE '5%') AS server_errors, sum(bytessent) AS bytes_sent
FROM {table}
WHERE {range}
GROUP BY 1, 2
ORDER BY requested, bucket`,
  },
];

/** Questions about the requests to buckets. */
export const s3Questions: readonly Question[] = questionsOf("s3", QUESTIONS);
