import { PermanentError } from "./core/errors";
import type { ArrivedObject } from "./core/move-plan";

/**
 * Reads the objects that a queue message tells of: an S3 event notification with any number of records, an
 * EventBridge "Object Created" event, or S3's test event (none).
 *
 * @param body text of the message
 * @throws PermanentError `INVALID_EVENT` if it is none of these
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function arrivedObjects(body: string): ArrivedObject[] {
  const event = parseJson(body);
  if (isObject(event)) {
    if (event.Event === "s3:TestEvent") return [];
    if (Array.isArray(event.Records)) return event.Records.map(fromNotification);
    if (event.source === "aws.s3" && isObject(event.detail))
      return [{ ...fromEventBridge(event.detail), ...deliveredAt(event.time) }];
  }
  throw invalidEvent(body);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalidEvent(body);
  }
}

function fromNotification(record: unknown): ArrivedObject {
  const s3 = isObject(record) ? record.s3 : undefined;
  const object = isObject(s3) ? objectOf(s3) : undefined;
  if (!object) throw invalidEvent(JSON.stringify(record));
  return {
    ...object,
    // Form-encoded, as a web form would be: "+" is a space.
    key: decodeURIComponent(object.key.replaceAll("+", " ")),
    ...(isObject(record) ? deliveredAt(record.eventTime) : {}),
  };
}

/** EventBridge gives keys as they are. */
function fromEventBridge(detail: Record<string, unknown>): ArrivedObject {
  const object = objectOf(detail);
  if (!object) throw invalidEvent(JSON.stringify(detail));
  return object;
}

function objectOf({ bucket, object }: Record<string, unknown>): ArrivedObject | undefined {
  if (!isObject(bucket) || !isObject(object)) return undefined;
  if (typeof bucket.name !== "string" || typeof object.key !== "string") return undefined;
  return {
    bucket: bucket.name,
    key: object.key,
    ...(typeof object.size === "number" ? { size: object.size } : {}),
  };
}

/** Events without a time, or with a strange one, are as good as any: it is only measured. */
function deliveredAt(time: unknown): Pick<ArrivedObject, "deliveredAt"> {
  const instant = new Date(typeof time === "string" ? time : Number.NaN);
  return Number.isNaN(instant.getTime()) ? {} : { deliveredAt: instant };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const SHOWN_CHARACTERS = 200;
const invalidEvent = (text: string): PermanentError =>
  new PermanentError(
    "INVALID_EVENT",
    `expected an S3 notification or an EventBridge event of a new object, got ${text.slice(0, SHOWN_CHARACTERS)}`,
  );
