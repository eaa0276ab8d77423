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

const notification = z.object({
  Records: z.array(
    z.object({
      eventTime: time,
      eventName: z.optional(z.string()),
      s3: z.object({ ...described, object: z.object({ key: formEncoded, size }) }),
    }),
  ),
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
 * @throws PermanentError `INVALID_EVENT` that names every missing or invalid field
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function arrivedObjects(body: string): ArrivedObject[] {
  const event = jsonOf(body);
  const { Event, Records } = parsed(anyMessage, event, body);
  if (Event !== undefined) {
    parsed(testEvent, event, body);
    return [];
  }
  if (Records !== undefined)
    return parsed(notification, event, body)
      .Records.filter(({ eventName = CREATED }) => eventName.startsWith(CREATED))
      .map(({ s3, eventTime }) => arrived(s3, eventTime));
  const { detail, time, "detail-type": type = CREATED_DETAIL } = parsed(eventBridgeEvent, event, body);
  return type === CREATED_DETAIL ? [arrived(detail, time)] : [];
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

function parsed<Schema extends z.ZodMiniType>(
  schema: Schema,
  event: unknown,
  body: string,
): z.output<Schema> {
  const result = z.safeParse(schema, event);
  if (result.success) return result.data;
  throw new PermanentError(
    "INVALID_EVENT",
    `expected an S3 notification or an EventBridge event of a new object (${problemsOf(result.error)}), got ${body.slice(0, SHOWN_CHARACTERS)}`,
  );
}
