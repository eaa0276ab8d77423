import { DAY_MS, HOUR_MS } from "../../formats/time";
import { parseRange } from "../../questions/range";
import { lengthOfSteps, movedNotes } from "../../report/page/steps";

const BERLIN = "Europe/Berlin";
const range = (from: string, to: string, timeZone = BERLIN) => parseRange(from, to, { timeZone });
const OCTOBER = range("2026-10-01", "2026-10-31");
const JULY = range("2026-07-01", "2026-07-31");

it.each([
  [DAY_MS, "24 hours"],
  [7 * DAY_MS, "7 × 24 hours"],
  [6 * HOUR_MS, "6 hours"],
])("steps of %d ms are no days where clocks are moved within the range", (stepMs, expected) => {
  expect(lengthOfSteps(OCTOBER, stepMs, BERLIN)).toBe(expected);
});

it.each([
  [JULY, BERLIN],
  [OCTOBER, "UTC"],
])("steps are days where no clock is moved", (days, timeZone) => {
  expect(lengthOfSteps(days, DAY_MS, timeZone)).toBe("1 day");
  expect(movedNotes(days, DAY_MS, timeZone)).toEqual([]);
});

it("says how much earlier steps begin after clocks were moved back", () => {
  expect(movedNotes(OCTOBER, DAY_MS, BERLIN)).toEqual([
    "All steps are equally long, also where clocks are moved: from 2026-10-25 on, they begin 1 hour earlier than the first ones.",
  ]);
});

it("says it of each move", () => {
  expect(movedNotes(range("2026-03-01", "2026-11-30"), DAY_MS, BERLIN)).toEqual([
    "All steps are equally long, also where clocks are moved: from 2026-03-29 on, they begin 1 hour later than the first ones; from 2026-10-25 on, they begin at the same times as the first ones.",
  ]);
});

it("says it of half an hour", () => {
  const zone = "Australia/Lord_Howe";
  expect(movedNotes(range("2026-04-01", "2026-04-30", zone), 3 * HOUR_MS, zone)).toEqual([
    "All steps are equally long, also where clocks are moved: from 2026-04-05 on, they begin 30 minutes earlier than the first ones.",
  ]);
});

it("says nothing of steps that begin with each hour", () => {
  expect(movedNotes(OCTOBER, HOUR_MS, BERLIN)).toEqual([]);
});
