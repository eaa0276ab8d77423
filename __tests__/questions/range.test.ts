import fc from "fast-check";
import { ALL_TIME, daysOf, lastDay, parseRange, weekBefore } from "../../questions/range";

const at = (text: string) => Date.parse(`${text}Z`);

describe("parseRange", () => {
  it.each([
    ["2026-11-23", "2026-11-23", "2026-11-23T00:00:00", "2026-11-24T00:00:00"],
    ["2026-11-23T07", "2026-11-23T09", "2026-11-23T07:00:00", "2026-11-23T10:00:00"],
    ["2026-11-23T07:30", "2026-11-23T07:30", "2026-11-23T07:30:00", "2026-11-23T07:31:00"],
    ["2026-11-23T07:30:05Z", "2026-11-24", "2026-11-23T07:30:05", "2026-11-25T00:00:00"],
    ["2026-12-31", "2026-12-31T23", "2026-12-31T00:00:00", "2027-01-01T00:00:00"],
  ])("includes both ends completely from %s to %s", (from, to, start, end) => {
    expect(parseRange(from, to)).toEqual({ from: at(start), until: at(end) });
  });

  it("has no limit without an end", () => {
    expect(parseRange("2026-11-23", undefined)).toEqual({
      from: at("2026-11-23T00:00:00"),
      until: ALL_TIME.until,
    });
  });

  it("begins with everything without a start", () => {
    expect(parseRange(undefined, "2026-11-23")).toEqual({
      from: ALL_TIME.from,
      until: at("2026-11-24T00:00:00"),
    });
    expect(() => parseRange(undefined, "1969-12-31")).toThrow(
      `"to" must be in 1970 or later, got "1969-12-31"`,
    );
  });

  it.each(["2026-02-30", "2026-11-23T24", "2026-11-23T07:60", "23.11.2026", "", "2026-11-23 07", "' OR 1=1"])(
    'refuses "%s", which is not a time',
    (text) => {
      expect(() => parseRange(text, undefined)).toThrow(`"from" must be a valid time, e.g. 2026-11-23`);
      expect(() => parseRange("2026-11-23", text)).toThrow(`"to" must be a valid time, e.g. 2026-11-23`);
    },
  );

  it.each([
    ["today", "2026-03-29T00:00:00", "2026-03-30T00:00:00"],
    ["yesterday", "2026-03-28T00:00:00", "2026-03-29T00:00:00"],
  ])("reads %s as a whole day", (day, start, end) => {
    const now = new Date("2026-03-29T12:00:00.123Z");
    expect(parseRange(day, day, { now })).toEqual({ from: at(start), until: at(end) });
  });

  it.each([
    ["-24h", "2026-03-28T12:00:00"],
    ["-7d", "2026-03-22T12:00:00"],
    ["-15m", "2026-03-29T11:45:00"],
  ])("reads %s as a time before now", (from, start) => {
    const now = new Date("2026-03-29T12:00:00.123Z");
    expect(parseRange(from, undefined, { now }).from).toBe(at(start));
    expect(parseRange("2020-01-01", from, { now }).until).toBe(at(start));
  });

  it("reads days and clock times in a time zone, also where clocks are moved; a Z means UTC", () => {
    // Berlin's day of 23 hours.
    const options = { timeZone: "Europe/Berlin", now: new Date("2026-03-29T22:30:00Z") };
    expect(parseRange("2026-03-29", "2026-03-29", options)).toEqual({
      from: at("2026-03-28T23:00:00"),
      until: at("2026-03-29T22:00:00"),
    });
    expect(parseRange("2026-03-29T04", "2026-03-29T05Z", options)).toEqual({
      from: at("2026-03-29T02:00:00"),
      until: at("2026-03-29T06:00:00"),
    });
    expect(parseRange("today", "today", options)).toEqual({
      from: at("2026-03-29T22:00:00"),
      until: at("2026-03-30T22:00:00"),
    });
  });

  it.each([
    ["the hour that is there twice", "2026-10-25T02", "2026-10-25T00:00:00", "2026-10-25T02:00:00"],
    ["the hour before it", "2026-10-25T01", "2026-10-24T23:00:00", "2026-10-25T00:00:00"],
    ["the hour after it", "2026-10-25T03", "2026-10-25T02:00:00", "2026-10-25T03:00:00"],
    ["a minute that is there twice", "2026-10-25T02:30", "2026-10-25T00:30:00", "2026-10-25T01:31:00"],
    ["a day of 25 hours", "2026-10-25", "2026-10-24T22:00:00", "2026-10-25T23:00:00"],
    ["the hour before a skipped one", "2026-03-29T01", "2026-03-29T00:00:00", "2026-03-29T01:00:00"],
    ["the hour after a skipped one", "2026-03-29T03", "2026-03-29T01:00:00", "2026-03-29T02:00:00"],
    ["a day of 23 hours", "2026-03-29", "2026-03-28T23:00:00", "2026-03-29T22:00:00"],
  ])("includes all of it where clocks are moved: %s", (_, text, start, end) => {
    expect(parseRange(text, text, { timeZone: "Europe/Berlin" })).toEqual({
      from: at(start),
      until: at(end),
    });
  });

  it.each([
    ["America/Havana", "2026-11-01", "2026-11-01T04:00:00", "2026-11-02T05:00:00"],
    ["America/Havana", "2026-10-31", "2026-10-31T04:00:00", "2026-11-01T04:00:00"],
    ["Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00", "2026-04-24T21:00:00"],
  ])(
    "begins and ends a day of %s where its midnight is there twice or never: %s",
    (timeZone, day, start, end) => {
      expect(parseRange(day, day, { timeZone })).toEqual({ from: at(start), until: at(end) });
    },
  );

  it("takes an end that clocks skip as the time at which they are moved, and refuses a range of nothing else", () => {
    const options = { timeZone: "Europe/Berlin" };
    expect(parseRange("2026-03-29T02:30", "2026-03-29T03", options)).toEqual({
      from: at("2026-03-29T01:00:00"),
      until: at("2026-03-29T02:00:00"),
    });
    expect(parseRange("2026-03-29T01", "2026-03-29T02:30", options)).toEqual({
      from: at("2026-03-29T00:00:00"),
      until: at("2026-03-29T01:00:00"),
    });
    expect(() => parseRange("2026-03-29T02", "2026-03-29T02", options)).toThrow(
      "there is no time from 2026-03-29T02 to 2026-03-29T02 on the clocks of Europe/Berlin: choose a longer range",
    );
  });

  it("refuses a range that ends before it starts", () => {
    expect(() => parseRange("2026-11-23", "2026-11-22")).toThrow("from 2026-11-23 to 2026-11-22");
  });
});

