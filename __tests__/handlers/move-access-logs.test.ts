import { gunzipSync, gzipSync } from "node:zlib";
import { FORMATS } from "../../formats";
import { identityOf } from "../../formats/file-identity";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { MINUTE_MS } from "../../formats/time";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { systemClock } from "../../handlers/core/ports";
import { reasonKeyOf, rejectedKeyOf, setAside } from "../../handlers/core/rejected-files";
import { EVENT_TIME, eventBridgeEvent, s3Notification, sqsEvent, TEST_EVENT } from "../../testing/events";
import { embeddedMetrics } from "../helpers/embedded-metrics";
import {
  CLOUDFRONT_KEY,
  client,
  failedIn,
  invoke,
  KEY,
  keysBelow,
  keysIn,
  NAME,
  noted,
  noteKeys,
  printed,
  rawKeys,
  server,
} from "../helpers/move-access-logs";
import { fileAt } from "../helpers/notes";

describe("move-access-logs", () => {
  it("moves an object to the partition of its hour, notes it, and deletes the original", async () => {
    const response = await invoke(sqsEvent(s3Notification("logs", KEY)));
    expect(failedIn(response)).toEqual([]);
    expect(rawKeys()).toEqual([
      expect.stringMatching(
        new RegExp(`^raw/alb_access_logs/dt=2026-11-23/hour=07/log-20261123T0705Z-[0-9a-f]{8}-${NAME}$`),
      ),
    ]);
    expect(server.read("logs", rawKeys()[0] ?? "")).toBe("text");
    expect(keysIn("logs")).toEqual([...noteKeys(), ...rawKeys()]);
  });

  it("writes the note with the hour and size of the file, below the prefix of its table", async () => {
    await invoke(sqsEvent(s3Notification("logs", KEY)));
    expect(noteKeys()).toEqual([
      expect.stringMatching(/^_arrivals\/alb_access_logs\/\d{8}T\d{9}Z-[0-9a-f]{16}\.json$/),
    ]);
    expect(JSON.parse(server.read("logs", noteKeys()[0] ?? "") ?? "")).toEqual({
      files: [{ key: rawKeys()[0], size: 4, dt: "2026-11-23", hour: "07" }],
    });
  });

  it("writes a file whose header names fields in another order with its lines as JSON, the same at each try", async () => {
    const file = ["#Version: 1.0", "#Fields: time date c-country", "07:05:00\t2026-11-22\tDE", ""].join("\n");
    const named = file.replace(/07:.*/, '{"time":"07:05:00","date":"2026-11-22","c-country":"DE"}');
    server.put("logs", CLOUDFRONT_KEY, gzipSync(file));
    const event = sqsEvent(s3Notification("logs", CLOUDFRONT_KEY));
    expect(failedIn(await invoke(event, { KEEP_ORIGINALS: "true" }))).toEqual([]);
    const [key = ""] = rawKeys();
    const written = server.bytes("logs", key);
    expect(gunzipSync(written ?? "").toString()).toBe(named);
    expect(noted()).toEqual([key]);
    await invoke(event);
    expect(rawKeys()).toEqual([key]);
    expect(server.bytes("logs", key)).toEqual(written);
    expect(keysIn("logs")).not.toContain(CLOUDFRONT_KEY);
  });

  it.each([
    [
      "with the usual header",
      `#Version: 1.0\n#Fields: ${FORMATS.cloudfront.fields.map(({ name }) => name).join(" ")}\na\n`,
    ],
    ["of JSON", '{"date":"2026-11-22"}\n'],
    ["without lines", ""],
  ])("copies a file %s as it is", async (_, text) => {
    const body = gzipSync(text);
    server.put("logs", CLOUDFRONT_KEY, body);
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", CLOUDFRONT_KEY))))).toEqual([]);
    expect(server.bytes("logs", rawKeys()[0] ?? "")).toEqual(body);
    expect(server.requests.filter(({ method, isCopy }) => method === "PUT" && isCopy)).toHaveLength(1);
  });

  it("copies a file that cannot be unpacked as it is: the engine names it, and it is rejected", async () => {
    const body = gzipSync(`#Fields: time date\n${"07:05:00\t2026-11-22\n".repeat(1000)}`).subarray(0, -9);
    server.put("logs", CLOUDFRONT_KEY, body);
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", CLOUDFRONT_KEY))))).toEqual([]);
    expect(server.bytes("logs", rawKeys()[0] ?? "")).toEqual(body);
  });

  it("reads no file of a load balancer: its name says how its lines are written", async () => {
    await invoke(sqsEvent(s3Notification("logs", KEY)));
    expect(server.requests.filter(({ method, key }) => method === "GET" && key === KEY)).toEqual([]);
  });

  it("accepts events from EventBridge, whose keys are not encoded", async () => {
    const key = "cf/a+b %20ü/E2EXAMPLE1SHOP.2026-11-22-23.0a1b2c3d.gz";
    server.put("logs", key, "text");
    expect(failedIn(await invoke(sqsEvent(eventBridgeEvent("logs", key))))).toEqual([]);
    expect(rawKeys()).toHaveLength(1);
    expect(keysIn("logs")).not.toContain(key);
  });

  it("reads the form-encoded keys of S3 notifications", async () => {
    const key = "cf/a+b %20ü=/E2EXAMPLE1SHOP.2026-11-22-23.0a1b2c3d.gz";
    server.put("logs", key, "text");
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", key))))).toEqual([]);
    expect(rawKeys()).toHaveLength(1);
    expect(keysIn("logs")).not.toContain(key);
  });

  it("keeps the originals if this is configured", async () => {
    await invoke(sqsEvent(s3Notification("logs", KEY)), { KEEP_ORIGINALS: "true" });
    expect(keysIn("logs")).toContain(KEY);
    expect(rawKeys()).toHaveLength(1);
  });

  it("moves to another bucket if one is configured", async () => {
    await invoke(sqsEvent(s3Notification("logs", KEY)), { TARGET_BUCKET: "lake" });
    expect(keysIn("logs")).toEqual([]);
    expect(keysIn("lake")).toEqual([...noteKeys("lake"), "other", ...rawKeys("lake")]);
    expect(noted("lake")).toEqual(rawKeys("lake"));
  });

  it("writes one object when it receives the same event twice, in one batch or later", async () => {
    expect(
      failedIn(await invoke(sqsEvent(s3Notification("logs", KEY, KEY), s3Notification("logs", KEY)))),
    ).toEqual([]);
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", KEY))))).toEqual([]);
    expect(rawKeys()).toHaveLength(1);
  });

  it("acknowledges a repeated event for a file that was moved to rejected/", async () => {
    await invoke(sqsEvent(s3Notification("logs", KEY)));
    const [rawKey = ""] = rawKeys();
    const store = s3ObjectStore(client);
    await setAside({ store, clock: systemClock }, "logs", fileAt(rawKey), "GZIP: unexpected end");
    await store.deleteAll("logs", noteKeys());
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", KEY))))).toEqual([]);
    // The file is not moved or noted again: it waits for an intact copy.
    expect(keysIn("logs")).toEqual([rejectedKeyOf(rawKey), reasonKeyOf(rawKey)]);
    expect(
      printed
        .flatMap(embeddedMetrics)
        .some(({ values }) => "ObjectsFailed" in values && values.ObjectsFailed),
    ).toBe(false);
  });

  it("keeps the copy of an earlier version, which had another name, for objects delivered before its deployment", async () => {
    const copy = `raw/alb_access_logs/dt=2026-11-23/hour=07/${identityOf({ bucket: "logs", key: KEY })}`;
    const deployedAt = (minutes: number) => new Date(Date.parse(EVENT_TIME) - minutes * MINUTE_MS);
    server.put("logs", copy, "text");
    await invoke(sqsEvent(s3Notification("logs", KEY)), {}, 60_000, deployedAt(10));
    expect(rawKeys()).toEqual([copy]);
    expect(noted()).toEqual([copy]);
    expect(keysBelow("alb/")).toEqual([]);
    // No time is lost for objects that only this version has seen.
    server.put("logs", KEY, "text");
    const before = server.requests.length;
    await invoke(sqsEvent(s3Notification("logs", KEY)), {}, 60_000, deployedAt(20));
    expect(server.requests.slice(before).filter(({ method }) => method === "HEAD")).toEqual([]);
  });

  it("returns the messages that it has no time for, and does not move their objects", async () => {
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", KEY)), {}, 15_000))).toEqual(["m0"]);
    expect(keysIn("logs")).toEqual([KEY]);
    // Nothing failed, so no alarm may be raised.
    expect(printed.flatMap(embeddedMetrics)).toContainEqual({
      dimensions: { service: "move" },
      values: { ObjectsFailed: 0 },
    });
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", KEY))))).toEqual([]);
    expect(rawKeys()).toHaveLength(1);
  });

  it("keeps two sources with the same file name apart", async () => {
    const name = "E2EXAMPLE1SHOP.2026-11-22-23.0a1b2c3d.gz";
    server.put("logs", `cf/${name}`, "one");
    server.put("logs", `eu/${name}`, "two");
    await invoke(sqsEvent(s3Notification("logs", `cf/${name}`, `eu/${name}`)));
    expect(
      rawKeys()
        .map((key) => server.read("logs", key))
        .sort(),
    ).toEqual(["one", "two"]);
  });

  it("reports only the message of an object that is deleted and was never moved", async () => {
    const response = await invoke(
      sqsEvent(s3Notification("logs", "cf/E2X.2026-11-22-23.aa.gz"), s3Notification("logs", KEY)),
    );
    expect(failedIn(response)).toEqual(["m0"]);
    expect(printed.join("\n")).toContain("SOURCE_MISSING");
    expect(rawKeys()).toHaveLength(1);
  });

  it("acknowledges test events and objects that are not access logs, and does not move these objects", async () => {
    const others = [
      "alb/AWSLogs/111122223333/ELBAccessLogTestFile",
      `alb/AWSLogs/111122223333/elasticloadbalancing/eu-central-1/2026/11/23/conn_log_${NAME}`,
      "alb/AWSLogs/folder/",
      "elsewhere/notes.txt",
      "raw/alb_access_logs/dt=2026-11-23/hour=07/x.gz",
    ];
    for (const key of others) server.put("logs", key, "text");
    const response = await invoke(sqsEvent(TEST_EVENT, ...others.map((key) => s3Notification("logs", key))));
    expect(failedIn(response)).toEqual([]);
    expect(keysIn("logs")).toEqual([KEY, ...others].sort());
    for (const reason of ["test-file", "connection-log", "folder-marker", "unmatched-key"]) {
      expect(printed.join("\n")).toContain(`"Reason":"${reason}"`);
    }
  });

  it("returns and counts only the messages that it cannot parse", async () => {
    const response = await invoke(
      sqsEvent("no json", JSON.stringify({ hello: 1 }), s3Notification("logs", KEY)),
    );
    expect(failedIn(response)).toEqual(["m0", "m1"]);
    expect(rawKeys()).toHaveLength(1);
    expect(printed.flatMap(embeddedMetrics)).toContainEqual(
      expect.objectContaining({ values: expect.objectContaining({ ObjectsFailed: 2 }) }),
    );
  });

  it("moves the objects of a message with a record that it cannot read, and returns the message", async () => {
    server.put("logs", CLOUDFRONT_KEY, "text");
    const [first, second] = [KEY, CLOUDFRONT_KEY].flatMap(
      (key) => JSON.parse(s3Notification("logs", key)).Records,
    );
    const broken = { ...first, s3: { ...first.s3, object: { key: "%FF" } } };
    const message = JSON.stringify({ Records: [first, broken, second] });
    expect(failedIn(await invoke(sqsEvent(message, s3Notification("logs", KEY))))).toEqual(["m0"]);
    expect(rawKeys()).toHaveLength(2);
    expect(keysIn("logs")).not.toContain(CLOUDFRONT_KEY);
    expect(printed.join("\n")).toContain("Records.1.s3.object.key: expected a form-encoded key");
    expect(printed.flatMap(embeddedMetrics)).toContainEqual(
      expect.objectContaining({ values: expect.objectContaining({ ObjectsFailed: 1 }) }),
    );
  });

  it("acknowledges and counts the objects of another bucket, and leaves them where they are", async () => {
    server.put("foreign", KEY, "text");
    const response = await invoke(sqsEvent(s3Notification("foreign", KEY), eventBridgeEvent("foreign", KEY)));
    expect(failedIn(response)).toEqual([]);
    expect([rawKeys(), keysIn("foreign")]).toEqual([[], [KEY]]);
    const counted = printed.flatMap(embeddedMetrics).flatMap(({ values }) => values.ObjectsSkipped ?? []);
    expect(counted).toEqual([2]);
    expect(printed.join("\n")).toContain('"Reason":"unmatched-key"');
  });

  it("retries when S3 answers SlowDown", async () => {
    let refusals = 2;
    server.setFault(({ isCopy }) =>
      isCopy && refusals-- > 0 ? { status: 503, code: "SlowDown" } : undefined,
    );
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", KEY))))).toEqual([]);
    expect(rawKeys()).toHaveLength(1);
  });

  it("keeps the original and returns the message when the copy fails", async () => {
    server.setFault(({ isCopy }) => (isCopy ? { status: 403, code: "AccessDenied" } : undefined));
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", KEY))))).toEqual(["m0"]);
    expect(keysIn("logs")).toEqual([KEY]);
  });

  it("keeps the original when the note cannot be written, so that the retry notes the file", async () => {
    server.setFault(({ key }) =>
      key.startsWith("_arrivals/") ? { status: 403, code: "AccessDenied" } : undefined,
    );
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", KEY))))).toEqual(["m0"]);
    expect(keysIn("logs")).toContain(KEY);
    server.setFault(undefined);
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", KEY))))).toEqual([]);
    expect(keysIn("logs")).toEqual([...noteKeys(), ...rawKeys()]);
    expect(noted()).toEqual(rawKeys());
  });

  it("returns the message when the original cannot be deleted", async () => {
    server.setFault(({ isBatchDelete }) =>
      isBatchDelete ? { status: 403, code: "AccessDenied" } : undefined,
    );
    expect(failedIn(await invoke(sqsEvent(s3Notification("logs", KEY))))).toEqual(["m0"]);
    expect(printed.join("\n")).toContain("DELETE_FAILED");
  });

  it("moves late files of another day to the hour of their requests", async () => {
    server.put("logs", CLOUDFRONT_KEY, "text");
    await invoke(sqsEvent(s3Notification("logs", CLOUDFRONT_KEY)));
    expect(rawKeys()[0]).toMatch(/^raw\/cloudfront_access_logs\/dt=2026-11-22\/hour=23\//);
    expect(noteKeys()[0]).toMatch(/^_arrivals\/cloudfront_access_logs\//);
    expect(noted()).toEqual(rawKeys());
  });

  it("moves hundreds of objects with bounded concurrency, few deletes and few notes", async () => {
    const count = 300;
    const keys = Array.from({ length: count }, (_, index) =>
      KEY.replace("2fb1c9a0", index.toString(16).padStart(8, "0")),
    );
    for (const key of keys) server.put("logs", key, "text");
    server.put("logs", KEY, "text");
    const response = await invoke(sqsEvent(...keys.map((key) => s3Notification("logs", key))));
    expect(failedIn(response)).toEqual([]);
    expect(rawKeys()).toHaveLength(count);
    expect(server.maxInFlight).toBeLessThanOrEqual(32);
    // A note and a delete for every hundred objects.
    expect(server.requests.filter(({ isBatchDelete }) => isBatchDelete)).toHaveLength(3);
    expect(noteKeys()).toHaveLength(3);
    expect(noted().sort()).toEqual(rawKeys());
    const ofTheBatch = server.requests.filter(({ key }) => key !== CONFIGURATION_KEY);
    expect(ofTheBatch).toHaveLength(count + 3 + 3);
  });

  it("counts files and bytes by source, and reports the longest time since delivery", async () => {
    server.put("logs", CLOUDFRONT_KEY, "text");
    const before = Date.now();
    await invoke(sqsEvent(s3Notification("logs", KEY, CLOUDFRONT_KEY)));
    const metrics = printed.flatMap(embeddedMetrics);
    expect(metrics).toContainEqual({
      dimensions: { service: "move", Source: "shop" },
      values: { ObjectsMoved: 1, BytesMoved: 4 },
    });
    expect(metrics).toContainEqual({
      dimensions: { service: "move", Source: "cdn" },
      values: { ObjectsMoved: 1, BytesMoved: 4 },
    });
    const own = metrics.find(({ dimensions }) => Object.keys(dimensions).length === 1);
    expect(own?.values).toEqual({ ObjectsFailed: 0, SecondsToRaw: expect.any(Number) });
    expect(own?.values.SecondsToRaw).toBeGreaterThanOrEqual((before - Date.parse(EVENT_TIME)) / 1000);
    expect(own?.values.SecondsToRaw).toBeLessThan((Date.now() - Date.parse(EVENT_TIME)) / 1000 + 1);
  });

  it("counts a file once, also when its event is repeated", async () => {
    await invoke(sqsEvent(s3Notification("logs", KEY)));
    printed.length = 0;
    await invoke(sqsEvent(s3Notification("logs", KEY)));
    expect(printed.flatMap(embeddedMetrics)).toEqual([
      { dimensions: { service: "move" }, values: { ObjectsFailed: 0 } },
    ]);
  });

  it("names every wrong variable before it moves an object", async () => {
    const wrong = invoke(sqsEvent(), { TARGET_BUCKET: "", KEEP_ORIGINALS: "maybe" });
    await expect(wrong).rejects.toMatchObject({ code: "INVALID_ENVIRONMENT" });
    await expect(wrong).rejects.toThrow(/TARGET_BUCKET.*KEEP_ORIGINALS/);
  });
});
