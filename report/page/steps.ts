import { DAY_MS, HOUR_MS } from "../../formats/time";
import { offsetAt } from "../../formats/time-zone";
import type { Range } from "../../questions/range";
import { clockChanges, dayText } from "../zone";
import { stepText } from "./text";

/** `1 day`, and `24 hours` where clocks are moved within the range: these are no days of the time zone. */
export function lengthOfSteps(range: Range, stepMs: number, timeZone: string): string {
  if (stepMs < DAY_MS || clockChanges(range, timeZone).length === 0) return stepText(stepMs);
  return stepMs === DAY_MS ? "24 hours" : `${stepMs / DAY_MS} × 24 hours`;
}

/** Says when steps begin after clocks were moved; nothing for steps that begin with each hour. */
export function movedNotes(range: Range, stepMs: number, timeZone: string): string[] {
  const changes = stepMs > HOUR_MS ? clockChanges(range, timeZone) : [];
  if (changes.length === 0) return [];
  const begins = changes.map(
    (change) => `from ${dayText(change, timeZone)} on, ${beginning(range.from, change, timeZone)}`,
  );
  return [`All steps are equally long, also where clocks are moved: ${begins.join("; ")}.`];
}

function beginning(first: number, change: number, timeZone: string): string {
  const ahead = offsetAt(change, timeZone) - offsetAt(first, timeZone);
  if (ahead === 0) return "they begin at the same times as the first ones";
  return `they begin ${stepText(Math.abs(ahead))} ${ahead < 0 ? "earlier" : "later"} than the first ones`;
}
