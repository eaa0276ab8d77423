import { DIMENSION_LABELS, type Report } from "../model";
import { h, visible } from "../page/node";
import { type State, type Time, wholeTime, withEnd } from "../page/state";
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
  const alone = time
    ? [h("button", { type: "button", "data-action": "alone" }, "A page of this time alone")]
    : [];
  const all = [...range, ...chips];
  const bar = document.getElementById("filters");
  const focus = bar ? focusNear(bar) : () => undefined;
  bar?.replaceChildren(...(all.length > 0 ? [...all, reset, ...alone] : []).map(toDom));
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
  const select = (name: keyof Time, label: string, chosen: readonly number[]) =>
    h(
      "select",
      { "data-time": name, "aria-label": label },
      h("option", { value: "" }, label),
      chosen.map((instant) => h("option", { value: instant }, timeText(instant, report.timeZone))),
    );
  const controls = [
    ...(report.tables.length > 0
      ? [select("from", "From", instants.slice(0, -1)), select("until", "Until", instants.slice(1))]
      : []),
    h("button", { type: "button", "data-action": "theme" }, "Light or dark"),
  ];
  document.getElementById("controls")?.replaceChildren(...controls.map(toDom));
}

/** @param time the chosen one until now @param select the end that was chosen */
export function chosenTime(report: Report, time: Time | undefined, select: HTMLSelectElement): Time {
  const whole = wholeTime(report);
  const end = select.dataset.time === "from" ? "from" : "until";
  return withEnd(time ?? whole, end, select.value === "" ? whole[end] : Number(select.value), whole);
}
