import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { MAX_PAGE_BYTES } from "../report/render";
import { counted, sum } from "../terminal/quantities";
import type { BenchOptions, Cell, Outcome } from "./benchmark";
import { logFiles, sample, sizeText, withFolder, writeFileList } from "./data";
import { COMPARED, runGoaccess } from "./ingest-peers";
import { alternate, type Contestant, type Run, runOnce, runsOf, spread } from "./measure";
import { filterTimes } from "./page-filters";
import { debianPeer } from "./peers";

const PROGRAM = join(__dirname, "cli", "access-logs.mjs");
/** 2.5 million rows in all tables. */
const FILES = 1310;
const QUICK_FILES = 40;
const WHOLE = "access-logs report";
const TENTH = "access-logs report of a tenth of the files";
const GOACCESS = "zcat | goaccess, a page for each format";

type Page = Run & { readonly pageBytes: number };

/** A page about a lake: its time, its memory, and its size, which must not grow with the lake. */
export async function lakeReport(options: BenchOptions): Promise<Outcome> {
  return withFolder("report", async (root) => {
    const files = options.quick ? QUICK_FILES : FILES;
    const logs = await sample(join(root, "logs"), files, options.progress);
    const tenth = await sample(join(root, "tenth"), files / 10, options.progress);
    options.progress("making the lakes");
    const [lake, small] = [logs, tenth].map(({ folder }) => {
      runOnce([process.execPath, PROGRAM, "ingest", folder, "--lake", `${folder}-lake`]);
      return `${folder}-lake`;
    });
    const goaccess = debianPeer("goaccess", "goaccess", options);
    const contestants: Contestant<Page>[] = [
      { name: WHOLE, run: () => report(lake ?? "", root) },
      { name: TENTH, run: () => report(small ?? "", root) },
      ...("path" in goaccess
        ? [{ name: GOACCESS, rounds: 1, run: () => goaccessPages(goaccess.path, logs.folder, root) }]
        : []),
    ];
    const measured = await alternate(options.quick ? 1 : 5, contestants, options.progress);
    const of = (name: string, value: (page: Page) => number) => spread(runsOf(measured, name).map(value));
    options.progress("filtering the page");
    const clicks = await filterTimes(pageOf(root, lake ?? ""));
    const [screen, page] = [clicks.map((click) => click.screen), clicks.map((click) => click.page)];
    const limits = [
      { name: "time of a report", value: of(WHOLE, ({ seconds }) => seconds).median, atMost: 5, unit: "s" },
      { name: "its memory", value: of(WHOLE, ({ peakMiB }) => peakMiB).max, atMost: 500, unit: "MiB" },
      {
        name: "its page",
        value: of(WHOLE, ({ pageBytes }) => pageBytes).max / 1e6,
        atMost: MAX_PAGE_BYTES / 1e6,
        unit: "MB",
      },
      ...(clicks.length > 0
        ? [
            {
              name: "time of a filter",
              value: spread(screen).median,
              atMost: 100,
              unit: "ms",
            },
          ]
        : []),
    ];
    return {
      input: `${sizeText(logs)}: ${counted(sum(Object.values(logs.rows)), "row")} in all, without a range.`,
      tables: [
        {
          title: "A page",
          columns: ["program", "s", "CPU s", "peak MiB", "page MB"],
          rows: contestants.map(({ name }): Cell[] => [
            name,
            of(name, ({ seconds }) => seconds),
            of(name, ({ cpuSeconds }) => cpuSeconds),
            of(name, ({ peakMiB }) => peakMiB),
            of(name, ({ pageBytes }) => pageBytes / 1e6),
          ]),
        },
        ...(clicks.length > 0
          ? [
              {
                title: "Filters",
                columns: ["clicks", "ms to the screen", "ms to the whole page"],
                rows: [[clicks.length, spread(screen), spread(page)]],
              },
            ]
          : []),
      ],
      targets: limits.map(({ atMost, ...limit }) => ({ kind: "limit", ...limit, bound: { atMost } })),
      notes: [
        "path" in goaccess ? `Compared with ${goaccess.version}.` : goaccess.skipped,
        clicks.length > 0
          ? "A filter: from a click on a value of a panel until Chromium has drawn and laid out the panels on the screen, and all panels, of the page of all rows. The limit is for the screen; the other panels are drawn while the page answers."
          : "Filters are not measured: Chromium is not installed.",
      ],
    };
  });
}

/** A page for each lake: the last one of a lake stays. */
const pageOf = (root: string, lake: string): string => join(root, `${basename(lake)}.html`);

function report(lake: string, root: string): Page {
  const file = pageOf(root, lake);
  const run = runOnce([process.execPath, PROGRAM, "report", "--lake", lake, "-o", file]);
  return { ...run, pageBytes: readFileSync(file).length };
}

function goaccessPages(path: string, folder: string, root: string): Page {
  const pages = COMPARED.map((format) => {
    const [list, file] = [join(root, "goaccess.list"), join(root, "goaccess.html")];
    writeFileList(list, logFiles(folder, [format]));
    const run = runGoaccess(path, { format, list }, file);
    return { ...run, pageBytes: readFileSync(file).length };
  });
  return {
    seconds: sum(pages.map(({ seconds }) => seconds)),
    cpuSeconds: sum(pages.map(({ cpuSeconds }) => cpuSeconds)),
    peakMiB: Math.max(...pages.map(({ peakMiB }) => peakMiB)),
    pageBytes: sum(pages.map(({ pageBytes }) => pageBytes)),
    output: "",
  };
}
