import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../formats/time";
import { clockText, dayText } from "../zone";

/** Equal slots of time, one after the other. */
export interface Slots {
  readonly count: number;
  /** Start of the first, in milliseconds. */
  readonly from: number;
  readonly slotMs: number;
}

/** The texts below a slot, from top to bottom. */
export interface TimeLabel {
  readonly slot: number;
  readonly texts: readonly string[];
}

/** A slot gets a label if its start has another number than the time before. */
interface Step {
  /** Its length, about. */
  readonly ms: number;
  readonly numberOf: (local: number) => number;
  readonly texts: (local: number) => readonly [string, string?];
}

const dayOf = (local: number): string => dayText(local, "UTC");

const ofClock = (ms: number): Step => ({
  ms,
  numberOf: (local) => Math.floor(local / ms),
  texts: (local) => [clockText(local, "UTC"), dayOf(local)],
});
/** Weeks start on Monday; the first day of 1970 was a Thursday. */
const ofDays = (days: number): Step => ({
  ms: days * DAY_MS,
  numberOf: (local) => Math.floor((local / DAY_MS + 3) / days),
  texts: (local) => [dayOf(local)],
});
const ofMonths = (months: number): Step => ({
  ms: months * 30 * DAY_MS,
  numberOf: (local) => {
    const date = new Date(local);
    return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / months);
  },
  texts: (local) => [dayOf(local)],
});

/** From short to long. */
const STEPS: readonly Step[] = [
  ...[MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS].map(ofClock),
  ...[HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS].map(ofClock),
  ...[1, 2, 7, 14].map(ofDays),
  ...[1, 3, 6, 12, 24, 60, 120, 1200].map(ofMonths),
];

/** Labels of the slots at which an hour, a day or a month starts in the time zone, at most so many. */
export function timeLabels({ count, from, slotMs }: Slots, timeZone: string, most: number): TimeLabel[] {
  const starts = Array.from({ length: count }, (_, slot) => localTime(from + slot * slotMs, timeZone));
  const steps = STEPS.filter(({ ms }) => ms >= slotMs).map((step) => ({
    step,
    slots: startsOf(step, starts),
  }));
  const { step = ofMonths(1), slots = [] } = labelled(steps, most) ?? {};
  let day = "";
  // A short range may start and end within one step.
  return (slots.length > 0 ? slots : [0]).map((slot) => {
    const [first, second] = step.texts(starts[slot] ?? 0);
    const texts = [first, ...(second === undefined || second === day ? [] : [second])];
    day = second ?? "";
    return { slot, texts };
  });
}

/** A step, and the slots at which it starts. */
interface Marked {
  readonly step: Step;
  readonly slots: readonly number[];
}

/** The first step that fits. If that is a single label, some of the step before it, which has too many: ten days have one Monday. */
function labelled(steps: readonly Marked[], most: number): Marked | undefined {
  const fitting = steps.find(({ slots }) => slots.length <= most);
  const finer = steps.filter(({ slots }) => slots.length > most).at(-1);
  if (!finer || (fitting && fitting.slots.length > 1)) return fitting;
  const each = Math.ceil(finer.slots.length / most);
  return { ...finer, slots: finer.slots.filter((_, index) => index % each === 0) };
}

const startsOf = ({ numberOf }: Step, starts: readonly number[]): number[] =>
  starts.flatMap((local, slot) =>
    numberOf(local) === numberOf(starts[slot - 1] ?? local - 1) ? [] : [slot],
  );

/** The time on the clocks of a zone, as if it were UTC. */
const localTime = (instant: number, timeZone: string): number =>
  Date.parse(`${dayText(instant, timeZone)}T${clockText(instant, timeZone)}Z`);
