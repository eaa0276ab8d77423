import { pathToFileURL } from "node:url";
import type { Locator, Page } from "playwright-core";
import { CHROMIUM, launch } from "../testing/chromium";

/** The largest values of each panel are clicked. */
const VALUES_PER_PANEL = 2;

/** Milliseconds from a click until parts of the page are drawn and laid out. */
export interface FilterTime {
  /** The parts on the screen. */
  readonly screen: number;
  /** All parts. */
  readonly page: number;
}

/**
 * Clicks values of a page's panels in Chromium, each twice: that sets a filter and removes it.
 *
 * @returns the time of each click; nothing without Chromium
 */
export async function filterTimes(page: string): Promise<readonly FilterTime[]> {
  if (!CHROMIUM) return [];
  const browser = await launch();
  try {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await tab.goto(pathToFileURL(page).href);
    await tab.waitForSelector("html[data-ready]");
    const times: FilterTime[] = [];
    for (const selector of await valuesOf(tab)) {
      // A click draws the panels, and so the buttons, again.
      for (let click = 0; click < 2; click++) times.push(await clickTime(tab.locator(selector).first()));
    }
    return times;
  } finally {
    await browser.close();
  }
}

/** Selectors of the values to click. */
const valuesOf = (tab: Page): Promise<string[]> =>
  tab.$$eval(
    'button[data-panel][data-action="filter"]',
    (buttons, valuesPerPanel) => {
      const panels = new Map<string, string[]>();
      for (const { dataset } of buttons) {
        const { panel = "", value = "" } = dataset;
        const selector = `button[data-panel="${panel}"][data-value=${JSON.stringify(value)}]`;
        panels.set(panel, [...(panels.get(panel) ?? []), selector]);
      }
      return [...panels.values()].flatMap((selectors) => selectors.slice(0, valuesPerPanel));
    },
    VALUES_PER_PANEL,
  );

const clickTime = async (button: Locator): Promise<FilterTime> => {
  await button.scrollIntoViewIfNeeded();
  return button.evaluate(
    (element) =>
      new Promise<FilterTime>((resolve) => {
        const { body, defaultView: window } = element.ownerDocument;
        const main = body.querySelector("main");
        const start = performance.now();
        const timeNow = () => {
          // Reading a size makes the browser lay out the page.
          body.getBoundingClientRect();
          return performance.now() - start;
        };
        const drawn = () => {
          const screen = timeNow();
          const wait = () => {
            if (main?.ariaBusy === "true") setTimeout(wait);
            else resolve({ screen, page: timeNow() });
          };
          wait();
        };
        // The page's own listener is called before this one.
        window?.addEventListener("hashchange", drawn, { once: true });
        element.dispatchEvent(new Event("click", { bubbles: true }));
        // Without any filter, the page is drawn in the click.
        if (window?.location.hash === "") drawn();
      }),
  );
};
