import { MINUTE_MS, SECOND_MS } from "../../formats/time";
import { shellWord } from "../../terminal/shell-word";
import type { Report } from "../model";
import { secondText, timeText } from "../zone";
import type { Time } from "./state";

/** Does not replace this page. */
const FILE = "chosen-time.html";

/** The command that counts a time alone: in steps that are as short as they can be, and without a filter of time. */
export function timeCommand(
  { timeZone, options }: Pick<Report, "timeZone" | "options">,
  { from, until }: Time,
): string {
  const unit = from % MINUTE_MS === 0 && until % MINUTE_MS === 0 ? MINUTE_MS : SECOND_MS;
  // The last minute or second is included.
  const [first, last] = [Math.floor(from / unit) * unit, (Math.ceil(until / unit) - 1) * unit];
  return [
    "access-logs report",
    `--from ${endText(first, unit, timeZone)} --to ${endText(last, unit, timeZone)}`,
    ...(timeZone === "UTC" ? [] : [`--tz ${shellWord(timeZone)}`]),
    options,
    `--output ${FILE}`,
  ].join(" ");
}

/** By the clocks of the zone; in UTC if they show the start or the end of the unit twice. */
function endText(instant: number, unit: number, timeZone: string): string {
  const [writtenText, { length }] =
    unit === MINUTE_MS ? [timeText, "2026-11-23 07:05"] : [secondText, "2026-11-23 07:05:12"];
  const [start = "", end = ""] = [instant, instant + unit].map((one) => writtenText(one, timeZone));
  const isClear = start.length === length && end.length === length;
  return isClear ? start.replace(" ", "T") : `${new Date(instant).toISOString().slice(0, length)}Z`;
}
