import { scaleLinear, scaleLog } from "d3-scale";
import { line, stack } from "d3-shape";
import { sum } from "../../terminal/quantities";
import { type Element, h, type Part } from "./node";
import type { OverTime } from "./over-time";
import { shortCount } from "./text";
import { type Slots, type TimeLabel, timeLabels } from "./time-labels";

export const CHART_WIDTH = 960;
const HEIGHT = 230;
const MARGIN = { left: 58, right: 12, top: 12, bottom: 36 };
/** Where the lines of time end. */
const BOTTOM = HEIGHT - MARGIN.bottom;
const TICKS = 4;
/** Width of a label of the time, and the space to the next. */
const LABEL_WIDTH = 78;
/** Durations that differ more than this are shown on a logarithmic scale: on a linear one, the short ones would be one line. */
const LINEAR_RATIO = 50;

/** Geometry that the page needs to turn a position into a time. */
export const PLOT = { left: MARGIN.left, right: MARGIN.right };

const CLASSES: Readonly<Record<string, string>> = {
  "1xx": "s1",
  "2xx": "s2",
  "3xx": "s3",
  "4xx": "s4",
  "5xx": "s5",
};
const statusClassName = (status: string): string => CLASSES[status] ?? "s0";

interface Frame extends Slots {
  readonly width: number;
  readonly label: string;
  readonly timeZone: string;
}

/** Stacked bars of the status classes. */
export function statusChart(over: OverTime, slots: Slots, timeZone: string, width: number): Element {
  const highest = Math.max(1, ...over.counts.map((counts) => sum(counts)));
  const y = scaleLinear([0, highest], [BOTTOM, MARGIN.top]).nice(TICKS);
  const x = scaleLinear([0, over.counts.length], [MARGIN.left, width - MARGIN.right]);
  const barWidth = Math.max(0.5, x(1) - x(0) - (x(1) - x(0) > 4 ? 1 : 0));
  const layers = stack<readonly number[], number>()
    .keys(over.statuses.map((_, index) => index))
    .value((counts, key) => counts[key] ?? 0)(over.counts);
  const bars = layers.flatMap((layer) =>
    layer.flatMap(([low, high], index) =>
      high > low
        ? [
            h("rect", {
              class: statusClassName(over.statuses[layer.key] ?? ""),
              x: x(index).toFixed(1),
              y: y(high).toFixed(1),
              width: barWidth.toFixed(1),
              height: Math.max(0.5, y(low) - y(high)).toFixed(1),
            }),
          ]
        : [],
    ),
  );
  return framed(
    {
      ...slots,
      width,
      timeZone,
      label: "Requests over time by status class; the table below has the numbers",
    },
    y
      .ticks(TICKS)
      .filter(Number.isInteger)
      .map((tick) => [y(tick), shortCount(tick)] as const),
    bars,
  );
}

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Lines of durations in milliseconds. */
export function lineChart(lines: readonly Line[], slots: Slots, timeZone: string, width: number): Element {
  const durations = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  return scaledLines(lines, durationScale(durations), "Response time", slots, timeZone, width);
}

/** Lines of the shares of status classes, on a scale that shows small ones. */
export const shareChart = (shares: readonly Line[], slots: Slots, timeZone: string, width: number): Element =>
  scaledLines(
    shares,
    shareScale(shares.flatMap(({ values }) => values.filter((value) => value !== null))),
    "Shares of errors",
    slots,
    timeZone,
    width,
    (index) => statusClassName(shares[index]?.name ?? ""),
  );

/** A line of percentages. */
export const percentChart = (percent: Line, slots: Slots, timeZone: string, width: number): Element =>
  scaledLines([percent], PERCENT_SCALE, percent.name, slots, timeZone, width);

/** Lines with a gap where there is no value, and a point between two gaps. */
function scaledLines(
  lines: readonly Line[],
  y: Scale,
  name: string,
  slots: Slots,
  timeZone: string,
  width: number,
  className = (index: number): string => `l${index}`,
): Element {
  const x = scaleLinear([0, slots.count], [MARGIN.left, width - MARGIN.right]);
  const paths = lines.flatMap(({ values }, index) => {
    const path = line<number | null>()
      .defined((value) => value !== null)
      .x((_, slot) => x(slot + 0.5))
      .y((value) => y.place(value ?? 0))
      .digits(1)(values);
    const points = values.flatMap((value, slot) =>
      value === null || !isAlone(values, slot)
        ? []
        : [
            h("circle", {
              class: `point ${className(index)}`,
              cx: x(slot + 0.5).toFixed(1),
              cy: y.place(value).toFixed(1),
              r: 2.5,
            }),
          ],
    );
    return [h("path", { class: `line ${className(index)}`, d: path ?? "" }), ...points];
  });
  return framed(
    { ...slots, width, timeZone, label: `${name}; the table below has the numbers` },
    y.ticks.map((tick) => [y.place(tick), y.text(tick)] as const),
    [
      ...paths,
      ...(y.isLinear
        ? []
        : [h("text", { class: "tick", x: MARGIN.left + 6, y: MARGIN.top + 14 }, "logarithmic scale")]),
    ],
  );
}