it("the last day consists of full hours, so that its SQL stays the same for up to an hour", () => {
  const range = { from: at("2026-11-22T06:00:00"), until: at("2026-11-23T07:00:00") };
  expect(lastDay(new Date("2026-11-23T06:00:00Z"))).toEqual(range);
  expect(lastDay(new Date("2026-11-23T06:59:59Z"))).toEqual(range);
});

it("all time includes every day that a partition can name", () => {
  expect(daysOf(ALL_TIME)).toEqual({ first: "1970-01-01", last: "9999-12-31" });
});

it("the days of a range include each of its moments, and no other day", () => {
  const moment = fc.integer({ min: at("2016-01-01T00:00:00"), max: at("2036-01-01T00:00:00") });
  fc.assert(
    fc.property(moment, fc.integer({ min: 1, max: 10 * 86_400_000 }), (from, length) => {
      const range = { from, until: from + length };
      const { first, last } = daysOf(range);
      expect(at(`${first}T00:00:00`)).toBeLessThanOrEqual(from);
      expect(at(`${first}T00:00:00`) + 86_400_000).toBeGreaterThan(from);
      expect(at(`${last}T00:00:00`)).toBeLessThan(range.until);
      expect(at(`${last}T00:00:00`) + 86_400_000).toBeGreaterThanOrEqual(range.until);
      expect(new Date(weekBefore(range).from).getUTCDay()).toBe(new Date(from).getUTCDay());
    }),
  );
});
