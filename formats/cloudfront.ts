import { classifyDistributionObject, distributionGroups } from "./distribution-object";
import { column, type LogFormat } from "./log-format";

/**
 * CloudFront standard logs. Version 1 has 33 fields; newer files may add two; files of 2010 have 12. Version 2 has the fields
 * that its user chooses, as text with a header or as JSON.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
 */
export const cloudfront: LogFormat = {
  id: "cloudfront",
  table: "cloudfront_access_logs",
  title: "CloudFront standard logs (versions 1 and 2)",
  source:
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html (read 2026-11)",
  notes: [
    "A line that is read by position and has `-` as its `sc-status` is unparsed: it could lack a field before the status. In a line that is read by name, `-` is NULL there, too.",
  ],
  separator: "\t",
  header: {
    // Some files have a space after the `#`.
    starts: ["#"],
    lines: 2,
    // RTMP logs from before 2021 also have these.
    sharedFields: ["date", "time", "x-edge-location", "c-ip", "sc-bytes", "cs-uri-stem", "cs-uri-query"],
  },
  json: true,
  fields: [
    {
      name: "date",
      inMilliseconds: { name: "timestamp(ms)", part: "date" },
      token: "tabbedDate",
      columns: [column("date", "date", "Date (UTC) on which the response finished")],
    },
    {
      name: "time",
      inMilliseconds: { name: "timestamp(ms)", part: "time of day" },
      token: "tabbedTime",
      columns: [column("time", "string", "Time of day (UTC) at which the response finished")],
    },
    {
      name: "x-edge-location",
      token: "tabbed",
      columns: [column("x_edge_location", "string", "Edge location that served the request")],
    },
    {
      name: "sc-bytes",
      token: "tabbedInteger",
      columns: [column("sc_bytes", "bigint", "Bytes sent to the viewer, headers included")],
    },
    {
      name: "c-ip",
      token: "tabbed",
      columns: [column("c_ip", "string", "Address of the viewer", "address")],
    },
    { name: "cs-method", token: "tabbed", columns: [column("cs_method", "string", "Method of the request")] },
    {
      name: "cs(Host)",
      token: "tabbed",
      columns: [column("cs_host", "string", "Domain name of the distribution")],
    },
    {
      name: "cs-uri-stem",
      token: "tabbed",
      columns: [column("cs_uri_stem", "string", "Path of the URL, URL-encoded once by CloudFront")],
    },
    {
      name: "sc-status",
      token: "tabbedStatus",
      columns: [column("sc_status", "string", "Status code; 000 when the viewer left first")],
    },
    {
      name: "cs(Referer)",
      token: "tabbed",
      columns: [column("cs_referrer", "string", "Referer header", "url")],
    },
    {
      name: "cs(User-Agent)",
      token: "tabbed",
      columns: [column("cs_user_agent", "string", "User-Agent header, URL-encoded by CloudFront")],
    },
    {
      name: "cs-uri-query",
      token: "tabbed",
      columns: [column("cs_uri_query", "string", "Query string, URL-encoded by CloudFront", "query")],
    },
    {
      name: "cs(Cookie)",
      token: "tabbed",
      columns: [column("cs_cookie", "string", "Cookie header, if the distribution logs cookies", "cookie")],
      optional: true,
    },
    {
      name: "x-edge-result-type",
      token: "tabbed",
      columns: [
        column("x_edge_result_type", "string", "How the edge classified the response, e.g. Hit, Miss, Error"),
      ],
    },
    {
      name: "x-edge-request-id",
      token: "tabbed",
      columns: [column("x_edge_request_id", "string", "Unique id of the request")],
    },
    {
      name: "x-host-header",
      token: "tabbed",
      columns: [column("x_host_header", "string", "Host header sent by the viewer")],
    },
    {
      name: "cs-protocol",
      token: "tabbedLetters",
      columns: [column("cs_protocol", "string", "Protocol of the request: http, https, ws, wss or grpcs")],
    },
    {
      name: "cs-bytes",
      token: "tabbedInteger",
      columns: [column("cs_bytes", "bigint", "Bytes of the request, headers included")],
    },
    {
      name: "time-taken",
      token: "tabbedDecimal",
      columns: [
        column("time_taken", "double", "Seconds from receiving the request to writing the last byte"),
      ],
    },
    {
      name: "x-forwarded-for",
      token: "tabbed",
      columns: [
        column(
          "x_forwarded_for",
          "string",
          "X-Forwarded-For header; set by the viewer, so not always an address",
          "addresses",
        ),
      ],
    },
    { name: "ssl-protocol", token: "tabbed", columns: [column("ssl_protocol", "string", "TLS protocol")] },
    { name: "ssl-cipher", token: "tabbed", columns: [column("ssl_cipher", "string", "TLS cipher")] },
    {
      name: "x-edge-response-result-type",
      token: "tabbed",
      columns: [
        column(
          "x_edge_response_result_type",
          "string",
          "How the edge classified the response just before returning it",
        ),
      ],
    },
    {
      name: "cs-protocol-version",
      token: "tabbed",
      columns: [column("cs_protocol_version", "string", "HTTP version, e.g. HTTP/2.0")],
    },
    {
      name: "fle-status",
      token: "tabbed",
      columns: [column("fle_status", "string", "Field-level encryption status")],
    },
    {
      name: "fle-encrypted-fields",
      token: "tabbedShort",
      columns: [column("fle_encrypted_fields", "int", "Number of fields encrypted")],
    },
    { name: "c-port", token: "tabbedShort", columns: [column("c_port", "int", "Port of the viewer")] },
    {
      name: "time-to-first-byte",
      token: "tabbedDecimal",
      addedWithPrevious: true,
      columns: [
        column(
          "time_to_first_byte",
          "double",
          "Seconds from receiving the request to writing the first byte",
        ),
      ],
    },
    {
      name: "x-edge-detailed-result-type",
      token: "tabbed",
      addedWithPrevious: true,
      columns: [column("x_edge_detailed_result_type", "string", "Result type with the cause of an error")],
    },
    {
      name: "sc-content-type",
      token: "tabbedNoNumber",
      addedWithPrevious: true,
      columns: [column("sc_content_type", "string", "Content-Type header of the response")],
    },
    {
      name: "sc-content-len",
      token: "tabbedDecimal",
      addedWithPrevious: true,
      columns: [
        column(
          "sc_content_len",
          "double",
          "Content-Length header of the response, in bytes; seen with a fraction",
        ),
      ],
    },
    {
      name: "sc-range-start",
      token: "tabbedInteger",
      addedWithPrevious: true,
      // Seen with the last field left out.
      endsIfNull: true,
      columns: [column("sc_range_start", "bigint", "First byte of a range response")],
    },
    {
      name: "sc-range-end",
      token: "tabbedInteger",
      addedWithPrevious: true,
      columns: [column("sc_range_end", "bigint", "Last byte of a range response")],
    },
    {
      name: "distribution-tenant-id",
      token: "tabbedTenant",
      columns: [column("distribution_tenant_id", "string", "Distribution tenant; not in every file")],
      // By default, standard logging version 2 writes the viewer's country here.
      orUnknown: true,
    },
    {
      name: "connection-id",
      token: "tabbed",
      columns: [column("connection_id", "string", "Viewer connection; not in every file")],
    },
  ],
  namedFields: [
    {
      name: "timestamp(ms)",
      token: "tabbedInteger",
      columns: [
        column("timestamp_ms", "bigint", "When the response finished, in milliseconds since 1970 (UTC)"),
      ],
    },
    {
      name: "origin-fbl",
      token: "tabbedDecimal",
      columns: [column("origin_fbl", "double", "Seconds from the request to the origin to its first byte")],
    },
    {
      name: "origin-lbl",
      token: "tabbedDecimal",
      columns: [column("origin_lbl", "double", "Seconds from the request to the origin to its last byte")],
    },
    {
      name: "asn",
      token: "tabbedInteger",
      columns: [column("asn", "bigint", "Number of the viewer's autonomous system")],
    },
    {
      name: "c-country",
      token: "tabbed",
      columns: [column("c_country", "string", "Country of the viewer's address, by its code")],
    },
    {
      name: "cache-behavior-path-pattern",
      token: "tabbed",
      columns: [
        column(
          "cache_behavior_path_pattern",
          "string",
          "Path pattern of the cache behavior that matched the request",
        ),
      ],
    },
  ],
  time: ["date", "time"],
  samples: [
    "2026-11-23\t07:05:00\tFRA56-P4\t23914\t198.51.100.7\tGET\td111111abcdef8.cloudfront.net\t/index.html\t200\thttps://www.example.com/\tMozilla/5.0%20(X11;%20Linux%20x86_64)\ta=b&c=d\tsession=42\tHit\t5rAmTmPGLTLyGbKPDSGRdvWkXxUIO6gzlEpbJj0ZKXNLYFL5QlmqfA==\twww.example.com\thttps\t473\t0.001\t192.0.2.44\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t11040\t0.001\tHit\ttext/html\t23561\t-\t-\tdt_3aBcDeFgHiJkLmNoPqRsT\t0a1b2c3d4e5f",
    "2026-11-23\t07:05:03\tFRA56-P4\t1389\t2001:db8::7\tPOST\td111111abcdef8.cloudfront.net\t/video%2520a.mp4\t206\t-\tcurl/8.10.1\t-\t-\tMiss\tuX0bVYmGLRNyZbKPDSGRdvWkXxUIO6gzlEpbJj0ZKXNLYFL5QlmqfA==\twww.example.com\thttp\t512\t0.212\t-\t-\t-\tMiss\tHTTP/1.1\tProcessed\t2\t51712\t0.201\tMiss\tvideo/mp4\t1024\t0\t1023\t-\t-",
  ],
  sampleKeys: ["E2EXAMPLE1SHOP.2026-11-23-07.4f9k2m1x.gz"],
  lateByHours: 24,
  delivery: {
    kind: "acl",
    by: "distributions",
    setting: "logging_config of a distribution",
    target: "domain-name",
    takesKmsKey: true,
    service: "CloudFront",
    vended: {
      resource: { arn: /^arn:aws:cloudfront::\d{12}:distribution\/[A-Z0-9]+$/, kind: "a distribution" },
      region: "us-east-1",
      namesFields: true,
      logType: "ACCESS_LOGS",
      // In lower case: with capitals, no catalog accepts the name as a key.
      suffixPath: "{distributionid}/{yyyy}/{MM}/{dd}/{HH}",
    },
    excluded: {
      // Opt-in Regions.
      names: [
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
      ],
      // Partitions without CloudFront.
      starts: ["us-gov-", "us-iso", "eu-iso", "eusc-"],
      expected:
        "CloudFront does not deliver standard logs (version 1) to buckets in this Region: deploy to another Region, or remove the CloudFront sources",
    },
  },
  delivered: {
    kind: "flat",
    groups: distributionGroups,
    reason:
      "CloudFront delivers the files of all days to one folder, so that each query and each run would list all of them",
  },
  classify: classifyDistributionObject,
  // Both versions give their files the same names.
  isOfAnyForm: () => true,
};
