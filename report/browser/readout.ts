import { PLOT } from "../page/chart";

/** Shows what a chart says about the time below the pointer. @param textAt of the start of a slot, in milliseconds */
export function readable(plot: HTMLElement, textAt: (instant: number) => string): void {
  const svg = plot.querySelector("svg");
  if (!svg) return;
  const [slots, from, slotMs] = [svg.dataset.slots, svg.dataset.from, svg.dataset.slotMs].map(Number);
  const width = svg.viewBox.baseVal.width;
  const readout = plot.appendChild(document.createElement("p"));
  readout.className = "readout";
  readout.hidden = true;
  // Everybody else has the table below.
  readout.setAttribute("aria-hidden", "true");
  let shown: number | undefined;
  const hide = () => {
    shown = undefined;
    readout.hidden = true;
  };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    const slot = Math.floor(((x - PLOT.left) / (width - PLOT.left - PLOT.right)) * (slots ?? 0));
    if (slot < 0 || slot >= (slots ?? 0)) return hide();
    if (slot === shown) return;
    shown = slot;
    readout.textContent = textAt((from ?? 0) + slot * (slotMs ?? 0));
    readout.hidden = false;
  });
  svg.addEventListener("pointerleave", hide);
}
