import { CHART_WIDTH, PLOT } from "../page/chart";

/** Slots of a chart, from `from` until before `until`. */
export interface Brushed {
  readonly from: number;
  readonly until: number;
}

/** Lets the pointer choose slots of a chart. A click without a movement chooses nothing. */
export function brushable(plot: HTMLElement, onChosen: (slots: Brushed) => void): void {
  const svg = plot.querySelector("svg");
  if (!svg) return;
  const slots = Number(svg.dataset.slots);
  const width = svg.viewBox.baseVal.width || CHART_WIDTH;
  const slotAt = (event: PointerEvent): number => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    return Math.min(slots, Math.max(0, ((x - PLOT.left) / (width - PLOT.left - PLOT.right)) * slots));
  };
  let start: number | undefined;
  let mark: SVGRectElement | undefined;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = slotAt(event);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (start === undefined) return;
    mark ??= svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
    const { from, until } = ordered(start, slotAt(event));
    const scale = (width - PLOT.left - PLOT.right) / slots;
    mark.setAttribute("class", "brush");
    mark.setAttribute("x", String(PLOT.left + from * scale));
    mark.setAttribute("y", "0");
    mark.setAttribute("width", String((until - from) * scale));
    mark.setAttribute("height", String(svg.viewBox.baseVal.height));
  });
  svg.addEventListener("pointerup", (event) => {
    const isChosen = mark !== undefined && start !== undefined;
    const slotsChosen = ordered(start ?? 0, slotAt(event));
    mark?.remove();
    mark = undefined;
    start = undefined;
    if (isChosen && slotsChosen.until > slotsChosen.from) onChosen(slotsChosen);
  });
  svg.addEventListener("pointercancel", () => {
    mark?.remove();
    mark = undefined;
    start = undefined;
  });
}

/** Whole slots between two positions. */
const ordered = (a: number, b: number): Brushed => ({
  from: Math.floor(Math.min(a, b)),
  until: Math.ceil(Math.max(a, b)),
});