/** Short, because the values of ticks are round. */
const tickText = (milliseconds: number): string =>
  milliseconds < 1000 ? `${milliseconds} ms` : `${shortCount(milliseconds / 1000)} s`;

const isAlone = (values: readonly (number | null)[], slot: number): boolean =>
  (values[slot - 1] ?? null) === null && (values[slot + 1] ?? null) === null;

interface Scale {
  readonly isLinear: boolean;
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
  readonly text: (tick: number) => string;
}

const HEIGHTS = [BOTTOM, MARGIN.top];

const PERCENT_SCALE: Scale = {
  isLinear: true,
  place: scaleLinear([0, 100], HEIGHTS),
  ticks: [0, 25, 50, 75, 100],
  text: (tick) => `${tick} %`,
};

function shareScale(values: readonly number[]): Scale {
  const linear = scaleLinear([0, Math.max(1, ...values)], HEIGHTS).nice(TICKS);
  return { isLinear: true, place: linear, ticks: linear.ticks(TICKS), text: (tick) => `${tick} %` };
}

function durationScale(values: readonly number[]): Scale {
  const highest = Math.max(1, ...values);
  const lowest = Math.max(1, Math.min(highest, ...values));
  if (highest / lowest <= LINEAR_RATIO) {
    const linear = scaleLinear([0, highest], HEIGHTS).nice(TICKS);
    return { isLinear: true, place: linear, ticks: linear.ticks(TICKS), text: tickText };
  }
  const log = scaleLog([lowest, highest], HEIGHTS).nice().clamp(true);
  return {
    isLinear: false,
    place: log,
    ticks: log.ticks(TICKS).filter((tick) => Number.isInteger(Math.log10(tick))),
    text: tickText,
  };
}

function framed(
  frame: Frame,
  ticks: readonly (readonly [number, string])[],
  content: readonly Part[],
): Element {
  const { width, count, label, timeZone } = frame;
  const x = scaleLinear([0, count], [MARGIN.left, width - MARGIN.right]);
  const grid = ticks.flatMap(([y, text]) => [
    h("line", {
      class: "grid",
      x1: MARGIN.left,
      x2: width - MARGIN.right,
      y1: y.toFixed(1),
      y2: y.toFixed(1),
    }),
    h("text", { class: "tick", x: MARGIN.left - 8, y: (y + 4).toFixed(1), "text-anchor": "end" }, text),
  ]);
  const most = Math.max(1, Math.floor((width - MARGIN.left - MARGIN.right) / LABEL_WIDTH));
  // A label is in the middle below the start of its slot: there is no place for one at the end.
  const slots = { ...frame, count: Math.min(count, Math.floor(x.invert(width - LABEL_WIDTH / 2)) + 1) };
  const times = timeLabels(slots, timeZone, most).map((one) => ({ ...one, at: x(one.slot) }));
  return h(
    "svg",
    {
      class: "chart",
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      "aria-label": label,
      "data-slots": count,
      "data-from": frame.from,
      "data-slot-ms": frame.slotMs,
    },
    grid,
    times.flatMap(timeLabel),
    content,
  );
}

const timeLabel = ({ at, texts }: TimeLabel & { readonly at: number }): Element[] => [
  h("line", { class: "grid", x1: at.toFixed(1), x2: at.toFixed(1), y1: BOTTOM, y2: BOTTOM + 5 }),
  ...texts.map((text, index) =>
    h(
      "text",
      { class: "tick", x: at.toFixed(1), y: BOTTOM + 18 + 14 * index, "text-anchor": "middle" },
      text,
    ),
  ),
];

/** Names next to their colours. */
export const legend = (entries: readonly (readonly [string, string])[]): Element =>
  h(
    "ul",
    { class: "legend" },
    entries.map(([className, name]) => h("li", {}, h("span", { class: `swatch ${className}` }), name)),
  );

/** @param what follows each name */
export const statusLegend = (statuses: readonly string[], what = ""): Element =>
  legend(statuses.map((status) => [statusClassName(status), status + what]));
