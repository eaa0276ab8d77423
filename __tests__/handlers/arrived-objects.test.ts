import { readFileSync } from "node:fs";
import { join } from "node:path";
import { arrivedObjects } from "../../handlers/arrived-objects";

const eventOf = (name: string): string => readFileSync(join(__dirname, "events", `${name}.json`), "utf8");
const BUCKET = "amzn-s3-demo-bucket";

/** An event with one changed field; a field with the value `undefined` is left out. */
const changed = (name: string, place: string, value: unknown): string => {
  const event = JSON.parse(eventOf(name));
  const path = place.split(".");
  const last = path.pop() ?? "";
  const holder = path.reduce((inner, key) => inner[key], event);
  holder[last] = value;
  return JSON.stringify(event);
};

describe("the messages of new objects", () => {
  it("may be S3 notifications of several objects, whose keys are form-encoded", () => {
    expect(arrivedObjects(eventOf("notification"))).toEqual([
      {
        bucket: BUCKET,
        key: "alb/AWSLogs/111122223333/elasticloadbalancing/eu-central-1/2026/11/23/111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_10.0.0.5_2fb1c9a0.log.gz",
        size: 1024,
        deliveredAt: new Date("2026-11-23T07:06:12.345Z"),
      },
      {
        bucket: BUCKET,
        key: "red flower+(ü).gz",
        size: 0,
        deliveredAt: new Date("2026-11-23T07:06:13Z"),
      },
    ]);
  });

  it("may be EventBridge events, whose keys are not encoded", () => {
    expect(arrivedObjects(eventOf("event-bridge"))).toEqual([
      {
        bucket: BUCKET,
        key: "red flower+(ü).gz",
        size: 5,
        deliveredAt: new Date("2026-11-23T07:06:12Z"),
      },
    ]);
  });

  it.each([
    ["notification", "Records.0.eventName", "ObjectRemoved:Delete", 1],
    ["notification", "Records.0.eventName", undefined, 2],
    ["event-bridge", "detail-type", "Object Deleted", 0],
    ["event-bridge", "detail-type", undefined, 1],
  ])("have the objects that were created, if %s has another %s: %j", (name, place, value, count) => {
    expect(arrivedObjects(changed(name, place, value))).toHaveLength(count);
  });

  it("may be the test event of S3, which has no object", () => {
    expect(arrivedObjects(eventOf("test-event"))).toEqual([]);
  });

  it.each([
    ["notification", "Records", "none", "Records: expected array"],
    ["notification", "Records.1.s3", undefined, "Records.1.s3: expected object"],
    ["notification", "Records.1.s3.bucket.name", 7, "Records.1.s3.bucket.name: expected string"],
    ["notification", "Records.0.s3.object.key", undefined, "Records.0.s3.object.key: expected string"],
    [
      "notification",
      "Records.0.s3.object.key",
      "50%",
      "Records.0.s3.object.key: expected a form-encoded key",
    ],
    ["notification", "Records.0.s3.object.size", "4", "Records.0.s3.object.size: expected number"],
    ["event-bridge", "source", "aws.ec2", "source: expected aws.s3"],
    ["event-bridge", "detail", undefined, "detail: expected object"],
    ["event-bridge", "detail.bucket", undefined, "detail.bucket: expected object"],
    ["event-bridge", "detail.object.key", null, "detail.object.key: expected string"],
    ["test-event", "Event", "s3:Other", "Event: expected s3:TestEvent"],
  ])("are refused with the name of the field if %s has another %s: %j", (name, place, value, problem) => {
    const body = changed(name, place, value);
    const refused = () => arrivedObjects(body);
    expect(refused).toThrow(`an EventBridge event of a new object (${problem}), got {`);
    expect(refused).toThrow(expect.objectContaining({ code: "INVALID_EVENT" }));
  });

  it("are refused with the name of every wrong field, and only the start of the message", () => {
    const body = JSON.stringify({ Records: [{ s3: { bucket: {}, object: {} } }], padding: "x".repeat(1000) });
    expect(() => arrivedObjects(body)).toThrow(
      /\(Records\.0\.s3\.bucket\.name: expected string; Records\.0\.s3\.object\.key: expected string\), got .{200}$/,
    );
  });
});
