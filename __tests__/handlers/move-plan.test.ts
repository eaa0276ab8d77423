import fc from "fast-check";
import { FORMAT_IDS, FORMATS } from "../../formats";
import { hourOf } from "../../formats/hour";
import { OWN_PREFIXES, parsePartitionPath, partitionPath } from "../../formats/partition-layout";
import { copySourceOf } from "../../handlers/adapters/s3-object-store";
import { arrivedObjects } from "../../handlers/arrived-objects";
import { matched, planDelivered, planMove, plannedPartition } from "../../handlers/core/move-plan";
import type { Source } from "../../handlers/core/source";
import { EVENT_TIME, eventBridgeEvent, s3Notification } from "../../testing/events";

const SOURCES: readonly Source[] = [
  { format: "cloudfront", prefix: "cf/" },
  { format: "cloudfront", prefix: "cf/shop/", name: "shop", partition: true },
  { format: "alb", prefix: "alb/AWSLogs/" },
];
const NAME = "E2X.2026-11-23-07.abcd.gz";

describe("planMove", () => {
  const FOLDER = "raw/cloudfront_access_logs/dt=2026-11-23/hour=07/";

  it("names the target by table, hour, a hash of the object's bucket and key, and the file name", () => {
    expect(planMove(SOURCES, "identity", { bucket: "logs", key: `cf/${NAME}` }, "logs")).toEqual({
      kind: "move",
      key: `${FOLDER}46af332e-${NAME}`,
      earlierKeys: [],
      partition: { table: "cloudfront_access_logs", hour: hourOf(Date.UTC(2026, 10, 23, 7)) },
      source: SOURCES[0],
    });
  });

  it("puts the time before it for pipelines on AWS, and knows the name of earlier versions", () => {
    expect(planMove(SOURCES, "time-first", { bucket: "logs", key: `cf/${NAME}` }, "logs")).toMatchObject({
      key: `${FOLDER}log-20261123T07Z-46af332e-${NAME}`,
      earlierKeys: [`${FOLDER}46af332e-${NAME}`],
    });
  });

  it.each([`cf/${NAME}`, `cf/shop/${NAME}`, "cf/readme.txt", "cf/"])(
    "plans the object %s that was matched before as others",
    (key) => {
      const object = { bucket: "logs", key };
      const plan = planMove(SOURCES, "identity", object, "logs");
      const before = matched(SOURCES, object);
      expect(planMove(SOURCES, "identity", before, "logs")).toEqual(plan);
      expect(plannedPartition(before.match)).toEqual(plan.kind === "move" ? plan.partition : undefined);
    },
  );

  it("takes the time of a name to the minute if the format has it", () => {
    const name =
      "111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261124T0000Z_10.0.0.5_2fb1c9a0.log.gz";
    const plan = planMove(SOURCES, "time-first", { bucket: "logs", key: `alb/AWSLogs/${name}` }, "logs");
    expect(plan).toMatchObject({
      key: expect.stringMatching(
        /^raw\/alb_access_logs\/dt=2026-11-23\/hour=23\/log-20261124T0000Z-[0-9a-f]{8}-111122223333_/,
      ),
    });
  });

  it("takes the source of the object's format where several sources have the same prefix", () => {
    const sources: readonly Source[] = FORMAT_IDS.map((format) => ({
      format,
      prefix: "logs/",
      name: format,
    }));
    for (const format of FORMAT_IDS) {
      for (const key of FORMATS[format].sampleKeys) {
        const plan = planMove(sources, "time-first", { bucket: "logs", key: `logs/${key}` }, "logs");
        expect(plan).toMatchObject({ source: { name: format }, partition: { table: FORMATS[format].table } });
        // One of two sources is read as delivered: each object is a file of one of them.
        const delivered = sources.map((source) =>
          source.format === format ? { ...source, asDelivered: { bucket: "logs" } } : source,
        );
        for (const source of delivered)
          expect(planDelivered(delivered, source, { bucket: "logs", key: `logs/${key}` })).toMatchObject({
            kind: source.format === format ? "read" : "other-source",
          });
      }
    }
    const [connection = ""] = FORMATS["alb-connection"].sampleKeys;
    const others = sources.filter(({ format }) => format !== "alb-connection");
    for (const without of [others, [...others].reverse()]) {
      expect(planMove(without, "time-first", { bucket: "logs", key: `logs/${connection}` }, "logs")).toEqual({
        kind: "skip",
        reason: "connection-log",
      });
    }
  });

  it("leaves the files of a source that is read as delivered", () => {
    const source: Source = { format: "cloudfront", prefix: "cf/", asDelivered: { bucket: "logs" } };
    expect(planMove([source], "time-first", { bucket: "logs", key: `cf/${NAME}` }, "logs")).toEqual({
      kind: "skip",
      reason: "read-as-delivered",
    });
  });

  it("takes the source with the longest prefix", () => {
    expect(planMove(SOURCES, "time-first", { bucket: "logs", key: `cf/shop/${NAME}` }, "logs")).toMatchObject(
      {
        key: expect.stringContaining("raw/cloudfront_access_logs/source=shop/dt=2026-11-23/"),
      },
    );
  });

  it("gives one object always the same key, and two objects different keys", () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webPath(), (a, b) => {
        const keyOf = (folder: string) => {
          const object = { bucket: "logs", key: `${folder}/${NAME}` };
          const plan = planMove([{ format: "cloudfront", prefix: "" }], "time-first", object, "logs");
          return plan.kind === "move" ? plan.key : "";
        };
        expect(keyOf(a)).toBe(keyOf(a));
        expect(keyOf(a) === keyOf(b)).toBe(a === b);
      }),
    );
  });

  it("gives objects of different buckets different keys", () => {
    const [a, b] = ["one", "two"].map((bucket) =>
      planMove(SOURCES, "time-first", { bucket, key: `cf/${NAME}` }, "target"),
    );
    expect(a).not.toEqual(b);
  });

  it.each([
    ["an empty object", { key: `cf/${NAME}`, size: 0 }, "empty-object"],
    ["a folder marker", { key: "cf/" }, "folder-marker"],
    ["a key of no source", { key: `elsewhere/${NAME}` }, "unmatched-key"],
    ["another format's name under a source", { key: `alb/AWSLogs/${NAME}` }, "unmatched-key"],
  ])("skips %s", (_, object, reason) => {
    expect(planMove(SOURCES, "time-first", { bucket: "logs", ...object }, "logs")).toEqual({
      kind: "skip",
      reason,
    });
  });

  it("never moves objects that the pipeline wrote, for any sources", () => {
    const everything: Source[] = [{ format: "cloudfront", prefix: "" }];
    for (const prefix of OWN_PREFIXES) {
      const object = { bucket: "logs", key: `${prefix}${NAME}` };
      expect(planMove(everything, "time-first", object, "logs")).toMatchObject({ kind: "skip" });
      // In another bucket, the same prefix is a folder like any other.
      expect(planMove(everything, "time-first", object, "target")).toMatchObject({ kind: "move" });
    }
  });
});

