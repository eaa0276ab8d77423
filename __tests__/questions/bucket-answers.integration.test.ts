import { type OpenLake, openLake } from "../../lake/query";
import { s3Questions } from "../../questions/s3";
import { randomFrom } from "../../sample/random";
import {
  type Answer,
  average,
  distinct,
  first,
  groups,
  last,
  latency,
  micros,
  percent,
  sorted,
  sum,
  text,
  type Values,
} from "../helpers/answer-rows";
import { testAnswers } from "../helpers/computed-answers";
import { keyOf, type TestLake, testLake } from "../helpers/lake";
import { LINES } from "../helpers/lines";

// The answers about buckets are computed from the logged values without SQL.

const random = randomFrom(12);
const COUNT = 300;
const KEY = "private/plan.pdf";
const OPERATIONS = [
  "REST.GET.OBJECT",
  "WEBSITE.GET.OBJECT",
  "REST.COPY.PART_GET",
  "REST.PUT.OBJECT",
  "REST.COPY.OBJECT",
  "REST.DELETE.OBJECT",
  "BATCH.DELETE.OBJECT",
  "S3.CREATE.DELETEMARKER",
  "S3.EXPIRE.OBJECT",
  "REST.GET.BUCKET",
] as const;
const READS: readonly string[] = ["REST.GET.OBJECT", "WEBSITE.GET.OBJECT", "REST.COPY.PART_GET"];
const WRITES: readonly string[] = ["REST.PUT.OBJECT", "REST.COPY.OBJECT"];
const DELETES: readonly string[] = OPERATIONS.slice(5, 9);

/** In two hours: the file is delivered later. Each request has another second. */
const timeOf = (index: number): string =>
  `2026-11-23T0${5 + (index % 2)}:${String(Math.floor(index / 60)).padStart(2, "0")}:${String(index % 60).padStart(2, "0")}`;
const requests: Answer = Array.from({ length: COUNT }, (_, index) => {
  const operation = random.pick(OPERATIONS);
  const isOwn = operation.startsWith("S3.");
  const status = isOwn ? null : random.pick(["200", "206", "403", "404", "503"]);
  const protocol = isOwn ? null : random.pick(["TLSv1.2", "TLSv1.3", null]);
  return {
    time: timeOf(index),
    bucket: random.pick(["media", "reports"]),
    client: isOwn ? null : `198.51.100.${random.skewed(8)}`,
    requester: isOwn
      ? "AmazonS3"
      : random.pick(["arn:aws:iam::111122223333:user/jane", "arn:aws:iam::111122223333:user/bob", null]),
    id: String(index).padStart(8, "0"),
    operation,
    key: operation === "REST.GET.BUCKET" ? null : random.pick([KEY, "a+b.png", "c%2Fd"]),
    status,
    error: status === "403" ? random.pick(["AccessDenied", "InvalidAccessKeyId"]) : null,
    sent: isOwn ? null : random.integer(0, 5000),
    size: isOwn ? null : random.integer(1, 9000),
    duration: isOwn ? null : random.integer(1, 4000),
    version: random.pick(["v1", null]),
    signature: random.pick(["SigV2", "SigV4", null]),
    protocol,
    endpoint: isOwn ? null : "media.s3.amazonaws.com",
    acl: random.pick(["Yes", null]),
  };
});
const linesOf = (rows: Answer): string =>
  rows
    .map((row) =>
      LINES.s3({
        requestdatetime: `[23/Nov/2026:${text(row.time).slice(11)} +0000]`,
        bucket_name: text(row.bucket),
        remoteip: text(row.client),
        requester: text(row.requester),
        requestid: text(row.id),
        operation: text(row.operation),
        key: text(row.key),
        httpstatus: text(row.status),
        errorcode: text(row.error),
        bytessent: text(row.sent),
        objectsize: text(row.size),
        totaltime: text(row.duration),
        versionid: text(row.version),
        sigv: text(row.signature),
        ciphersuite: "-",
        tlsversion: text(row.protocol),
        endpoint: text(row.endpoint),
        aclrequired: text(row.acl),
      }),
    )
    .join("\n");

const isIn =
  (operations: readonly string[]) =>
  ({ operation }: Values): boolean =>
    operations.includes(text(operation));
const isDone = ({ status = null }: Values): boolean => status === null || text(status) < "300";
const isAnswered = ({ status = null }: Values): boolean => status !== null && text(status) < "300";
const done = (rows: Answer, operations: readonly string[]): number =>
  rows.filter(isIn(operations)).filter(isDone).length;
/** Of the values that are not NULL. */
const known = (rows: Answer, name: string): Answer => rows.filter((row) => row[name] !== null);

