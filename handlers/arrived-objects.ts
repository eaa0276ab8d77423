import * as z from "zod/mini";
import { PermanentError } from "./core/errors";
import { jsonOf, problemsOf } from "./core/json";
import type { ArrivedObject } from "./core/move-plan";

/** Determines which of the three events it is: each of these fields is in only one of them. */
const anyMessage = z.object({
  Event: z.optional(z.unknown()),
  Records: z.optional(z.unknown()),
  detail: z.optional(z.unknown()),
});

/** S3's test event, sent when a notification is configured. It contains no object. */
const testEvent = z.object({ Event: z.literal("s3:TestEvent") });

/** Events without a valid time are accepted: the time is only for a metric. */
const time = z.optional(z.unknown());

const described = { bucket: z.object({ name: z.string() }) };
const size = z.optional(z.number());

/** Form-encoded, as in a web form: "+" is a space. */
const formEncoded = z.pipe(
  z.string(),
  z.transform((text, context) => {
    try {
      return decodeURIComponent(text.replaceAll("+", " "));
    } catch {
      context.issues.push({ code: "custom", message: "expected a form-encoded key", input: text });
      return z.NEVER;
    }
  }),
);

const notification = z.object({ Records: z.array(z.unknown()) });

const notificationRecord = z.object({
  eventTime: time,
  eventName: z.optional(z.string()),
  s3: z.object({ ...described, object: z.object({ key: formEncoded, size }) }),
});

/** EventBridge does not encode keys. */
const eventBridgeEvent = z.object({
  source: z.literal("aws.s3"),
  "detail-type": z.optional(z.string()),
  time,
  detail: z.object({ ...described, object: z.object({ key: z.string(), size }) }),
});

/**
 * Reads the new objects in a queue message: an S3 event notification with any number of records, an EventBridge
 * "Object Created" event, or S3's test event (no objects).
 *
 * @param body text of the message
 * @param onUnreadable gets an error `INVALID_EVENT`, which names every missing or invalid field, for the message or
 * for each of its records that cannot be read; the other records are read. Default: the first one is thrown
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function arrivedObjects(
  body: string,
  onUnreadable: (error: PermanentError) => void = fail,
): ArrivedObject[] {
  const event = jsonOf(body);
  const parsed = <Schema extends z.ZodMiniType>(schema: Schema, value: unknown, place = "") => {
    const { data, error } = z.safeParse(schema, value);
    if (error) onUnreadable(unreadable(problemsOf(error, place), body));
    return data;
  };
  const message = parsed(anyMessage, event);
  if (message === undefined) return [];
  if (message.Event !== undefined) {
    parsed(testEvent, event);
    return [];
  }
  if (message.Records !== undefined) {
    const records = parsed(notification, event)?.Records ?? [];
    return records
      .flatMap((record, index) => parsed(notificationRecord, record, `Records.${index}`) ?? [])
      .filter(({ eventName = CREATED }) => eventName.startsWith(CREATED))
      .map(({ s3, eventTime }) => arrived(s3, eventTime));
  }
  const single = parsed(eventBridgeEvent, event);
  if (single === undefined) return [];
  const { detail, time, "detail-type": type = CREATED_DETAIL } = single;
  return type === CREATED_DETAIL ? [arrived(detail, time)] : [];
}

function fail(error: PermanentError): never {
  throw error;
}

/** Other events, e.g. of deleted objects, also name an object. */
const CREATED = "ObjectCreated:";
const CREATED_DETAIL = "Object Created";

const arrived = (
  { bucket, object }: z.output<typeof eventBridgeEvent>["detail"],
  time: unknown,
): ArrivedObject => ({
  bucket: bucket.name,
  key: object.key,
  ...(object.size === undefined ? {} : { size: object.size }),
  ...deliveredAt(time),
});

function deliveredAt(time: unknown): Pick<ArrivedObject, "deliveredAt"> {
  const instant = new Date(typeof time === "string" ? time : Number.NaN);
  return Number.isNaN(instant.getTime()) ? {} : { deliveredAt: instant };
}

const SHOWN_CHARACTERS = 200;

const unreadable = (problems: string, body: string): PermanentError =>
  new PermanentError(
    "INVALID_EVENT",
    `expected an S3 notification or an EventBridge event of a new object (${problems}), got ${body.slice(0, SHOWN_CHARACTERS)}`,
  );
