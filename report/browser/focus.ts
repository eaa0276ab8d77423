/** Remembers what has the focus: drawing replaces it. */
export function focusNow(): () => void {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || !("panel" in active.dataset || "search" in active.dataset))
    return () => undefined;
  const selector = Object.entries(active.dataset)
    .map(([name, value]) => `[data-${name}="${CSS.escape(value ?? "")}"]`)
    .join("");
  const position = active instanceof HTMLInputElement ? active.selectionStart : null;
  return () => {
    const again = document.querySelector<HTMLElement>(selector);
    again?.focus({ preventScroll: true });
    if (again instanceof HTMLInputElement) again.setSelectionRange(position, position);
  };
}
