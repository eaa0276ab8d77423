/** Remembers what has the focus: drawing replaces it. A button that goes when it is pressed leaves it to the rows of its panel. */
export function focusNow(): () => void {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || !("panel" in active.dataset || "search" in active.dataset))
    return () => undefined;
  const selector = Object.entries(active.dataset)
    .map(([name, value]) => `[data-${name}="${CSS.escape(value ?? "")}"]`)
    .join("");
  const position = active instanceof HTMLInputElement ? active.selectionStart : null;
  return () => {
    const again =
      document.querySelector<HTMLElement>(selector) ??
      document.querySelector<HTMLElement>(`#${active.dataset.panel ?? active.dataset.search} .scroll`);
    again?.focus({ preventScroll: true });
    if (again instanceof HTMLInputElement) again.setSelectionRange(position, position);
  };
}

/**
 * Remembers which filter has the focus: a button that removes one goes with it. Then the next filter has it; or after the last
 * one, the row that it was about, or the list of times.
 */
export function focusNear(filters: HTMLElement): () => void {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || !filters.contains(active)) return () => undefined;
  const index = [...filters.children].indexOf(active);
  const { dimension, value } = active.dataset;
  return () => {
    const chips = filters.querySelectorAll<HTMLElement>(".chip");
    const near =
      chips[Math.min(index, chips.length - 1)] ??
      [...document.querySelectorAll<HTMLElement>(".value")].find(
        ({ dataset }) => dataset.dimension === dimension && dataset.value === value,
      ) ??
      document.querySelector<HTMLElement>("select[data-time]");
    near?.focus({ preventScroll: true });
  };
}
