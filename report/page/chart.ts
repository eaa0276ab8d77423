import { scaleLinear } from "d3-scale";
import { line, stack } from "d3-shape";
import type { TableReport } from "../model";
import { clockText, dayText } from "../zone";
import { type Element, h, type Part } from "./node";
import { type OverTime, slotStart } from "./over-time";
import { durationText, shortCount } from "./text";

export const CHART_WIDTH = 960;
const HEIGHT = 230;
const MARGIN = { left: 58, right: 12, top: 12, bottom: 36 };
const TICKS = 4;

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

interface Frame {
  readonly width: number;
  readonly slots: number;
  readonly label: string;
  readonly timeOf: (slot: number) => number;
  readonly timeZone: string;
}

/** Stacked bars of the status classes. */
export function statusChart(table: TableReport, over: OverTime, timeZone: string, width: number): Element {
  const highest = Math.max(1, ...over.counts.map((counts) => counts.reduce((total, one) => total + one, 0)));
  const y = scaleLinear([0, highest], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(TICKS);
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
  const frame: Frame = {
    width,
    slots: over.counts.length,
    label: "Requests over time by status class; the table below has the numbers",
    timeOf: (slot) => slotStart(table, over, slot),
    timeZone,
  };
  return framed(
    frame,
    y.ticks(TICKS).map((tick) => [y(tick), shortCount(tick)] as const),
    bars,
  );
}

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Lines of durations in milliseconds; a gap where there is no value. */
export function lineChart(
  lines: readonly Line[],
  timeOf: (slot: number) => number,
  timeZone: string,
  width: number,
): Element {
  const slots = lines[0]?.values.length ?? 0;
  const highest = Math.max(1, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const y = scaleLinear([0, highest], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(TICKS);
  const x = scaleLinear([0, slots], [MARGIN.left, width - MARGIN.right]);
  const paths = lines.map(({ values }, index) => {
    const path = line<number | null>()
      .defined((value) => value !== null)
      .x((_, slot) => x(slot + 0.5))
      .y((value) => y(value ?? 0))
      .digits(1)(values);
    return h("path", { class: `line l${index}`, d: path ?? "" });
  });
  const frame = { width, slots, label: "Response time; the table below has the numbers", timeOf, timeZone };
  return framed(
    frame,
    y.ticks(TICKS).map((tick) => [y(tick), durationText(tick)] as const),
    paths,
  );
}

function framed(
  frame: Frame,
  ticks: readonly (readonly [number, string])[],
  content: readonly Part[],
): Element {
  const { width, slots, label, timeOf, timeZone } = frame;
  const x = scaleLinear([0, slots], [MARGIN.left, width - MARGIN.right]);
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
  const labels = Math.max(1, Math.min(slots, Math.floor((width - MARGIN.left) / 96)));
  const step = Math.max(1, Math.ceil(slots / labels));
  let day = "";
  const times: Part[] = [];
  for (let slot = 0; slot < slots; slot += step) {
    const at = x(slot);
    const today = dayText(timeOf(slot), timeZone);
    times.push(
      h("text", { class: "tick", x: at.toFixed(1), y: HEIGHT - 18 }, clockText(timeOf(slot), timeZone)),
    );
    if (today !== day) times.push(h("text", { class: "tick day", x: at.toFixed(1), y: HEIGHT - 4 }, today));
    day = today;
  }
  return h(
    "svg",
    {
      class: "chart",
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      "aria-label": label,
      "data-slots": slots,
    },
    grid,
    times,
    content,
  );
}

/** Names next to their colours. */
export const legend = (entries: readonly (readonly [string, string])[]): Element =>
  h(
    "ul",
    { class: "legend" },
    entries.map(([className, name]) => h("li", {}, h("span", { class: `swatch ${className}` }), name)),
  );

export const statusLegend = (statuses: readonly string[]): Element =>
  legend(statuses.map((status) => [statusClassName(status), status]));
