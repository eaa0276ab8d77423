import fc from "fast-check";
import { firstInstantOf, inTimeZone, isTimeZone, lastInstantOf, offsetAt } from "../../formats/time-zone";

const HOUR = 3_600_000;

it.each([
  ["Europe/Berlin", true],
  ["UTC", true],
  ["Berlin", false],
  ["", false],
])('"%s" is a time zone: %s', (name, expected) => {
  expect(isTimeZone(name)).toBe(expected);
});

it.each([
  ["UTC", "2026-07-01T00:00Z", 0],
  ["Europe/Berlin", "2026-07-01T00:00Z", 2],
  ["Europe/Berlin", "2026-12-01T00:00Z", 1],
  ["America/St_Johns", "2026-12-01T00:00Z", -3.5],
  ["Asia/Kathmandu", "2026-12-01T00:00Z", 5.75],
])("clocks of %s at %s are %d hours ahead of UTC", (timeZone, time, hours) => {
  expect(offsetAt(Date.parse(time), timeZone)).toBe(hours * HOUR);
});

it("the first and the last instant are found from what clocks show, also in the hour that is there twice", () => {
  const zones = fc.constantFrom(
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "UTC",
  );
  const instants = fc.integer({ min: Date.parse("2016-01-01Z"), max: Date.parse("2036-01-01Z") });
  fc.assert(
    fc.property(zones, instants, (timeZone, instant) => {
      const clock = instant + offsetAt(instant, timeZone);
      const [first, last] = [firstInstantOf(clock, timeZone), lastInstantOf(clock + 1, timeZone) - 1];
      expect([first, last].map((found) => found + offsetAt(found, timeZone))).toEqual([clock, clock]);
      expect(first).toBeLessThanOrEqual(instant);
      expect(last).toBeGreaterThanOrEqual(instant);
      expect(last - first).toBeLessThanOrEqual(HOUR);
    }),
  );
});

it.each([
  ["Europe/Berlin", "2026-03-29T02:00Z"],
  ["Europe/Berlin", "2026-03-29T02:30Z"],
  ["Europe/Berlin", "2026-03-29T03:00Z"],
])("clocks of %s skip to 3:00 instead of %s", (timeZone, skipped) => {
  const clock = Date.parse(skipped);
  const change = Date.parse("2026-03-29T01:00Z");
  expect([firstInstantOf(clock, timeZone), lastInstantOf(clock, timeZone)]).toEqual([change, change]);
});

it.each([
  ["Europe/Berlin", "2026-07-02T01:30:00.123456+02:00"],
  ["America/St_Johns", "2026-07-01T21:00:00.123456-02:30"],
])("a time is written for %s with its offset and all of its digits", (timeZone, expected) => {
  expect(inTimeZone("2026-07-01T23:30:00.123456Z", timeZone)).toBe(expected);
});
