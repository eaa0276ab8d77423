import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** A benchmark's results on the page. */
export interface Section {
  readonly title: string;
  readonly text: string;
}

const HEAD = `# Benchmarks

Written by the program that measures; nothing here is typed by hand. Each section says when and on what it was measured.
To measure the same on another machine:

\`\`\`sh
npm ci
npm run bench -- --install              # all of it, in 25 minutes or less, on a machine that does nothing else
npm run bench -- NAME --install         # one section; the names are those of the headings
npm run bench -- NAME --write           # writes its section anew
\`\`\`

\`--install\` gets the programs that this one is compared with: GoAccess, lnav and others from Debian, as root; chdb and
Lambda's version of Node from npm, into a folder of their own outside the project. Without it, those that are not there are
skipped, and named. \`--quick\` takes small inputs and one run of each, \`--large\` adds 10 GB in 10,000 files, \`--json\` prints
one document.

How to read it: every contestant runs once without being counted, then all run in turn; a number is the median of these
runs, with the least and the most in brackets. A ratio is that of runs made one after the other. CPU seconds are those of
all processors. A **limit** is kept by the project: a run that breaks one ends with exit code 1. A **goal** is what it aims
at; where one is missed, the reason stands beside it. The data is that of \`access-logs sample\`.
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
