import { sqlTimestamp } from "../../formats/render/sql-text";
import { DAY_MS, MINUTE_MS } from "../../formats/time";
import { offsetAt } from "../../formats/time-zone";
import type { Range } from "../../questions/range";
import { QUARTER_MS, quarterOf } from "../zone";

/** What the clocks of a zone show at the `time` of a row of a range: a sum, as engines differ in how they name time zones. */
export function clockSql(range: Range, timeZone: string): string {
  const changes = changesIn(range, timeZone);
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

/** The instants at which clocks are moved: at most once a day, at a quarter of an hour. */
function changesIn({ from, until }: Range, timeZone: string): number[] {
  const changes: number[] = [];
  for (let start = quarterOf(from); start < until; start += DAY_MS) {
    const end = Math.min(start + DAY_MS, until);
    const offset = offsetAt(start, timeZone);
    if (offsetAt(end, timeZone) === offset) continue;
    let change = start + QUARTER_MS;
    while (offsetAt(change, timeZone) === offset) change += QUARTER_MS;
    changes.push(change);
  }
  return changes;
}
