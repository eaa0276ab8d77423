import { sqlTimestamp } from "../../formats/render/sql-text";
import { MINUTE_MS } from "../../formats/time";
import { offsetAt } from "../../formats/time-zone";
import type { Range } from "../../questions/range";
import { clockChanges } from "../zone";

/** What the clocks of a zone show at the `time` of a row of a range: a sum, as engines differ in how they name time zones. */
export function clockSql(range: Range, timeZone: string): string {
  const changes = clockChanges(range, timeZone);
  const last = moved(offsetAt(range.until, timeZone));
  if (changes.length === 0) return last;
  const before = changes.map(
    (change) => `WHEN time < ${sqlTimestamp(change)} THEN ${moved(offsetAt(change - 1, timeZone))}`,
  );
  return `CASE ${before.join(" ")} ELSE ${last} END`;
}

function moved(offset: number): string {
  const minutes = Math.abs(offset) / MINUTE_MS;
  return minutes === 0 ? "time" : `time ${offset < 0 ? "-" : "+"} INTERVAL '${minutes}' MINUTE`;
}
