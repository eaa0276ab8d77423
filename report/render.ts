import { createHash } from "node:crypto";
import type { Report } from "./model";
import { fitted, packReport } from "./pack";
import { h, toHtml } from "./page/node";
import { body } from "./page/view";
import { PAGE_MARK } from "./page-mark";

/** What a page consists of in addition to the report. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** The largest page. */
export const MAX_PAGE_BYTES = 2_000_000;

/**
 * One file without any other: tables that need no script, and the sums that the script filters. Its policy allows its own
 * style and script, by their hashes, and nothing else.
 */
export async function renderPage(report: Report, { script, style }: PageAssets): Promise<string> {
  // Packed on other threads, while this one makes the content.
  const packed = packReport(report);
  const content = body(report).map(toHtml).join("\n");
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const page = (data: string) =>
    [
      "<!doctype html>",
      '<html lang="en">',
      "<head>",
      '<meta charset="utf-8">',
      PAGE_MARK,
      toHtml(h("meta", { "http-equiv": "Content-Security-Policy", content: policy })),
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="robots" content="noindex">',
      '<link rel="icon" href="data:,">',
      "<title>Access logs</title>",
      `<style>${style}</style>`,
      "</head>",
      "<body>",
      content,
      // Not run, and without "<", so that no value can end it.
      `<script type="application/json" id="report">${data}</script>`,
      `<script>${script}</script>`,
      "</body>",
      "</html>",
      "",
    ].join("\n");
  const left =
    MAX_PAGE_BYTES -
    Buffer.byteLength(page("")) -
    Buffer.byteLength(
      jsonFor({ ...report, tables: report.tables.map((table) => ({ ...table, cubes: [], listCubes: [] })) }),
    );
  return page(jsonFor(fitted(await packed, left - 20_000)));
}

const jsonFor = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

const hashOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
