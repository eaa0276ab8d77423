import { addHours, hourOf, partitionValuesOf } from "../formats/hour";
import { MINUTE_MS } from "../formats/time";
import type { Random } from "../sample/random";
import { PREFIXES } from "./deployments";
import type { Faults } from "./faults";

/** A log file that AWS puts into the landing bucket. */
export interface Delivery {
  readonly key: string;
  /**
   * Represents its lines; unique for each file. If it starts with `BROKEN`, no engine can read the file. If it starts with
   * `OTHER_ORDER`, its row has no place by position. Otherwise it is a row, and unparsed lines, see `unparsedIn`.
   */
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Start of the body of a file that no engine can read. */
export const BROKEN = "broken";
/** Body of broken files that the engine does not name in its error. */
export const UNNAMED = `${BROKEN} without a word`;

/** A header that names fields in another order. */
const OTHER_ORDER = "#Fields: c-country date\n";

/** The lines of a delivered file as an engine must find them. */
export const readableLines = (body: string): string =>
  body.startsWith(OTHER_ORDER)
    ? `${OTHER_ORDER}${JSON.stringify({ "c-country": body.slice(OTHER_ORDER.length), date: "" })}\n`
    : body;

/** Number of unparsed lines in a body. */
export const unparsedIn = (body: string): number => Number(/ and (\d+) unparsed$/.exec(body)?.[1] ?? 0);

const MAX_LATE_HOURS = 26;
const MAX_UNPARSED = 3;
const UNPARSED_RATE = 0.3;
const SAME_NAME_RATE = 0.2;
const OTHER_ORDER_RATE = 0.3;

/** The files of one simulation, in the order of their delivery. */
export function drawDeliveries(random: Random, faults: Faults, start: number, hours: number): Delivery[] {
  const deliveries: Delivery[] = [];
  for (let file = random.integer(16, 32); file > 0; file--) {
    const at = start + random.integer(0, hours * 60) * MINUTE_MS;
    const lateHours = faults.strikes("late file", 0.3) ? random.integer(2, MAX_LATE_HOURS) : 0;
    const name = random.hex(8);
    const prefix = random.pick([PREFIXES.shop, PREFIXES.api, PREFIXES.direct, PREFIXES.cdn]);
    const body = faults.strikes("broken file", 0.03)
      ? `${random.pick([BROKEN, UNNAMED])} of ${prefix}${name}`
      : linesOf(random, `${prefix}${name}`);
    deliveries.push({ key: keyOf(prefix, name, at, lateHours), body, at });
    // The same load balancer under two prefixes: the same file name, different lines.
    if (prefix === PREFIXES.shop && random.chance(SAME_NAME_RATE)) {
      const other = random.pick([PREFIXES.api, PREFIXES.direct]);
      const body = linesOf(random, `${other}${name}`);
      deliveries.push({ key: keyOf(other, name, at, lateHours), body, at });
    }
  }
  return deliveries.sort((a, b) => a.at - b.at);
}

function linesOf(random: Random, file: string): string {
  if (file.startsWith(PREFIXES.cdn) && random.chance(OTHER_ORDER_RATE))
    return `${OTHER_ORDER}lines of ${file}`;
  const unparsed = random.chance(UNPARSED_RATE) ? ` and ${random.integer(1, MAX_UNPARSED)} unparsed` : "";
  return `lines of ${file}${unparsed}`;
}

function keyOf(prefix: string, name: string, at: number, lateHours: number): string {
  const hour = addHours(hourOf(at), -lateHours);
  const { dt, hour: hh } = partitionValuesOf(hour);
  // Not packed: the library packs in other threads, whose order is not that of the seed.
  if (prefix === PREFIXES.cdn) return `${prefix}E2EXAMPLE1SHOP.${dt}-${hh}.${name}`;
  const day = dt.replaceAll("-", "/");
  return `${prefix}111122223333/elasticloadbalancing/eu-central-1/${day}/111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_${dt.replaceAll("-", "")}T${hh}35Z_10.0.1.7_${name}.log.gz`;
}