describe("keys in events", () => {
  const key = fc.string({ unit: "grapheme", minLength: 1 });

  it("are decoded to the keys in S3, for both kinds of events", () => {
    fc.assert(
      fc.property(key, (text) => {
        const object = { bucket: "logs", key: text, size: 4, deliveredAt: new Date(EVENT_TIME) };
        expect(arrivedObjects(s3Notification("logs", text))).toEqual([object]);
        expect(arrivedObjects(eventBridgeEvent("logs", text))).toEqual([object]);
      }),
    );
  });

  it.each([undefined, "yesterday", 7])("have no time if the time of the event is %p", (time) => {
    const event = { ...JSON.parse(eventBridgeEvent("logs", "key")), time };
    expect(arrivedObjects(JSON.stringify(event))).toEqual([{ bucket: "logs", key: "key", size: 4 }]);
  });

  it("are encoded for CopySource: decoding returns the key, and slashes are not encoded", () => {
    fc.assert(
      fc.property(key, (text) => {
        const source = copySourceOf({ bucket: "logs", key: text });
        expect(decodeURIComponent(source)).toBe(`logs/${text}`);
        expect(source.split("/").length).toBe(text.split("/").length + 1);
      }),
    );
  });

  it.each([
    "",
    "null",
    "[]",
    "{}",
    '{"Records":[{}]}',
    '{"Records":[{"s3":{"bucket":{"name":1}}}]}',
    '{"source":"aws.s3","detail":{}}',
  ])("cause an error that shows the unknown message %j", (body) => {
    expect(() => arrivedObjects(body)).toThrow(/expected an S3 notification or an EventBridge event/);
  });
});

describe("the path of a partition", () => {
  it("parses to the partition that it was made from", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }),
        fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,9}$/), { nil: undefined }),
        (date, source) => {
          const partition = {
            table: "alb_access_logs",
            hour: hourOf(date),
            ...(source === undefined ? {} : { source }),
          };
          // Its path is known when it is next asked for, unless another was in between.
          const others = [
            { ...partition, table: "waf_logs" },
            { ...partition, source: "other" },
          ];
          for (const one of [partition, partition, ...others, partition])
            expect(parsePartitionPath(partitionPath(one))).toEqual(one);
        },
      ),
    );
  });
});
