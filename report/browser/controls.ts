import { DIMENSION_LABELS, type Report } from "../model";
import { h, visible } from "../page/node";
import type { State } from "../page/state";
import { timeText } from "../zone";
import { toDom } from "./dom";
import { focusNear } from "./focus";

/** Shows the filters that are set, each with a button that removes it. */
export function drawFilters(report: Report, state: State): void {
  const { time, filters } = state;
  const chips = [...filters].flatMap(([id, values]) =>
    values.map((value) =>
      h(
        "button",
        {
          type: "button",
          class: "chip",
          "data-action": "filter",
          "data-dimension": id,
          "data-value": value,
          "aria-label": `Remove the filter ${DIMENSION_LABELS[id]}: ${visible(value)}`,
        },
        `${DIMENSION_LABELS[id]}: ${value === "" ? "(none)" : visible(value)} ×`,
      ),
    ),
  );
  const range = time
    ? [
        h(
          "button",
          { type: "button", class: "chip", "data-action": "no-time" },
          `${timeText(time.from, report.timeZone)} to ${timeText(time.until, report.timeZone)} ×`,
        ),
      ]
    : [];
  const reset = h("button", { type: "button", "data-action": "reset" }, "Remove all filters");
  const all = [...range, ...chips];
  const bar = document.getElementById("filters");
  const focus = bar ? focusNear(bar) : () => undefined;
  bar?.replaceChildren(...(all.length > 0 ? [...all, reset] : []).map(toDom));
  focus();
  for (const [name, value] of [
    ["from", time?.from],
    ["until", time?.until],
  ] as const) {
    const select = document.querySelector<HTMLSelectElement>(`select[data-time="${name}"]`);
    if (!select) continue;
    const isThere = [...select.options].some((option) => option.value === String(value ?? ""));
    // A link may have a time between the steps.
    if (value !== undefined && !isThere)
      select.add(new Option(timeText(value, report.timeZone), String(value)));
    select.value = String(value ?? "");
  }
}

/** Makes the lists of times, and the button for light and dark. */
export function drawControls(report: Report): void {
  const instants = [
    ...new Set(
      report.tables.flatMap(({ from, until, slotMs }) =>
        Array.from({ length: Math.ceil((until - from) / slotMs) + 1 }, (_, index) => from + index * slotMs),
      ),
    ),
  ].sort((a, b) => a - b);
  const select = (name: "from" | "until", label: string) =>
    h(
      "select",
      { "data-time": name, "aria-label": label },
      h("option", { value: "" }, label),
      instants.map((instant) => h("option", { value: instant }, timeText(instant, report.timeZone))),
    );
  const controls = [
    ...(report.tables.length > 0 ? [select("from", "From"), select("until", "Until")] : []),
    h("button", { type: "button", "data-action": "theme" }, "Light or dark"),
  ];
  document.getElementById("controls")?.replaceChildren(...controls.map(toDom));
}

/** @param changed the end that was chosen: the other one gives way to it */
export function chosenTime({ tables }: Report, changed: string): NonNullable<State["time"]> {
  const value = (name: string) =>
    Number(document.querySelector<HTMLSelectElement>(`select[data-time="${name}"]`)?.value ?? "");
  const first = Math.min(...tables.map((table) => table.from));
  const last = Math.max(...tables.map((table) => table.until));
  const [from, until] = [value("from") || first, value("until") || last];
  if (until > from) return { from, until };
  return changed === "from" ? { from, until: last } : { from: first, until };
}
