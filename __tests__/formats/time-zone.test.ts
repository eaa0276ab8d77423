import fc from "fast-check";
import { instantOf, inTimeZone, isTimeZone, offsetAt } from "../../formats/time-zone";

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

it("an instant is found from what clocks show, except in the hour that is there twice", () => {
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
      const found = instantOf(clock, timeZone);
      expect(found + offsetAt(found, timeZone)).toBe(clock);
      expect(Math.abs(found - instant)).toBeLessThanOrEqual(HOUR);
    }),
  );
});

it.each([
  ["Europe/Berlin", "2026-07-02T01:30:00.123456+02:00"],
  ["America/St_Johns", "2026-07-01T21:00:00.123456-02:30"],
])("a time is written for %s with its offset and all of its digits", (timeZone, expected) => {
  expect(inTimeZone("2026-07-01T23:30:00.123456Z", timeZone)).toBe(expected);
});