/** By the question's name. */
const EXPECTED: Readonly<Record<string, () => Answer>> = {
  s3_deleted_objects: () =>
    sorted(
      requests
        .filter(isIn(DELETES))
        .filter(isDone)
        .map(
          ({
            time,
            bucket = null,
            key = null,
            version = null,
            operation = null,
            requester = null,
            client = null,
          }) => ({
            time: micros(text(time)),
            bucket,
            key,
            version,
            operation,
            requester,
            client,
          }),
        ),
      "-time",
    ),
  s3_requesters: () =>
    sorted(
      groups(requests, "bucket", "requester").map(([names, rows]) => ({
        ...names,
        requests: rows.length,
        reads: done(rows, READS),
        writes: done(rows, WRITES),
        deletes: done(rows, DELETES),
        denied: rows.filter(({ status }) => status === "403").length,
        clients: distinct(known(rows, "client"), "client"),
        last_seen: last(rows),
      })),
      "-requests",
      "bucket",
      "requester",
    ),
  s3_object_history: () =>
    sorted(
      requests
        .filter(({ key }) => key === KEY)
        .map(
          ({
            time,
            bucket = null,
            operation = null,
            status = null,
            error = null,
            requester = null,
            ...row
          }) => ({
            time: micros(text(time)),
            bucket,
            operation,
            status,
            error,
            requester,
            client: row.client ?? null,
            bytes_sent: row.sent ?? null,
            version: row.version ?? null,
            request_id: row.id ?? null,
          }),
        ),
      "time",
    ),
  s3_denied_requests: () =>
    sorted(
      groups(
        requests.filter(({ status }) => status === "403"),
        "bucket",
        "operation",
        "requester",
        "error",
      ).map(([names, rows]) => ({
        ...names,
        denied: rows.length,
        keys: distinct(known(rows, "key"), "key"),
        clients: distinct(rows, "client"),
        first_seen: first(rows),
        last_seen: last(rows),
      })),
      "-denied",
      "bucket",
      "operation",
      "requester",
      "error",
    ),
  s3_anonymous_reads: () =>
    sorted(
      groups(
        requests.filter(isIn(READS)).filter((row) => isAnswered(row) && row.requester === null),
        "bucket",
        "key",
      ).map(([names, rows]) => ({
        ...names,
        reads: rows.length,
        clients: distinct(rows, "client"),
        bytes_sent: sum(rows, "sent"),
        last_seen: last(rows),
      })),
      "-reads",
      "bucket",
      "key",
    ),
  s3_top_objects: () =>
    sorted(
      groups(requests.filter(isIn(READS)).filter(isAnswered), "bucket", "key").map(([names, rows]) => ({
        ...names,
        reads: rows.length,
        requesters: distinct(known(rows, "requester"), "requester"),
        clients: distinct(rows, "client"),
        bytes_sent: sum(rows, "sent"),
        object_size: Math.max(...rows.map(({ size }) => Number(size))),
      })),
      "-reads",
      "bucket",
      "key",
    ),
  s3_acl_requests: () =>
    sorted(
      groups(
        requests.filter(({ acl }) => acl === "Yes"),
        "bucket",
        "requester",
        "operation",
      ).map(([names, rows]) => ({
        ...names,
        requests: rows.length,
        keys: distinct(known(rows, "key"), "key"),
        last_seen: last(rows),
      })),
      "-requests",
      "bucket",
      "requester",
      "operation",
    ),
  s3_tls: () => {
    const sent = known(requests, "endpoint");
    return sorted(
      groups(sent, "protocol", "signature").map(([{ protocol = null, signature = null }, rows]) => ({
        tls_protocol: protocol,
        tls_cipher: null,
        signature,
        requests: rows.length,
        clients: distinct(rows, "client"),
        percent_of_requests: percent(rows.length, sent.length),
      })),
      "-requests",
      "tls_protocol",
      "signature",
    );
  },
  s3_operation_time: () =>
    groups(known(requests, "duration"), "operation")
      .sort(([, a], [, b]) => average(b, "duration") - average(a, "duration"))
      .map(([names, rows]) => ({
        ...names,
        requests: rows.length,
        ...latency(rows.map(({ duration }) => Number(duration) / 1000)),
      })),
  s3_requests_over_time: () =>
    sorted(
      groups(
        requests.map((row) => ({ ...row, requested: micros(`${text(row.time).slice(0, 13)}:00:00`) })),
        "requested",
        "bucket",
      ).map(([names, rows]) => ({
        ...names,
        requests: rows.length,
        reads: rows.filter(isIn(READS)).length,
        writes: rows.filter(isIn(WRITES)).length,
        deletes: rows.filter(isIn(DELETES)).length,
        client_errors: rows.filter(({ status }) => text(status).startsWith("4")).length,
        server_errors: rows.filter(({ status }) => text(status).startsWith("5")).length,
        bytes_sent: sum(rows, "sent"),
      })),
      "requested",
      "bucket",
    ),
};

let lake: TestLake;
let open: OpenLake;
beforeAll(async () => {
  lake = testLake();
  lake.put(keyOf("s3"), linesOf(requests));
  expect(await lake.ingest()).toMatchObject({ moved: 1, unparsed: {}, rows: { s3_access_logs: COUNT } });
  open = await openLake(lake.lake);
});
afterAll(() => {
  open.close();
  lake.delete();
});

testAnswers(s3Questions, EXPECTED, () => open);
