import { plural } from "../../terminal/quantities";
import { exactCube } from "../cube";
import { type Cube, type CubeColumn, type TableReport, TIME } from "../model";
import { timeText } from "../zone";
import { visible } from "./node";
import { OTHER, type Panel } from "./panel";
import type { Applied, Unknown } from "./state";
import { lengthOfSteps } from "./steps";

type Missing = Pick<Panel, "missing" | "offered">;

/** Why the sums do not answer a panel, and the time for which they do if nothing but the time is in the way. */
export function missingOf(
  table: TableReport,
  { unknown, selection }: Applied,
  cubes: readonly Cube[],
  needed: readonly CubeColumn[],
  timeZone: string,
): Missing {
  if (unknown.length > 0)
    return {
      missing: `${unknownText(unknown)} Remove ${plural(unknown.length, "this filter", "these filters")}, or run its SQL.`,
    };
  return inSteps(table, selection, cubes, needed, timeZone) ?? { missing: missingText(selection) };
}

/** On a page of the chosen time alone, the other filters are enough. */
const missingText = ({ time }: Applied["selection"]): string =>
  `This page has no sums for these filters together, e.g. for a time and a host. Remove one of them, ${time ? "run its SQL, or make a page of this time alone: its command is next to the filters" : "or run its SQL"}.`;

/** Names the values of filters that are not kept for a table. */
export const unknownText = (unknown: readonly Unknown[]): string =>
  unknown
    .map(
      ({ value, domain: { label, values, distinct } }) =>
        `The filter ${label}: ${visible(value)} is not among the ${values.length} of ${distinct.toLocaleString("en-US")} values that the page has for this table; its requests, if there are any, are in ${OTHER}.`,
    )
    .join(" ");

function inSteps(
  table: TableReport,
  selection: Applied["selection"],
  cubes: readonly Cube[],
  needed: readonly CubeColumn[],
  timeZone: string,
): Missing | undefined {
  const { from, slotMs } = table;
  const chosen = selection.time;
  if (!chosen) return undefined;
  const timeIn = ({ slots }: Cube) => ({
    from: Math.floor(chosen.from / slots) * slots,
    until: Math.ceil(chosen.until / slots) * slots,
  });
  const cube = cubes
    .filter((one) => exactCube([one], [TIME, ...needed], { ...selection, time: timeIn(one) }))
    .reduce<Cube | undefined>((least, one) => (least && least.slots <= one.slots ? least : one), undefined);
  if (!cube) return undefined;
  const time = timeIn(cube);
  const offered = { from: from + time.from * slotMs, until: from + time.until * slotMs };
  const [start, end] = [timeText(offered.from, timeZone), timeText(offered.until, timeZone)];
  return {
    missing: `This is counted in steps of ${lengthOfSteps(table, cube.slots * slotMs, timeZone)}: choose ${start} to ${end}, or run its SQL.`,
    offered,
  };
}
