import type { SQSEvent } from "aws-lambda";

/** Creation time of the object in all of these events. */
export const EVENT_TIME = "2026-11-23T07:06:12Z";
/** When the pipeline of these objects was deployed: long before. */
export const CONFIGURED_AT = new Date("2026-11-01T00:00:00Z");

/** A queue message with S3's notification as body: keys are form-encoded. */
export const s3Notification = (bucket: string, ...keys: readonly string[]): string =>
  JSON.stringify({
    Records: keys.map((key) => ({
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: "eu-central-1",
      eventTime: EVENT_TIME,
      eventName: "ObjectCreated:Put",
      s3: {
        s3SchemaVersion: "1.0",
        configurationId: "logs",
        bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
        object: { key: formEncoded(key), size: 4, eTag: "0", sequencer: "0055AED6DCD90281E5" },
      },
    })),
  });

const formEncoded = (key: string): string =>
  key
    .split("/")
    .map((part) => encodeURIComponent(part).replaceAll("%20", "+"))
    .join("/");

/** An EventBridge event: the key is not encoded. */
export const eventBridgeEvent = (bucket: string, key: string): string =>
  JSON.stringify({
    version: "0",
    "detail-type": "Object Created",
    source: "aws.s3",
    time: EVENT_TIME,
    account: "111122223333",
    region: "eu-central-1",
    detail: { bucket: { name: bucket }, object: { key, size: 4 }, reason: "PutObject" },
  });

/** S3's test event, sent when a notification is configured. */
export const TEST_EVENT = JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "logs" });

/** A batch of queue messages; the ids are m0, m1 and so on. */
export const sqsEvent = (...bodies: readonly string[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `m${index}`,
    receiptHandle: "r",
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "s",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:111122223333:arrivals",
    awsRegion: "eu-central-1",
  })),
});
