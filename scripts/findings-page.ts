import { STATUS_FINDINGS } from "../inspect/aws/aws-findings";
import { CHECK_FINDINGS } from "../inspect/aws/check-findings";
import { type Rule, symbolic } from "../inspect/finding";
import { LAKE_FINDINGS } from "../inspect/lake-findings";

interface Section {
  readonly title: string;
  readonly text: string;
  readonly rules: Readonly<Record<string, Rule>>;
}

const SECTIONS: readonly Section[] = [
  {
    title: "`status` of a deployed pipeline",
    text: "Checks whether delivered files reach the tables.",
    rules: STATUS_FINDINGS,
  },
  {
    title: "`doctor` of a deployed pipeline",
    text: "Checks the configuration. Findings that `status` has, too, are listed above.",
    rules: Object.fromEntries(Object.entries(CHECK_FINDINGS).filter(([code]) => !(code in STATUS_FINDINGS))),
  },
  {
    title: "A lake on this machine",
    text: "`status --lake` reads the tables and the logs that are in no commit; `doctor --lake` reads every log to its end and every value of the tables.",
    rules: LAKE_FINDINGS,
  },
];

/** All findings of `status` and `doctor`, with their fixes. */
export const renderFindingsPage = (): string =>
  `# Findings

All findings of \`access-logs status\` and \`access-logs doctor\`, with their fixes. Words in capitals are placeholders. With a
finding of severity \`wrong\`, the exit code is 1; a note does not change it. The codes are stable: scripts may depend on them.
\`npm run docs\` generates this page.

${SECTIONS.map(({ title, text, rules }) => `## ${title}\n\n${text}\n\n${tableOf(rules)}`).join("\n")}`;

const tableOf = (rules: Readonly<Record<string, Rule>>): string =>
  [
    "| code | severity | meaning | fix |",
    "| --- | --- | --- | --- |",
    ...Object.entries(rules).map(
      ([code, { severity, means, fix, run }]) =>
        `| \`${code}\` | ${severity} | ${cell(means)} | ${cell(fix)}${run === undefined ? "" : `: ${codeCell(run)}`} |`,
    ),
    "",
  ].join("\n");

/** The text of a cell; the fixes of some findings contain values of the finding. */
const cell = (text: string): string => escaped(symbolic(text)).replaceAll("*", "\\*");

const codeCell = (command: string): string => `\`${escaped(symbolic(command))}\``;

const escaped = (text: string): string => text.replaceAll("|", "\\|");
