import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** A benchmark's results on the page. */
export interface Section {
  readonly title: string;
  readonly text: string;
}

const HEAD = `# Benchmarks

Written by the program that measures; nothing here is typed by hand. Each section says when and on what it was measured.
To run the benchmarks on another machine:

\`\`\`sh
npm ci
npm run bench -- --install              # all benchmarks, in 25 minutes or less, on an otherwise idle machine
npm run bench -- NAME --install         # one section; the name is in its heading
npm run bench -- NAME --write           # replaces its section on this page
\`\`\`

\`--install\` installs the compared programs: GoAccess, lnav and others from Debian, as root; chdb and Lambda's version of Node
from npm, into a separate folder outside the project. Without it, missing programs are skipped and named. \`--quick\` uses small
inputs and one run each, \`--large\` adds 10 GB in 10,000 files, \`--json\` prints one document.

Every program runs once as a warm-up, then all programs run in turn. A number is the median of these runs, with minimum and
maximum in brackets. A ratio compares consecutive runs. CPU seconds are the sum of all processors. A **limit** must be kept: a
run that exceeds a limit ends with exit code 1. A **goal** may be missed; the reason is then given. The data is the output
of \`access-logs sample\`.
`;

/** Writes sections to the page, in the order of the titles; other sections stay unchanged. */
export function writePage(path: string, titles: readonly string[], sections: readonly Section[]): void {
  const page = existsSync(path) ? readFileSync(path, "utf8") : "";
  writeFileSync(path, pageWith(page, titles, sections));
}

/** @param page current page, empty if it does not exist */
export function pageWith(page: string, titles: readonly string[], sections: readonly Section[]): string {
  const texts = new Map(sectionsOf(page).map(({ title, text }) => [title, text]));
  for (const { title, text } of sections) texts.set(title, text);
  const known = titles.flatMap((title) => {
    const text = texts.get(title);
    return text === undefined ? [] : [`## ${title}\n\n${text.trim()}\n`];
  });
  return [HEAD, ...known].join("\n");
}

const sectionsOf = (page: string): Section[] =>
  page
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [title = "", ...lines] = part.split("\n");
      return { title, text: lines.join("\n") };
    });
