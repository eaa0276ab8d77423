import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { readAssets } from "../../report/assets";
import type { Report } from "../../report/model";
import { renderPage } from "../../report/render";
import { CHROMIUM, launch } from "../../testing/chromium";
import type { TestLake } from "../helpers/lake";
import { HOSTILE, reportLake, reportOf } from "../helpers/report";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

if (!CHROMIUM) console.warn("skipped: Chromium is not installed (apt-get install chromium)");

(CHROMIUM ? describe : describe.skip)("the report in Chromium", () => {
  let lake: TestLake;
  let browser: Browser;
  let report: Report;
  let file: string;
  const problems: string[] = [];

  beforeAll(async () => {
    lake = await reportLake();
    report = await reportOf(lake.lake);
    file = join(lake.lake, "report.html");
    writeFileSync(file, await renderPage(report, await readAssets(join(__dirname, "../../dist/cli"))));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    lake?.delete();
  });
  afterEach(() => expect(problems.splice(0)).toEqual([]));

  /** Opens the page from its file, and does something with it. */
  async function withPage<T>(
    options: BrowserContextOptions,
    hash: string,
    use: (page: Page) => Promise<T>,
    opened = file,
  ): Promise<T> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    try {
      const page = await context.newPage();
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      page.on("request", (request) => {
        if (!/^(?:file|data):/.test(request.url())) problems.push(`request of ${request.url()}`);
      });
      await page.goto(pathToFileURL(opened).href + hash);
      if (options.javaScriptEnabled !== false) await page.waitForSelector("html[data-ready]");
      return await use(page);
    } finally {
      await context.close();
    }
  }

  const drawn = (page: Page) => page.waitForSelector('#main[aria-busy="false"]');
  /** Looks at each frame; Playwright's own function is refused by the page's policy if it has to look twice. */
  const comesTrue = (page: Page, condition: string) =>
    page.evaluate(`new Promise((resolve) => {
      const look = () => (${condition} ? resolve() : requestAnimationFrame(look));
      look();
    })`);
  /** Value and requests of the rows of a panel. */
  const rowsOf = async (page: Page, panel: string): Promise<Record<string, number>> => {
    if (await page.$("html[data-ready]")) await drawn(page);
    const cells = await page.$$eval(`#${panel} tbody tr`, (rows) =>
      rows.map((row) => [...row.querySelectorAll("td")].map(({ textContent }) => textContent ?? "")),
    );
    return Object.fromEntries(
      cells.map(([value = "", requests = ""]) => [value, Number(requests.replaceAll(",", ""))]),
    );
  };
  const counted = async (sql: string): Promise<Record<string, number>> =>
    Object.fromEntries((await lake.query(sql)).map(({ name, requests }) => [String(name), Number(requests)]));
  const METHODS = "SELECT request_verb AS name, count(*) AS requests FROM alb_access_logs";

  const axe = async (page: Page): Promise<unknown> => {
    await page.evaluate(AXE);
    return page.evaluate(
      "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]))",
    );
  };

  it("has the numbers of the table, and filters all panels with a click", () =>
    withPage({}, "", async (page) => {
      expect(await rowsOf(page, "alb-method")).toEqual(await counted(`${METHODS} GROUP BY 1`));
      await page.click('#alb-status [data-value="4xx"]');
      await page.waitForSelector('#filters [data-value="4xx"]');
      const filtered = await counted(`${METHODS} WHERE elb_status_code LIKE '4%' GROUP BY 1`);
      expect(await rowsOf(page, "alb-method")).toEqual(filtered);
      await page.click('#alb-method [data-value="GET"]');
      await page.waitForSelector('#filters [data-value="GET"]');
      const codes = await counted(
        "SELECT elb_status_code AS name, count(*) AS requests FROM alb_access_logs WHERE elb_status_code LIKE '4%' AND request_verb = 'GET' GROUP BY 1",
      );
      expect(await rowsOf(page, "alb-code")).toEqual(codes);
      expect(page.url()).toMatch(/#status=4xx&method=GET$/);
      await page.goBack();
      await page.waitForSelector('#filters [data-value="GET"]', { state: "detached" });
      expect(await rowsOf(page, "alb-method")).toEqual(filtered);
    }));

  it("draws the panels on the screen before the others", () =>
    withPage({}, "", async (page) => {
      const first = "#alb-status";
      await page.locator(first).scrollIntoViewIfNeeded();
      const isNew = (await page.evaluate(`new Promise((resolve) => {
        const places = () => ["${first}", "#cloudfront-method"].map((panel) => document.querySelector(panel));
        const [seen, hidden] = places();
        addEventListener("hashchange", () => {
          const [nowSeen, nowHidden] = places();
          resolve([nowSeen !== seen, nowHidden !== hidden, document.querySelector("#main").ariaBusy]);
        });
        document.querySelector('${first} [data-value="4xx"]').click();
      })`)) as unknown;
      expect(isNew).toEqual([true, false, "true"]);
      await drawn(page);
      expect(await rowsOf(page, "cloudfront-method")).toEqual(
        await counted(
          "SELECT cs_method AS name, count(*) AS requests FROM cloudfront_access_logs WHERE sc_status LIKE '4%' GROUP BY 1",
        ),
      );
    }));

  it("shows after several quick clicks what it shows when it is opened with the same address", async () => {
    const textOf = async (page: Page) => {
      await drawn(page);
      return page.evaluate("document.getElementById('main').textContent");
    };
    const { hash, text } = await withPage({}, "", async (page) => {
      await page.evaluate(`for (const selector of [
        '#alb-status [data-value="4xx"]', '#alb-method [data-value="GET"]',
        '#cloudfront-edge [data-dimension]', '#cloudfront-edge [data-dimension]', '#alb-status [data-value="4xx"]',
        '#alb-traffic [data-dimension]',
      ]) document.querySelector(selector).click()`);
      await page.setViewportSize({ width: 1100, height: 500 });
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.waitForFunction("location.hash.includes('traffic')");
      return { hash: new URL(page.url()).hash, text: await textOf(page) };
    });
    expect(hash).toMatch(/method=GET/);
    await withPage({}, hash, async (page) => expect(await textOf(page)).toBe(text));
  });

  it("takes its filters from the address", () =>
    withPage({}, "#status=5xx", async (page) => {
      expect(await rowsOf(page, "alb-method")).toEqual(
        await counted(`${METHODS} WHERE elb_status_code LIKE '5%' GROUP BY 1`),
      );
    }));

  it("takes a range of time from the pointer", () =>
    withPage({}, "", async (page) => {
      const box = await page.locator("#alb-time .plot svg").first().boundingBox();
      if (!box) throw new Error("no chart");
      await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 3 });
      await page.mouse.up();
      await page.waitForSelector("#filters .chip");
      const parameters = new URLSearchParams(new URL(page.url()).hash.slice(1));
      const [from, until] = [parameters.get("from"), parameters.get("until")].map((text) =>
        Date.parse(text ?? ""),
      );
      expect(await rowsOf(page, "alb-method")).toEqual(
        await counted(`${METHODS} WHERE epoch_ms(time) >= ${from} AND epoch_ms(time) < ${until} GROUP BY 1`),
      );
    }));

  it("selects no text where the pointer chooses a time", () =>
    withPage({}, "", async (page) => {
      const labels = page.locator('#alb-time .plot text[text-anchor="middle"]');
      const [first, last] = [await labels.first().boundingBox(), await labels.last().boundingBox()];
      if (!first || !last) throw new Error("no labels");
      await page.mouse.move(first.x + 9, first.y + 5);
      await page.mouse.down();
      await page.mouse.move(last.x + 9, first.y + 5, { steps: 5 });
      expect(await page.locator("#alb-time .brush").count()).toBe(1);
      expect(await page.evaluate("getSelection().type")).not.toBe("Range");
      await page.mouse.up();
    }));

  it("says below the pointer what the table says about the same time", () =>
    withPage({}, "", async (page) => {
      for (const chart of ["alb-time", "alb-latency"]) {
        const rows = await page.$$eval(`#${chart} tbody tr`, (all) =>
          all.map((row) => [...row.querySelectorAll("td")].map(({ textContent }) => textContent ?? "")),
        );
        const svg = page.locator(`#${chart} .plot svg`).first();
        await svg.scrollIntoViewIfNeeded();
        const { width = 0 } = (await svg.boundingBox()) ?? {};
        let found = 0;
        for (let x = width * 0.07; x < width * 0.98; x += width * 0.05) {
          await svg.hover({ position: { x, y: 60 } });
          const readout = (await page.locator(`#${chart} .readout`).first().textContent()) ?? "";
          const [, ...values] = rows.find(([time = "?"]) => readout.startsWith(time)) ?? ["", "–"];
          for (const value of values) expect(readout).toContain(` ${value}`);
          if (values.length > 1) found += 1;
        }
        expect(found).toBeGreaterThan(0);
      }
      await page.mouse.move(0, 0);
      expect(await page.isVisible(".readout")).toBe(false);
    }));

  it("filters, sorts and searches with the keyboard alone, and keeps the focus", () =>
    withPage({}, "", async (page) => {
      await page.focus('#alb-status [data-value="2xx"]');
      await page.keyboard.press("Enter");
      await page.waitForSelector('#filters [data-value="2xx"]');
      expect(await page.evaluate("document.activeElement.dataset.value")).toBe("2xx");
      await page.focus('#alb-client [data-column="0"]');
      await page.keyboard.press("Enter");
      expect(await page.getAttribute("#alb-client th", "aria-sort")).toBe("ascending");
      await page.focus('[data-search="alb-client"]');
      await page.keyboard.type("198.51.100.1");
      const clients = Object.keys(await rowsOf(page, "alb-client"));
      expect(clients.length).toBeGreaterThan(1);
      expect(clients.every((client) => client.startsWith("198.51.100.1"))).toBe(true);
    }));

  it("keeps the focus near a filter that the keyboard removes", () =>
    withPage(
      {},
      "#from=2026-11-23T07:00:00.000Z&until=2026-11-23T08:00:00.000Z&status=2xx&status=5xx",
      async (page) => {
        const removeWith = async (selector: string) => {
          await page.focus(selector);
          await page.keyboard.press("Enter");
          await page.waitForSelector(selector, { state: "detached" });
          await drawn(page);
          return page.evaluate("({ ...document.activeElement.dataset })");
        };
        const chip = (value: string) => `#filters [data-value="${value}"]`;
        expect(await removeWith('#filters [data-action="no-time"]')).toMatchObject({ value: "2xx" });
        expect(await removeWith(chip("2xx"))).toMatchObject({ value: "5xx" });
        expect(await removeWith(chip("5xx"))).toMatchObject({ panel: "alb-status", value: "5xx" });
        await page.keyboard.press("Enter");
        await page.waitForSelector(chip("5xx"));
        expect(await removeWith('#filters [data-action="reset"]')).toMatchObject({ time: "from" });
      },
    ));

  it("filters by edge, path and people together, and says which filters a table does not have", () =>
    withPage({}, "", async (page) => {
      const filters = ["edge", "path", "traffic"] as const;
      for (const id of filters) {
        await page.click(`#cloudfront-${id} [data-dimension="${id}"]`);
        await page.waitForSelector(`#filters [data-dimension="${id}"]`);
      }
      const [edge, path, traffic] = filters.map((id) =>
        new URLSearchParams(page.url().split("#")[1]).get(id),
      );
      const isRobot = report.tables[1]?.dimensions.find(({ id }) => id === "traffic")?.sql;
      const pattern = report.tables[1]?.dimensions.find(({ id }) => id === "path")?.sql;
      expect(await rowsOf(page, "cloudfront-method")).toEqual(
        await counted(
          `SELECT cs_method AS name, count(*) AS requests FROM cloudfront_access_logs
            WHERE x_edge_location LIKE '${edge}%' AND ${pattern} = '${path}' AND ${isRobot} = '${traffic}' GROUP BY 1`,
        ),
      );
      await drawn(page);
      expect(await page.textContent("#alb")).toContain("This table has no edge");
    }));

  it("shows the file that could not be read, and a click on a slow path filters by it", () =>
    withPage({}, "", async (page) => {
      expect(await page.textContent("#rejected")).toContain("corrupt file");
      const gap = `document.querySelector("#rejected").getBoundingClientRect().top
        - [...document.querySelectorAll(".table")].at(-1).getBoundingClientRect().bottom`;
      expect(await page.evaluate(gap)).toBeGreaterThan(10);
      await page.click('[data-panel="rejected"][data-action="csv"]');
      expect(await page.textContent("dialog pre")).toMatch(/^File,Reason,Detail/);
      await page.click('dialog [data-action="close"]');
      await page.click("#alb-slowest .value");
      await page.waitForSelector('#filters [data-dimension="path"]');
    }));

  it("sorts and searches the answers of other tables, which no filter changes", () =>
    withPage({}, "", async (page) => {
      const panel = "#answer-s3_anonymous_reads";
      const keys = () =>
        page.$$eval(`${panel} tbody td:nth-child(2)`, (cells) => cells.map((cell) => cell.textContent));
      const [first, ...others] = await keys();
      expect([first, others.length]).toEqual([`${HOSTILE.path}10`, 14]);
      await page.click(`${panel} th:nth-child(2) button`);
      await page.click(`${panel} th:nth-child(2) button`);
      await page.click('#alb-status [data-value="4xx"]');
      expect((await keys()).at(0)).toBe(`${HOSTILE.path}24`);
      await page.fill(`${panel} input`, ">20");
      expect(await keys()).toEqual([`${HOSTILE.path}20`]);
    }));

  it("shows the unparsed lines of a table without rows", () =>
    withPage({}, "#status=4xx", async (page) => {
      expect(await page.textContent("#nlb .parts")).toContain(HOSTILE.agent);
      await page.click('[data-panel="nlb-unparsed"][data-action="csv"]');
      expect(await page.textContent("dialog pre")).toMatch(/^Line,File\r\n/);
    }));

  it("gives a panel as CSV, JSON and SQL", () =>
    withPage({}, "#method=GET", async (page) => {
      const shown = async (action: string) => {
        await page.click(`[data-panel="alb-status"][data-action="${action}"]`);
        const text = await page.textContent("dialog pre");
        await page.click('dialog [data-action="close"]');
        return text ?? "";
      };
      expect(await shown("csv")).toMatch(/^Status class,Requests,Share \(%\),4xx,5xx,Sent \(bytes\),/);
      expect(JSON.parse(await shown("json"))[0]).toHaveProperty("Requests");
      expect(await shown("sql")).toContain("IN ('GET')");
    }));

  it("does not run or show as markup what a client sent", () =>
    withPage({}, `#host=${encodeURIComponent("<img src=x onerror=window.broken=1>")}`, async (page) => {
      expect(await page.evaluate("window.broken")).toBeUndefined();
      expect(await page.$$("img")).toHaveLength(0);
      await page.click('[data-action="reset"]');
      await page.waitForSelector("#filters .chip", { state: "detached" });
      await drawn(page);
      expect(await page.textContent("#alb-agent")).toContain(HOSTILE.agent);
    }));

  it("refuses a script that is not its own", () =>
    withPage({}, "", async (page) => {
      await page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.broken = 1' }))",
      );
      expect(await page.evaluate("window.broken")).toBeUndefined();
      expect(problems.splice(0)).toEqual([expect.stringContaining("Content Security Policy")]);
    }));

  it.each(["light", "dark"] as const)("has nothing that axe finds, %s", (colorScheme) =>
    withPage({ colorScheme }, "#status=4xx", async (page) => {
      expect(await axe(page)).toEqual([]);
    }),
  );

  it("switches between light and dark", () =>
    withPage({ colorScheme: "light" }, "", async (page) => {
      const back = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
      const light = await back();
      await page.click('[data-action="theme"]');
      expect(await back()).not.toBe(light);
    }));

  it("fits a phone", () =>
    withPage({ viewport: { width: 360, height: 740 } }, "", async (page) => {
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
      expect(await axe(page)).toEqual([]);
    }));

  it("moves the other end of the time with the one that was chosen, and shows a time between the steps", () =>
    withPage({}, "#from=2026-11-23T07:01:00.000Z&until=2026-11-23T08:00:00.000Z", async (page) => {
      const select = (name: string) => page.locator(`select[data-time="${name}"]`);
      const shown = (name: string) =>
        page.evaluate(`document.querySelector('select[data-time="${name}"]').selectedOptions[0].textContent`);
      expect([await shown("from"), await shown("until")]).toEqual(["2026-11-23 07:01", "2026-11-23 08:00"]);
      const last =
        (await select("from").locator("option").allTextContents())
          .filter((text) => / \d\d:00$/.test(text))
          .at(-1) ?? "";
      await select("from").selectOption({ label: last });
      await page.waitForFunction("!location.hash.includes('07%3A01')");
      expect(await shown("from")).toBe(last);
      const hash = new URLSearchParams(new URL(page.url()).hash.slice(1));
      const length = Date.parse(hash.get("until") ?? "") - Date.parse(hash.get("from") ?? "");
      expect(length).toBe(59 * 60_000);
    }));

  it("offers the time that a list can show, also to the keyboard, and goes back from it", async () => {
    const coarse = {
      ...report,
      tables: report.tables.map((table) => ({
        ...table,
        listCubes: table.listCubes.map((cubes) => cubes.map((cube) => ({ ...cube, slots: 4 }))),
      })),
    };
    const opened = join(lake.lake, "coarse.html");
    writeFileSync(opened, await renderPage(coarse, await readAssets(join(__dirname, "../../dist/cli"))));
    const [{ from = 0, slotMs = 0 } = {}] = report.tables;
    const hash = (first: number, last: number) =>
      `#${new URLSearchParams({ from: new Date(first).toISOString(), until: new Date(last).toISOString() })}`;
    const asked = hash(from + slotMs, from + 2 * slotMs);
    await withPage(
      {},
      asked,
      async (page) => {
        await drawn(page);
        const offer = '#alb-client [data-action="time"]';
        expect(await page.textContent(offer)).toBe("Choose this time");
        await page.focus(offer);
        await page.keyboard.press("Enter");
        await page.waitForSelector(offer, { state: "detached" });
        expect(new URL(page.url()).hash).toBe(hash(from, from + 4 * slotMs));
        expect(Object.keys(await rowsOf(page, "alb-client")).length).toBeGreaterThan(0);
        expect(await page.evaluate("document.activeElement.closest('.panel')?.id")).toBe("alb-client");
        await page.goBack();
        await page.waitForSelector(offer);
        expect(new URL(page.url()).hash).toBe(asked);
        await page.emulateMedia({ media: "print" });
        expect(await page.isVisible(offer)).toBe(false);
      },
      opened,
    );
  });

  it("leaves the focus in a panel all of whose rows the keyboard asks for", () =>
    withPage({}, "", async (page) => {
      const more = '[data-action="all"][data-panel="alb-client"]';
      await page.focus(more);
      await page.keyboard.press("Enter");
      await page.waitForSelector(more, { state: "detached" });
      expect(await page.evaluate("document.activeElement.closest('.panel')?.id")).toBe("alb-client");
    }));

  it("goes to a table without losing its filters", () =>
    withPage({}, "#status=5xx", async (page) => {
      await page.click('.contents a[href="#cloudfront"]');
      expect(
        await page.evaluate("document.getElementById('cloudfront').getBoundingClientRect().top"),
      ).toBeLessThan(100);
      expect(page.url()).toMatch(/#status=5xx$/);
      expect(await page.evaluate("document.activeElement.id")).toBe("cloudfront-title");
    }));

  it("gives the command for a page of the chosen time alone, to copy", () =>
    withPage({}, "#from=2026-11-23T07:00:00.000Z&until=2026-11-23T08:00:00.000Z&status=5xx", async (page) => {
      await page.click('#filters [data-action="alone"]');
      expect(await page.textContent("dialog pre")).toBe(
        "access-logs report --from 2026-11-23T07:00 --to 2026-11-23T07:59 --lake 'a lake' --output chosen-time.html",
      );
      await page.click('dialog [data-action="copy"]');
      expect(await page.textContent('dialog [data-action="copy"]')).toBe("Copied");
      await page.click('dialog [data-action="close"]');
      await page.click('#filters [data-action="no-time"]');
      await page.waitForSelector('#filters [data-action="alone"]', { state: "detached" });
      expect(await page.locator("#filters .chip").count()).toBe(1);
    }));

  it("returns with Back from a table to the place of its link, with the same filters", () =>
    withPage({}, "", async (page) => {
      await page.click('#alb-status [data-value="5xx"]');
      await page.waitForSelector("#filters .chip");
      await drawn(page);
      // A click by Playwright could scroll to the link before.
      await page.evaluate(
        `scrollTo(0, 40), document.querySelector('.contents a[href="#cloudfront"]').click()`,
      );
      await comesTrue(page, "scrollY > 1000");
      await page.goBack();
      await comesTrue(page, "scrollY === 40");
      expect(page.url()).toMatch(/#status=5xx$/);
      await page.goBack();
      await page.waitForSelector("#filters .chip", { state: "detached" });
    }));

  it("goes from its first lines to the unparsed lines and the files that could not be read", () =>
    withPage({}, "#status=5xx", async (page) => {
      for (const panel of ["alb-unparsed", "rejected"]) {
        await page.click(`.missing a[href="#${panel}"]`);
        const top = `document.getElementById("${panel}").getBoundingClientRect().top`;
        await comesTrue(page, `${top} < innerHeight && ${top} >= 0`);
        expect(await page.evaluate("document.activeElement.closest('.panel')?.id")).toBe(panel);
        expect(page.url()).toMatch(/#status=5xx$/);
      }
    }));

  it("has a link for the keyboard that skips to the panels", () =>
    withPage({}, "#status=5xx", async (page) => {
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the panels");
      expect(
        await page.evaluate("document.activeElement.getBoundingClientRect().left"),
      ).toBeGreaterThanOrEqual(0);
      await page.keyboard.press("Enter");
      expect(await page.evaluate("document.activeElement.id")).toBe("main");
      expect(page.url()).toMatch(/#status=5xx$/);
    }));

  it("is complete without a script", () =>
    withPage({ javaScriptEnabled: false }, "", async (page) => {
      expect(await rowsOf(page, "alb-method")).toEqual(await counted(`${METHODS} GROUP BY 1`));
      expect(await page.locator("button, select").count()).toBe(0);
      // Three of each table, and the hit ratio of CloudFront.
      expect(await page.locator("svg.chart").count()).toBe(3 * report.tables.length + 1);
    }));

  it("shows all rows where a program asks for the page as it would be printed, and afterwards the first again", () =>
    withPage({}, "", async (page) => {
      const rows = "document.querySelectorAll('#alb-client tbody tr').length";
      const shown = Number(await page.evaluate(rows));
      await page.emulateMedia({ media: "print" });
      await comesTrue(page, `${rows} > ${shown}`);
      expect(await page.locator('[data-action="all"][data-panel="alb-client"]').count()).toBe(0);
      await page.emulateMedia({ media: "screen" });
      await comesTrue(page, `${rows} === ${shown}`);
    }));

  it("prints all rows", () =>
    withPage({}, "", async (page) => {
      await page.emulateMedia({ media: "print" });
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      const { rows } = (await page.evaluate(
        "({ rows: document.querySelectorAll('#alb-client tbody tr').length })",
      )) as { rows: number };
      const domain = report.tables[0]?.lists.find(({ id }) => id === "client");
      expect(rows).toBeGreaterThanOrEqual(domain?.values.length ?? 0);
      expect(await page.isVisible(".tools")).toBe(false);
      expect(
        await page.evaluate("getComputedStyle(document.querySelector('.panel')).contentVisibility"),
      ).toBe("visible");
      await page.evaluate("dispatchEvent(new Event('afterprint'))");
      await page.emulateMedia({ media: "screen" });
      await page.evaluate(
        "addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('#alb-client tbody tr').length })",
      );
      const pdf = await page.pdf();
      expect(await page.evaluate("window.printed")).toBe(rows);
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    }));
});
